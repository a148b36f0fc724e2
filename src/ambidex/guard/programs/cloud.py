"""What the command lines of clouds and hosted services would destroy, change and hand out.

All of them have one grammar: words that lead to a resource, a verb, options. The verbs are data in
`cloud_verbs`. Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.hosts import saved_as
from ambidex.guard.programs import cloud_verbs as verbs
from ambidex.guard.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_SHORT_VALUED = frozenset(
    (
        *("-o", "-g", "-n", "-p", "-s", "-c", "-f", "-d", "-a", "-t", "-i", "-u", "-l", "-e"),
        *("-r", "-m", "-b", "-k", "-z", "-h"),
    )
)


def _command_words(words: list[str], *, stops: bool = False) -> list[str]:
    """The words that are no options and no values of options.

    Args:
        words: the arguments.
        stops: the command ends at the first option behind its first word, as in az.
    """
    found: list[str] = []
    skips = False
    for word in words:
        if skips:
            skips = False
        elif word.startswith("-") and len(word) > 1:
            if found and stops:
                break
            name = word.lstrip("-")
            long_valued = word.startswith("--") and name in verbs.GLOBAL_VALUED
            skips = "=" not in word and (long_valued or word in _SHORT_VALUED)
        else:
            found.append(word)
    return found


def _verb_parts(word: str) -> list[str]:
    return word.lower().replace(":", "-").replace("_", "-").split("-")


def _is_asking(word: str) -> bool:
    head = word.lower()
    return head in verbs.ASKING or head.startswith(verbs.ASKING_PREFIXES)


def _action(word: str) -> str:
    """What a verb does: `ask`, `delete`, `change`, `deploy`; `""` when it is no verb."""
    if _is_asking(word):
        return "ask"
    parts = _verb_parts(word)
    if any(part in verbs.DELETING for part in parts[:3]):
        return "delete"
    if parts[0] in verbs.DEPLOYING:
        return "deploy"
    return "change" if parts[0] in verbs.CHANGING or parts[-1] in verbs.CHANGING else ""


def _contains(words: list[str], path: tuple[str, ...]) -> bool:
    """Whether the words of `path` stand next to each other in `words`."""
    count = len(path)
    return any(tuple(words[at : at + count]) == path for at in range(len(words) - count + 1))


def _follow(call: Invocation, words: list[str], verb: str) -> None:
    """Emit what the verb does to the resource that the words lead to."""
    lowered = [word.lower() for word in words]
    shown = f"{call.name} {' '.join(words[:5])}"
    if any(_contains(lowered, path) for path in verbs.SECRETS) or _decrypts(call, lowered):
        call.emit(effects.REMOTE, action="secret", target=shown, flags=("cloud",))
        call.output = call.unknown(f"$({call.show(shown)})", paths=(f"secret:{call.name}",))
        return
    if any(_contains(lowered, path) for path in verbs.TOKENS):
        call.output = call.unknown(f"$({call.show(shown)})", paths=(f"secret:{call.name}",))
        return
    action = _action(verb)
    flags = {"cloud"}
    if _contains_any_word(lowered, verbs.WATCHING):
        action = "delete"
        flags.add("grave")
    elif action != "ask" and _grants(call, lowered):
        action = "grant"
    if action in ("", "ask"):
        return
    if action == "delete" and _is_grave(lowered):
        flags.add("grave")
    if any(word in _WITHOUT_HARM for word in call.words):
        return
    call.emit(effects.REMOTE, action=action, target=shown, flags=flags)


_WITHOUT_HARM = frozenset(
    ("--dry-run", "--dryrun", "--what-if", "--help", "-h", "--generate-cli-skeleton")
)


def _contains_any_word(words: list[str], wanted: frozenset[str]) -> bool:
    return any(word in wanted for word in words[:5])


def _decrypts(call: Invocation, words: list[str]) -> bool:
    return "--with-decryption" in call.words and words[:1] == ["ssm"]


def _grants(call: Invocation, words: list[str]) -> bool:
    if words[1:2] == ["authorize-security-group-ingress"] or _contains(words, ("create",)):
        is_open = any("0.0.0.0/0" in word or "::/0" in word for word in call.words)
        firewall = any(word in ("firewall-rules", "nsg", "firewall-rule") for word in words)
        if firewall or words[1:2] == ["authorize-security-group-ingress"]:
            return is_open or any(word in ("'*'", "*", "Internet") for word in call.words)
    if _contains_any_word(words, verbs.GRANTING):
        return True
    return any(_contains(words, path) for path in verbs.GRANTING_PATHS)


def _is_grave(words: list[str]) -> bool:
    """Whether what is deleted cannot be had back."""
    for word in words[:5]:
        if word in verbs.GRAVE:
            return True
        parts = _verb_parts(word)
        for at in range(1, len(parts)):
            if "-".join(parts[at:]) in verbs.GRAVE:
                return True
    return False


def aws(call: Invocation) -> None:
    """aws: a service and an operation."""
    words = _command_words(call.arguments)
    if len(words) < 2 or words[-1] == "help" or words[0] == "help":
        return
    service, operation = words[0].lower(), words[1]
    if service == "s3":
        _s3(call)
    elif service == "athena" and operation == "start-query-execution":
        _query(call, "query-string")
    elif service == "rds-data" and operation == "execute-statement":
        _query(call, "sql")
    elif service == "configure" and operation == "get":
        if any(part in "".join(words[2:3]) for part in ("secret", "token", "password")):
            call.output = call.unknown("$(aws configure get …)", paths=("secret:aws",))
    elif service == "configure" and operation in ("set", "list", "get", "sso", "import"):
        return
    elif service == "lambda" and operation == "invoke":
        call.emit(effects.REMOTE, action="change", target="aws lambda invoke", flags=("cloud",))
    else:
        skips_backup = any(
            word in ("--skip-final-snapshot", "--force-delete-without-recovery", "--force")
            for word in call.words
        )
        _follow(call, [service, operation], operation)
        if skips_backup and _action(operation) == "delete":
            call.emit(
                effects.REMOTE,
                action="delete",
                target=f"aws {service} {operation}",
                flags=("cloud", "grave"),
            )


def _query(call: Invocation, option: str) -> None:
    from ambidex.guard.programs import databases

    given = options.read(call.arguments, long_valued=(option,))
    databases.statements(call, given.last(option), ("cloud",))


def _s3(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        long_valued=(
            *("region", "profile", "acl", "exclude", "include", "storage-class", "endpoint-url"),
            *("sse", "sse-kms-key-id", "content-type", "cache-control", "metadata", "expires-in"),
            *("output", "query", "grants", "source-region", "content-encoding", "sse-c"),
        ),
    )
    verb, places = given.operands[1] if len(given.operands) > 1 else "", given.operands[2:]
    if given.has("dryrun"):
        return
    if verb in ("rm", "rb"):
        grave = given.has("recursive") or verb == "rb"
        call.emit(
            effects.REMOTE,
            action="delete",
            target=f"aws s3 {verb} {' '.join(places)}",
            flags=("cloud", "grave") if grave else ("cloud",),
        )
    elif verb in ("cp", "mv", "sync") and len(places) > 1:
        _copy(call, places, deletes=given.has("delete"))
        if given.last("acl").startswith("public"):
            call.emit(
                effects.REMOTE, action="grant", target=f"aws s3 {verb} --acl", flags=("cloud",)
            )


def _copy(call: Invocation, places: list[str], *, deletes: bool = False) -> None:
    """Copy between an object store and this machine."""
    source, target = places[0], places[-1]
    is_upload = "://" in target
    if "://" in source:
        data = call.fetch(source)
    elif source == "-":
        data = call.stdin or ""
    else:
        data = call.read(source, flags=("quiet", "recursive"))
    if is_upload:
        if "://" not in source:
            call.send(target, data, action="put", flags=("file", "store"))
        if deletes:
            call.emit(
                effects.REMOTE,
                action="delete",
                target=f"what {call.show(target)} holds and the source does not",
                flags=("cloud",),
            )
    elif target != "-":
        call.write(saved_as(target, source), data)
    else:
        call.output = data


def gcloud(call: Invocation) -> None:
    """gcloud: groups, a verb, names."""
    words = _command_words(call.arguments)
    while words and words[0] in ("alpha", "beta", "preview"):
        words = words[1:]
    if len(words) < 2 or words[0] in ("help", "info", "version", "topic", "config", "init"):
        if words[:2] == ["config", "config-helper"]:
            call.output = call.unknown("$(gcloud config config-helper)", paths=("secret:gcloud",))
        return
    if words[0] == "storage" and words[1] in ("cp", "mv", "rsync", "rm"):
        _storage(call, words[1], words[2:])
        return
    for at, word in enumerate(words[1:], 1):
        if _action(word):
            _follow(call, words[: at + 1], word)
            return
    _follow(call, words, words[-1])


def gsutil(call: Invocation) -> None:
    """gsutil: copies, removals and access lists of buckets."""
    words = options.read(call.arguments, valued="hoiu").operands
    if words:
        _storage(call, words[0], words[1:])


def _storage(call: Invocation, verb: str, places: list[str]) -> None:
    if verb in ("rm", "rb"):
        grave = verb == "rb" or any(
            word in ("-r", "-R", "--recursive", "-a", "--all-versions") for word in call.words
        )
        call.emit(
            effects.REMOTE,
            action="delete",
            target=f"{call.name} {verb} {' '.join(places)}",
            flags=("cloud", "grave") if grave else ("cloud",),
        )
    elif verb in ("cp", "mv", "rsync") and len(places) > 1:
        if verb == "rsync" and ("-n" in call.words or "--dry-run" in call.words):
            return
        _copy(call, places, deletes="-d" in call.words)
    elif verb in ("iam", "acl", "defacl") and places[:1] != ["get"]:
        call.emit(effects.REMOTE, action="grant", target=f"{call.name} {verb}", flags=("cloud",))


def bq(call: Invocation) -> None:
    """bq: tables and queries."""
    words = _command_words(call.arguments)
    if not words:
        return
    if words[0] == "query":
        from ambidex.guard.programs import databases

        databases.statements(call, " ".join(words[1:]) or (call.stdin or ""), ("cloud",))
    elif words[0] == "rm":
        call.emit(
            effects.REMOTE,
            action="delete",
            target=f"bq rm {' '.join(words[1:])}",
            flags=("cloud", "grave"),
        )


def az(call: Invocation) -> None:
    """az: groups, then a verb, then nothing but options."""
    words = _command_words(call.arguments, stops=True)
    if len(words) < 2 or words[0] in ("find", "version", "help", "login", "logout", "configure"):
        return
    if words[0] == "repos":
        from ambidex.guard.programs import hosting

        hosting.azure_repos(words, call)
    if words[:3] == ["storage", "blob", "upload"] or words[-1] in ("upload-batch", "upload"):
        given = options.read(
            call.arguments, valued="fscnd", long_valued=("file", "source", "data", "name")
        )
        names = given.all("f", "file", "s", "source")
        data = "".join(call.read(name, flags=("quiet", "recursive")) for name in names)
        call.send("az storage", data, action="put", flags=("file", "store"))
        return
    _follow(call, words, words[-1])


def service(call: Invocation) -> None:
    """Any other service with a command line: the first word that is a verb decides."""
    words = _command_words(call.arguments)
    for at, word in enumerate(words):
        # `heroku apps:destroy`; a word in front of the verb can look like one (`deploy list`).
        parts = word.split(":")
        action = _action(parts[-1])
        following = words[at + 1] if at + 1 < len(words) else ""
        if not action or (at == 0 and action != "ask" and _is_asking(following)):
            continue
        if at == 0 and action == "deploy" and _action(following) == "delete":
            continue
        _follow(call, [*words[:at], *parts, *words[at + 1 :]][: at + len(parts) + 1], parts[-1])
        return


# Hosting platforms (vercel, heroku, fly …) have models of their own, which know what goes live.
_SERVICES = (
    *("doctl", "hcloud", "linode-cli", "oci", "ibmcloud", "aliyun", "cf", "auth0", "okta"),
    *("stripe", "pscale", "neonctl", "neon", "turso", "atlas", "mongocli", "databricks", "snow"),
    *("confluent", "scw", "vultr-cli", "exo", "openstack", "azd", "twilio", "sentry-cli"),
    *("launchdarkly", "ldcli", "upcloud", "yc", "nhost", "cloudflare", "flarectl", "tailscale"),
    *("contentful", "shopify"),
)

MODELS = {
    "aws": aws,
    "gcloud": gcloud,
    "gsutil": gsutil,
    "bq": bq,
    "az": az,
    **dict.fromkeys(_SERVICES, service),
}
