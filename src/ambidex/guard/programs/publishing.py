"""Publishing: programs that put packages into registries, or take them out.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs.options import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Program → first operands → action. `*`: whatever the operands are.
_TABLE: dict[str, dict[str, str]] = {
    "twine": {"upload": "publish"},
    "flit": {"publish": "publish"},
    "poetry": {"publish": "publish"},
    "hatch": {"publish": "publish"},
    "uv": {"publish": "publish"},
    "pdm": {"publish": "publish"},
    "maturin": {"publish": "publish", "upload": "publish"},
    "rye": {"publish": "publish"},
    "cargo": {
        **dict.fromkeys(("publish", "release"), "publish"),
        **dict.fromkeys(("yank", "owner"), "withdraw"),
    },
    "cargo-release": {"*": "publish"},
    "gem": {"push": "publish", "yank": "withdraw", "owner": "withdraw"},
    "mvn": {"deploy": "publish", "release:perform": "publish", "deploy:deploy-file": "publish"},
    "mvnw": {"deploy": "publish", "release:perform": "publish"},
    "sbt": {"publish": "publish", "publishSigned": "publish", "ci-release": "publish"},
    "dotnet": {"nuget push": "publish", "nuget delete": "withdraw"},
    "nuget": {"push": "publish", "delete": "withdraw"},
    "vsce": {"publish": "publish", "unpublish": "withdraw"},
    "ovsx": {"publish": "publish"},
    "pod": {"trunk push": "publish", "trunk delete": "withdraw", "trunk deprecate": "withdraw"},
    "anaconda": {"upload": "publish", "remove": "withdraw"},
    "goreleaser": {"release": "publish", "publish": "publish"},
    "semantic-release": {"": "publish", "*": "publish", "publish": "publish"},
    "release-it": {"": "publish", "*": "publish"},
    "lerna": {"publish": "publish"},
    "changeset": {"publish": "publish"},
    "np": {"": "publish", "*": "publish"},
    "stack": {"upload": "publish"},
    "cabal": {"upload": "publish"},
    "dart": {"pub publish": "publish"},
    "flutter": {"pub publish": "publish"},
    "jsr": {"publish": "publish"},
    "deno": {"publish": "publish"},
    "snapcraft": {"upload": "publish", "release": "publish", "push": "publish"},
    "luarocks": {"upload": "publish"},
    "conan": {"upload": "publish"},
    "puppet": {"module publish": "publish"},
    "clojars": {"*": "publish"},
    "lein": {"deploy": "publish"},
    "opam": {"publish": "publish"},
    "melos": {"publish": "publish"},
    "huggingface-cli": {"upload": "publish", "repo delete": "withdraw", "delete-cache": ""},
    "hf": {"upload": "publish", "repo delete": "withdraw"},
    "web-ext": {"sign": "publish"},
    "ansible-galaxy": {"collection publish": "publish", "role delete": "withdraw"},
}
_WITHOUT_HARM = (
    "--dry-run --help -h --list -n --snapshot --skip-publish --dryrun --no-publish --noop"
    " --skip=publish --check"
)
_HARMLESS = frozenset(_WITHOUT_HARM.split())
_WITH_VALUE = (
    "-p --package --manifest-path --registry --index --token -r --repository -u --username"
    " --password -C --directory -f --file --pom -P --project --config -c -s --source -k --api-key"
    " --chdir --features --target -m"
)
_VALUED = frozenset(_WITH_VALUE.split())


def publisher(call: Invocation) -> None:
    """One of the programs of the table."""
    words = call.arguments
    if call.name == "deno" and words[:1] in (["eval"], ["run"]):
        from ambidex.guard.programs import interpreters

        interpreters.node(call)
        return
    if call.name == "cargo" and words[:1] in (["new"], ["init"]):
        for word in words[1:]:
            if word[:1] != "-":
                call.emit(effects.WRITE, path=word, flags=("create", "folder"))
    runs = "run" in words and call.name in ("poetry", "pdm", "hatch", "rye")
    if (not runs and any(word in _HARMLESS for word in words)) or words[:1] in (
        ["--version"],
        ["-V"],
        ["help"],
    ):
        return
    operands: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith(("-", "+")):
            skip = word in _VALUED
        else:
            operands.append(word)
    table = _TABLE[call.name]
    if runs and operands[:1] == ["run"]:
        from ambidex.guard.programs.packages import run_behind

        run_behind(call, words[words.index("run") + 1 :])
        return
    if call.name in ("mvn", "mvnw", "sbt"):  # several goals in one call
        action = next((table[word] for word in operands if word in table), "")
    else:
        action = table.get(" ".join(operands[:2])) or table.get(" ".join(operands[:1])) or ""
        action = action or (table.get("*", "") if operands else "")
    if call.name == "cargo" and operands[:1] == ["owner"] and "--list" in words:
        return
    if action:
        emit(call, action)
    elif call.name == "cargo":
        _cargo(call, operands)


def _cargo(call: Invocation, operands: list[str]) -> None:
    if operands[:1] == ["install"]:
        for url in [w for at, w in enumerate(call.arguments) if call.arguments[at - 1] == "--git"]:
            from ambidex.guard.programs import packages

            packages.install(call, url, *packages._from(url))
        for name in operands[1:]:
            call.emit(effects.INSTALL, action="install", target=name)


def gradle(call: Invocation) -> None:
    """`gradle publish`: every task of that name but the local one."""
    if {"--dry-run", "-m", "--help"} & set(call.arguments) or call.arguments[:1] == ["help"]:
        return
    for word in call.arguments:
        task = word.rpartition(":")[2].lower()
        publishes = task.startswith("publish") and "local" not in task
        if not word.startswith("-") and (publishes or task in ("uploadarchives", "bintrayupload")):
            emit(call, "publish")
            return


def emit(call: Invocation, action: str) -> None:
    """Record a change of a registry: `publish`, `withdraw`, `token`, `access`."""
    call.emit(effects.PUBLISH, action=action, target=call.name)


# Verb of npm → what has to follow it (nothing: anything may), and what it then does.
_NODE: dict[str, tuple[tuple[str, ...], str]] = {
    **dict.fromkeys(("publish", "pub"), ((), "publish")),
    **dict.fromkeys(("unpublish", "deprecate"), ((), "withdraw")),
    **dict.fromkeys(("dist-tag", "dist-tags"), (("add", "rm", "remove", "set"), "withdraw")),
    "tag": (("add", "rm", "remove"), "withdraw"),
    **dict.fromkeys(("owner", "author"), (("add", "rm", "remove"), "access")),
    "access": (("public", "restricted", "grant", "revoke", "set", "2fa-required"), "access"),
    **dict.fromkeys(("team", "org"), (("add", "rm", "create", "destroy", "set"), "access")),
    "token": (("create", "revoke", "delete", "rm"), "token"),
    "hook": (("add", "rm", "update"), "access"),
}


def node_registry(call: Invocation, words: list[str], given: Options) -> bool:
    """What `npm` and its relatives do with the registry; whether it was that."""
    if given.has("dry-run", "help"):
        return True
    verb, *rest = words or [""]
    following, action = _NODE.get(verb, ((), ""))
    if not action or (following and (rest or [""])[0] not in following):
        return False
    emit(call, action)
    return True


PROGRAMS = tuple(name for name in _TABLE if name != "uv")
# Deno is an interpreter first.
MODELS = {
    **{name: publisher for name in PROGRAMS if name != "deno"},
    "gradle": gradle,
    "gradlew": gradle,
}
