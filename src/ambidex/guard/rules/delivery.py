"""Rules about delivery: merging, releasing, deploying, and what else others see at once.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.effects import REMOTE
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.rules.rule import When
    from ambidex.guard.scene import Scene


# What these flags name has rules of its own about what is deleted and changed there.
_OTHER_PACKS = frozenset(("container", "cluster", "cloud", "infrastructure", "database", "store"))


def _does(clause: str, *actions: str, hosting: bool | None = None) -> When:
    """Applies to changes of remote state by `actions`; `hosting`: by a code host's own tools."""

    def when(effect: Effect, scene: Scene) -> str:
        if effect.action not in actions:
            return ""
        if effect.action in ("delete", "change") and effect.flags & _OTHER_PACKS:
            return ""
        if effect.action == "deploy" and "infrastructure" in effect.flags:
            return ""
        if hosting is not None and ("hosting" in effect.flags) != hosting:
            return ""
        return f"`{scene.show(' '.join(effect.words))[:100]}` {clause}"

    return when


RULES = (
    Rule(
        "ambidex.delivery.merge",
        kinds=(REMOTE,),
        when=_does("merges a pull request, now or once its checks pass", "merge", hosting=True),
        decision=DENY,
        severity="high",
        protects="what others build upon",
        why="Merging is where a person takes responsibility for the change.",
        instead="Leave the pull request open and tell the user that it is ready.",
        match=(
            "gh pr merge 12 --squash",
            "gh pr merge --auto --merge",
            "gh -R owner/repo pr merge 12 --admin",
            "gh api -X PUT repos/owner/repo/pulls/12/merge",
            "gh api --method POST repos/owner/repo/merges -f base=main -f head=topic",
            "gh api graphql -f query='mutation { mergePullRequest(input: {id: 1}) { id } }'",
            "glab mr merge 7 --yes",
            "hub pr merge 12",
        ),
        not_match=(
            "gh pr create --fill",
            "gh pr view 12 --json mergeable",
            "gh pr list --search merge",
            "gh pr merge --help",
            "gh api repos/owner/repo/pulls/12/merge",
            "gh pr merge 12 --disable-auto",
            "glab mr list --merged",
            "gh pr comment 12 --body 'please merge'",
        ),
    ),
    Rule(
        "ambidex.delivery.deploy",
        kinds=(REMOTE,),
        when=_does("deploys", "deploy"),
        decision=ASK,
        severity="high",
        protects="what users of the project see",
        why="It goes live at once, for everybody.",
        instead="Prepare it and let the user deploy, or deploy a preview.",
        match=(
            "vercel --prod",
            "vercel deploy --prod --yes",
            "netlify deploy --prod --dir=dist",
            "fly deploy",
            "flyctl deploy --remote-only",
            "git push heroku main",
            "firebase deploy --only hosting",
            "wrangler deploy",
            "sls deploy --stage production",
            "kamal deploy",
            "cap production deploy",
            "argocd app sync shop",
            "gh-pages -d dist",
        ),
        not_match=(
            "vercel dev",
            "vercel",
            "netlify deploy --dir=dist",
            "fly status",
            "heroku logs --tail",
            "firebase emulators:start",
            "wrangler dev",
            "wrangler deploy --dry-run",
            "sls package",
            "argocd app list",
        ),
    ),
    Rule(
        "ambidex.delivery.configure-hosts",
        kinds=(REMOTE,),
        when=_does("changes the hosts of an inventory", "configure"),
        decision=ASK,
        severity="high",
        protects="running hosts",
        why="A playbook does with every host what its tasks say.",
        instead="Try it with `--check --diff` and let the user run it.",
        match=(
            "ansible-playbook site.yml",
            "ansible-playbook -i hosts site.yml",
            "ansible-playbook site.yml --limit web --tags deploy",
            "ansible-pull -U https://git.example.net/play.git",
            "ansible-playbook -b site.yml",
            "ansible-playbook --ask-vault-pass site.yml",
        ),
        not_match=(
            "ansible-playbook site.yml --check",
            "ansible-playbook site.yml -C -D",
            "ansible-playbook --syntax-check site.yml",
            "ansible-playbook site.yml --list-tasks",
            "ansible-playbook --version",
            "ansible-lint site.yml",
        ),
    ),
    Rule(
        "ambidex.delivery.delete-hosted",
        kinds=(REMOTE,),
        when=_does("deletes what is hosted", "delete", hosting=False),
        decision=DENY,
        severity="critical",
        protects="applications and data in production",
        why="The application or its data are gone, for its users too.",
        instead="Tell the user what should go and why.",
        match=(
            "heroku apps:destroy --app shop --confirm shop",
            "heroku pg:reset DATABASE --confirm shop",
            "fly apps destroy shop -y",
            "flyctl volumes destroy vol_1",
            "vercel remove shop --yes",
            "firebase firestore:delete --all-collections",
            "sls remove --stage production",
            "wrangler d1 delete shop",
        ),
        not_match=(
            "heroku apps",
            "heroku pg:info",
            "fly apps list",
            "vercel ls",
            "firebase firestore:indexes",
            "wrangler d1 list",
            "heroku apps:destroy --help",
        ),
    ),
    Rule(
        "ambidex.delivery.change-hosted",
        kinds=(REMOTE,),
        when=_does("changes what is running", "change", "connect", hosting=False),
        decision=ASK,
        severity="medium",
        protects="applications in production",
        why="Users of the application notice at once.",
        instead="Tell the user what should change and why.",
        match=(
            "heroku config:set KEY=value --app shop",
            "heroku ps:scale web=0",
            "fly secrets set KEY=value",
            "fly scale count 3",
            "wrangler secret put KEY",
            "heroku run rails db:migrate",
            "eb setenv KEY=value",
        ),
        not_match=(
            "heroku config",
            "heroku ps",
            "fly secrets list",
            "fly scale show",
            "wrangler secret list",
            "eb status",
        ),
    ),
    Rule(
        "ambidex.delivery.delete-on-host",
        kinds=(REMOTE,),
        when=_does("deletes something of the repository's host", "delete", hosting=True),
        decision=DENY,
        severity="critical",
        protects="repositories, releases and their records",
        why="It is gone for everybody who uses it, and often cannot be restored.",
        instead="Tell the user what should go and why.",
        match=(
            "gh repo delete owner/repo --yes",
            "gh release delete v1.0 -y",
            "gh api -X DELETE repos/owner/repo",
            "gh run delete 123",
            "gh secret delete KEY",
            "gh gist delete abc",
            "glab repo delete group/repo",
            "gh issue delete 4 --yes",
        ),
        not_match=(
            "gh repo view owner/repo",
            "gh release list",
            "gh api repos/owner/repo",
            "gh run list",
            "gh issue close 4",
            "glab repo view",
            "gh repo delete --help",
        ),
    ),
    Rule(
        "ambidex.delivery.change-on-host",
        kinds=(REMOTE,),
        when=_does(
            "changes something of the repository's host",
            *("change", "run", "release", "approve", "extend", "grant", "connect"),
            hosting=True,
        ),
        decision=ASK,
        severity="medium",
        protects="the repository's host: releases, workflows, secrets, settings",
        why="Others see it at once, or rely on it.",
        instead="Tell the user what should change and why.",
        match=(
            "gh release create v1.0 dist/app.tar.gz",
            "gh workflow run deploy.yml",
            "gh secret set KEY --body value",
            "gh api -X POST repos/owner/repo/hooks -f name=web",
            "gh api graphql -f query='mutation { addStar(input: {id: 1}) { id } }'",
            "gh pr review 12 --approve",
            "gh ssh-key add key.pub",
            "gh repo archive owner/repo",
            "gh extension install someone/gh-tool",
            "glab ci run",
        ),
        not_match=(
            "gh release view v1.0",
            "gh workflow list",
            "gh secret list",
            "gh api repos/owner/repo/hooks",
            "gh api graphql -f query='query { viewer { login } }'",
            "gh pr review 12 --comment -b ok",
            "gh ssh-key list",
            "gh extension list",
            "glab ci status",
        ),
    ),
    Rule(
        "ambidex.delivery.expose",
        kinds=(REMOTE,),
        when=_does("puts files where others can read them", "expose"),
        decision=ASK,
        severity="high",
        protects="the project's code and data",
        why="What was public once has been copied.",
        instead="Show it to the user, who decides whether it may be seen by others.",
        match=(
            "gh gist create notes.txt",
            "gh gist create --public src/app.py",
            "gh repo edit --visibility public",
            "gh repo create copy --public --source . --push",
            "glab snippet create -t notes notes.txt",
            "hub gist create notes.txt",
        ),
        not_match=(
            "gh gist list",
            "gh gist view abc",
            "gh repo edit --description text",
            "gh repo view --web",
            "glab snippet list",
            "gh repo clone owner/repo",
        ),
    ),
    Rule(
        "ambidex.delivery.token",
        kinds=(REMOTE,),
        when=_does("prints a token", "token"),
        decision=DENY,
        severity="critical",
        protects="credentials",
        why="What an agent has read may be written, logged or sent.",
        instead="Use the program itself: it has the token without showing it.",
        match=(
            "gh auth token",
            "gh auth status --show-token",
            "heroku auth:token",
            "fly auth token",
            "glab config get token --host gitlab.com",
            "firebase login:ci",
        ),
        not_match=(
            "gh auth status",
            "gh auth login",
            "heroku auth:whoami",
            "fly auth whoami",
            "glab auth status",
            "firebase login",
        ),
    ),
)
