"""Hosting platforms and deployment tools: what goes live, what of it is destroyed.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Program → (its subcommands → action). Subcommands are the first operands, joined by a space; the
# longest that is listed counts. `""` stands for the bare program. What is not here only reads.
_DEPLOY = "deploy"
_TABLE: dict[str, dict[str, str]] = {
    "vercel": {
        **dict.fromkeys(("", "deploy", "redeploy"), "deploy-if-production"),
        **dict.fromkeys(("promote", "rollback", "rolling-release", "alias set"), _DEPLOY),
        **dict.fromkeys(("remove", "rm", "project rm", "project remove", "alias rm"), "delete"),
        **dict.fromkeys(("domains rm", "dns rm", "certs rm", "env rm", "blob del"), "delete"),
        **dict.fromkeys(("env add", "secrets add", "domains buy", "dns add"), "change"),
    },
    "netlify": {
        "deploy": "deploy-if-production",
        **dict.fromkeys(("sites:delete", "env:unset", "blobs:delete"), "delete"),
        **dict.fromkeys(("env:set", "env:import", "unlink"), "change"),
        "sites:create": "change",
    },
    "fly": {
        **dict.fromkeys(("deploy", "launch", "machine run", "machine update", "m run"), _DEPLOY),
        **dict.fromkeys(("apps destroy", "destroy", "app destroy", "machine destroy"), "delete"),
        **dict.fromkeys(("volumes destroy", "volumes delete", "volume destroy"), "delete"),
        **dict.fromkeys(
            ("postgres destroy", "pg destroy", "secrets unset", "mpg destroy"), "delete"
        ),
        **dict.fromkeys(("secrets set", "secrets import", "scale count", "scale vm"), "change"),
        **dict.fromkeys(
            ("apps restart", "machine stop", "machine restart", "ssh console"), "change"
        ),
        "auth token": "token",
        "tokens create": "token",
    },
    "heroku": {
        **dict.fromkeys(("apps:destroy", "destroy", "apps:delete", "pg:reset"), "delete"),
        **dict.fromkeys(("addons:destroy", "addons:remove", "pipelines:destroy"), "delete"),
        **dict.fromkeys(("pg:kill", "pg:killall", "domains:remove", "domains:clear"), "delete"),
        **dict.fromkeys(("config:set", "config:unset", "ps:scale", "scale", "restart"), "change"),
        **dict.fromkeys(("ps:restart", "maintenance:on", "maintenance:off", "ps:stop"), "change"),
        **dict.fromkeys(("releases:rollback", "rollback", "pipelines:promote"), _DEPLOY),
        **dict.fromkeys(("container:release", "container:push", "builds:create"), _DEPLOY),
        **dict.fromkeys(("pg:copy", "pg:restore", "pg:backups:restore", "run"), "change"),
        **dict.fromkeys(("auth:token", "authorizations:create"), "token"),
    },
    "firebase": {
        **dict.fromkeys(("deploy", "hosting:channel:deploy", "hosting:clone"), _DEPLOY),
        **dict.fromkeys(("firestore:delete", "database:remove", "functions:delete"), "delete"),
        **dict.fromkeys(("hosting:disable", "hosting:sites:delete", "apphosting:delete"), "delete"),
        **dict.fromkeys(("database:set", "database:update", "functions:config:set"), "change"),
        "functions:secrets:set": "change",
        "functions:secrets:destroy": "delete",
        "auth:import": "change",
        "login:ci": "token",
    },
    "wrangler": {
        **dict.fromkeys(("deploy", "publish", "pages deploy", "pages publish"), _DEPLOY),
        **dict.fromkeys(("rollback", "versions deploy", "triggers deploy"), _DEPLOY),
        **dict.fromkeys(("delete", "pages project delete", "d1 delete", "queues delete"), "delete"),
        **dict.fromkeys(("r2 bucket delete", "r2 object delete", "kv namespace delete"), "delete"),
        **dict.fromkeys(("kv key delete", "kv bulk delete", "secret delete"), "delete"),
        **dict.fromkeys(("secret put", "secret bulk", "kv key put", "r2 object put"), "change"),
        **dict.fromkeys(("kv:namespace delete", "kv:key delete", "vectorize delete"), "delete"),
    },
    "serverless": {
        "deploy": _DEPLOY,
        "rollback": _DEPLOY,
        "remove": "delete",
        **dict.fromkeys(("invoke", "deploy list"), ""),
    },
    "railway": {
        **dict.fromkeys(("up", "deploy", "redeploy"), _DEPLOY),
        **dict.fromkeys(("down", "delete", "volume delete", "environment delete"), "delete"),
    },
    "render": {
        **dict.fromkeys(("deploys create", "services deploy"), _DEPLOY),
        "restart": "change",
    },
    "amplify": {
        **dict.fromkeys(("push", "publish", "deploy"), _DEPLOY),
        **dict.fromkeys(("delete", "remove", "env remove"), "delete"),
    },
    "ampx": {"pipeline-deploy": _DEPLOY, "sandbox delete": "delete"},
    "surge": {"": _DEPLOY, "teardown": "delete", "*": _DEPLOY},
    "gh-pages": {"": _DEPLOY, "*": _DEPLOY},
    "cap": {"*": _DEPLOY},
    "kamal": {
        **dict.fromkeys(("deploy", "redeploy", "rollback", "setup", "app boot"), _DEPLOY),
        **dict.fromkeys(("remove", "app remove", "accessory remove", "app stop"), "delete"),
        **dict.fromkeys(("app exec", "server exec", "secrets print"), "change"),
    },
    "dokku": {
        **dict.fromkeys(("apps:destroy", "postgres:destroy", "redis:destroy"), "delete"),
        **dict.fromkeys(("mysql:destroy", "mongo:destroy", "storage:destroy"), "delete"),
        **dict.fromkeys(("git:from-image", "git:from-archive", "ps:rebuild", "git:sync"), _DEPLOY),
        **dict.fromkeys(("config:set", "config:unset", "ps:stop", "ps:restart"), "change"),
    },
    "eb": {
        **dict.fromkeys(("deploy", "create", "swap", "clone"), _DEPLOY),
        **dict.fromkeys(("terminate",), "delete"),
        **dict.fromkeys(("setenv", "scale", "abort", "restore"), "change"),
    },
    "copilot": {
        **dict.fromkeys(("deploy", "svc deploy", "job deploy", "env deploy"), _DEPLOY),
        **dict.fromkeys(("app delete", "svc delete", "job delete", "env delete"), "delete"),
    },
    "skaffold": {"run": _DEPLOY, "deploy": _DEPLOY, "delete": "delete"},
    "supabase": {
        **dict.fromkeys(("functions deploy", "db push", "config push"), _DEPLOY),
        **dict.fromkeys(("projects delete", "functions delete", "branches delete"), "delete"),
        "secrets set": "change",
        "secrets unset": "delete",
    },
    "convex": {"deploy": _DEPLOY, "env set": "change", "env remove": "delete"},
    "eas": {
        **dict.fromkeys(("submit", "update", "deploy"), _DEPLOY),
        **dict.fromkeys(("channel:delete", "branch:delete", "update:delete"), "delete"),
    },
    "fastlane": {
        **dict.fromkeys(("deliver", "supply", "pilot", "release", "deploy", "beta"), _DEPLOY),
        **dict.fromkeys(("ios release", "ios beta", "android release", "android deploy"), _DEPLOY),
        **dict.fromkeys(("android beta", "ios deploy"), _DEPLOY),
        "match nuke": "delete",
    },
    "appwrite": {"deploy": _DEPLOY, "push": _DEPLOY},
    "dep": {"deploy": _DEPLOY, "rollback": _DEPLOY},
    "shipit": {"*": _DEPLOY},
    "sst": {"deploy": _DEPLOY, "remove": "delete", "secret set": "change"},
    "zappa": {
        **dict.fromkeys(("deploy", "update", "rollback"), _DEPLOY),
        "undeploy": "delete",
    },
    "chalice": {"deploy": _DEPLOY, "delete": "delete"},
    "clever": {"deploy": _DEPLOY, "delete": "delete", "restart": "change"},
    "deployctl": {"deploy": _DEPLOY, "projects delete": "delete"},
    "gigalixir": {"apps:destroy": "delete", "ps:migrate": "change"},
    "convox": {"deploy": _DEPLOY, "apps delete": "delete", "rack uninstall": "delete"},
    "nixops": {"deploy": _DEPLOY, "destroy": "delete", "delete": "delete"},
    "mkdocs": {"gh-deploy": _DEPLOY},
    "mike": {"deploy": "", "delete": "delete"},
    "ansible-playbook": {"*": "configure"},
    "ansible-pull": {"": "configure", "*": "configure"},
}
for _alias, _name in (
    *(("flyctl", "fly"), ("now", "vercel"), ("vc", "vercel"), ("ntl", "netlify")),
    *(("sls", "serverless"), ("wrangler2", "wrangler")),
):
    _TABLE[_alias] = _TABLE[_name]

# Options that take a value, so that the word behind them is no subcommand.
_WITH_VALUE = (
    "-a --app -t --token -c --config -s --site -p --project -P --stage --scope -e --env -r --region"
    " --remote --cwd -A --local-config --name -d --dir -m --message --prod-branch --target --team"
    " -i --inventory -l --limit -u --user --tags --skip-tags -f --file --filename --profile"
)
_VALUED = frozenset(_WITH_VALUE.split())
_WITHOUT_HARM = (
    "--dry-run --help -h --version --check -C --syntax-check --list-tasks --list-hosts"
    " --list-tags --noop --dryrun --build-only --preview --diff-only"
)
_HARMLESS = frozenset(_WITHOUT_HARM.split())
_EXPECTED_VALUES = {"ansible-playbook": ("-C",), "ansible-pull": ("-C",)}


def platform(call: Invocation) -> None:
    """One of the programs of the table."""
    words = call.arguments
    if words == ["-v"]:
        return  # the version; behind a verb it says more about what is done
    short_harmless = _EXPECTED_VALUES.get(call.name, ())
    for word in words:
        if word in _HARMLESS and (word != "-C" or word in short_harmless):
            return
    table = _TABLE[call.name]
    operands = _operands(words)
    action = None
    for length in (3, 2, 1):
        if len(operands) >= length and action is None:
            action = table.get(" ".join(operands[:length]))
    if action is None:
        action = table.get("*", "") if operands else table.get("", "")
    if action == "deploy-if-production":
        live = any(
            word in ("--prod", "--production", "-p", "--target=production", "--prod-if-unlocked")
            for word in words
        ) or ("--target" in words and "production" in words)
        action = _DEPLOY if live else ""
    if call.name == "ansible-playbook" and "localhost," in words:
        return
    if action:
        verb = " ".join(operands[:2])
        call.emit(effects.REMOTE, action=action, target=f"{call.name} {verb}".strip())


def _operands(words: list[str]) -> list[str]:
    found: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in _VALUED
        else:
            found.append(word)
    return found


MODELS = dict.fromkeys(_TABLE, platform)
