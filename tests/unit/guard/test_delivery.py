"""What hosting and deployment tools would do, and what the rules say about Ambidex's own verbs."""

from pathlib import Path

import pytest

from ambidex.guard.effects import HOST, REMOTE, Effect
from testing.guarding import decision_on, effects_of, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("delivery") / "project")


def remote(root: Path, line: str) -> list[Effect]:
    return [effect for effect in effects_of(line, scene(root)) if effect.kind == REMOTE]


DOES = {
    "merge": [
        "gh pr merge 3",
        "gh -R a/b pr merge --auto",
        "gh pr merge 3 -d -s",
        "gh api -XPUT repos/a/b/pulls/3/merge",
        "gh api --method PUT /repos/a/b/pulls/3/merge",
        "gh api repos/a/b/merges -f base=main",
        "gh api graphql -F query='mutation { mergePullRequest(input: {}) { id } }'",
        "gh api graphql -f query='mutation { enablePullRequestAutoMerge(input: {}) { id } }'",
        "glab mr accept 3",
        "hub merge https://github.com/a/b/pull/3",
        "tea pulls merge 3",
    ],
    "delete": [
        "gh repo delete a/b",
        "gh api -X DELETE repos/a/b",
        "gh release delete v1",
        "glab project delete a/b",
        "heroku apps:destroy",
        "fly apps destroy a",
        "flyctl volumes delete v",
        "vercel rm a",
        "wrangler kv namespace delete",
        "sls remove",
        "argocd app delete a",
    ],
    "deploy": [
        "vercel --prod",
        "vercel deploy --target production",
        "netlify deploy --prod",
        "fly -a shop deploy",
        "firebase --project shop deploy",
        "wrangler pages deploy dist",
        "cap production deploy",
        "surge",
        "gh-pages -d dist",
        "skaffold run",
    ],
    "change": [
        "gh api -X PATCH repos/a/b -f name=c",
        "gh api graphql -f query='mutation { x }'",
        "gh workflow disable ci.yml",
        "heroku ps:scale web=1",
        "fly secrets set A=b",
    ],
    "run": ["gh workflow run ci.yml", "glab ci run"],
    "release": ["gh release create v1", "glab release create v1"],
    "grant": ["gh secret set A", "gh ssh-key add k", "gh repo deploy-key add k"],
    "expose": ["gh gist create a", "gh repo edit --visibility public", "glab snippet create a"],
    "token": ["gh auth token", "gh auth status -t", "heroku auth:token", "glab config get token"],
    "approve": ["gh pr review 3 --approve", "gh pr review -a", "glab mr approve 3"],
    "extend": ["gh extension install a/b", "gh ext install a/b", "gh alias set x '!make'"],
    "configure": ["ansible-playbook site.yml", "ansible-pull -U url"],
}


@pytest.mark.parametrize(("action", "lines"), DOES.items())
def test_what_happens_to_others(root: Path, action: str, lines: list[str]) -> None:
    for line in lines:
        assert action in [effect.action for effect in remote(root, line)], line


NOTHING = [
    *("gh pr create --fill", "gh pr view 3", "gh pr merge --help", "gh pr merge 3 --disable-auto"),
    *("gh api repos/a/b/pulls/3/merge", "gh api -X GET repos/a/b -f x=y", "gh api user"),
    *("gh api graphql -f query='query { viewer { login } }'", "gh help pr", "gh --version"),
    *("gh pr review 3 --comment -b 'I approve'", "gh auth status", "gh alias set x 'pr view'"),
    *("gh repo edit --description x", "gh issue create -t merge -b x", "gh run rerun 1"),
    *("glab mr list", "glab api projects/1", "hub browse", "tea pr list", "vercel", "vercel dev"),
    *("netlify deploy", "fly status", "fly logs -a deploy", "firebase emulators:start"),
    *("wrangler deploy --dry-run", "sls offline", "heroku logs", "heroku config", "cap --version"),
    *("ansible-playbook site.yml --check", "ansible-playbook -C site.yml", "argocd app get a"),
    *("skaffold dev", "eb status", "surge --help", "kamal config", "railway logs"),
]


@pytest.mark.parametrize("line", NOTHING)
def test_reading_and_preparing_change_nothing(root: Path, line: str) -> None:
    assert remote(root, line) == []


def test_a_mutation_in_a_file_is_read(root: Path) -> None:
    (root / "query.json").write_text('{"query": "mutation { mergePullRequest { id } }"}')
    assert [e.action for e in remote(root, "gh api graphql --input query.json")] == ["merge"]


def test_hub_is_git_for_all_else(root: Path) -> None:
    assert decision_on("hub push --force", scene(root)).rule == "ambidex.git.force-push"
    assert decision_on("hub push origin main", scene(root)).action == "allow"


def test_a_gist_reads_what_it_exposes(root: Path) -> None:
    found = effects_of("gh gist create .env", scene(root))
    assert f"{root}/.env" in [effect.path for effect in found if effect.kind == "read"]


OWN = {
    "trust": ["ambidex trust", "ambidex -q trust", "/x/bin/ambidex trust --yes"],
    "pause": ["ambidex pause 30m"],
    "golden promote": ["ambidex golden promote a"],
    "approve": ["ambidex approve a --for 30m"],
}


@pytest.mark.parametrize(("verb", "lines"), OWN.items())
def test_verbs_for_a_person(root: Path, verb: str, lines: list[str]) -> None:
    for line in lines:
        found = effects_of(line, scene(root))
        assert [e.target for e in found if e.kind == HOST and e.action == "ambidex"] == [verb], line
        assert decision_on(line, scene(root)).action == "deny"


@pytest.mark.parametrize(
    "line",
    [
        *("ambidex", "ambidex status", "ambidex explain 'ambidex trust'", "ambidex trust -h"),
        *("ambidex golden list", "claude --version", "claude mcp list", "claude -p trust"),
        *("claude --permission-mode plan", "pre-commit run", "husky install"),
    ],
)
def test_verbs_for_everybody(root: Path, line: str) -> None:
    assert decision_on(line, scene(root)).action == "allow"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("claude --dangerously-skip-permissions", "ambidex.own.unguarded"),
        ("claude --permission-mode=bypassPermissions -p x", "ambidex.own.unguarded"),
        ("claude plugin uninstall ambidex@market", "ambidex.own.unguarded"),
        ("claude plugin uninstall other", "ambidex.own.client"),
        ("claude mcp add a -- b", "ambidex.own.client"),
        ("pre-commit uninstall", "ambidex.hooks-bypass.uninstall"),
    ],
)
def test_what_watches_is_not_switched_off(root: Path, line: str, rule: str) -> None:
    assert decision_on(line, scene(root)).rule == rule
