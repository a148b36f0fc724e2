"""Credential stores: password managers, keychains, GnuPG, vault; and dumps of the environment.

What they print is a secret; the mark `secret:<program>` says so wherever it flows. Hot path:
nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _secret(call: Invocation, shown: str, *flags: str) -> None:
    """A stored secret is printed."""
    call.emit(effects.REMOTE, action="secret", target=shown, flags=("store", *flags))
    call.output = call.unknown(f"$({shown})", paths=(f"secret:{call.name}",))


def _delete(call: Invocation, shown: str, *flags: str) -> None:
    call.emit(effects.REMOTE, action="delete", target=shown, flags=("store", *flags))


def _words(call: Invocation) -> list[str]:
    return [word for word in call.arguments if not word.startswith("-")]


def _wrapped(call: Invocation) -> bool:
    """Run what stands behind `--`, for stores that hand secrets to a program."""
    if "--" not in call.arguments:
        return False
    call.output = call.run(call.arguments[call.arguments.index("--") + 1 :])
    return True


_VAULT_DELETING = (
    *(["kv", "delete"], ["kv", "destroy"], ["secrets", "disable"], ["auth", "disable"]),
    *(["policy", "delete"], ["lease", "revoke"], ["token", "revoke"], ["operator", "seal"]),
    *(["operator", "rekey"], ["audit", "disable"], ["namespace", "delete"]),
)


# Paths that tell about the server, and hold no secrets.
_OF_THE_SERVER = ("sys/health", "sys/mounts", "sys/auth", "sys/policies", "sys/seal-status")


def vault(call: Invocation) -> None:
    """vault, bao: HashiCorp's server for secrets."""
    words = _words(call)
    path = " ".join(words[:3])
    if not words or "-help" in call.arguments or "--help" in call.arguments:
        return
    if words[:1] == ["read"] and "".join(words[1:2]).startswith(_OF_THE_SERVER):
        return  # about the server
    if words[0] == "read" or words[:2] == ["kv", "get"] or words[:2] == ["print", "token"]:
        _secret(call, f"{call.name} {path}")
    elif words[:2] in _VAULT_DELETING or words[0] == "delete":
        grave = words[0] in ("secrets", "operator", "audit", "auth") or "destroy" in words
        _delete(call, f"{call.name} {path}", *(("grave",) if grave else ()))


_SHOWING = (
    *(["read"], ["inject"], ["show"], ["export"], ["password"], ["p"]),
    *(["item", "get"], ["document", "get"], ["get", "item"], ["get", "document"]),
)


def one_password(call: Invocation) -> None:
    """op, bw, lpass, rbw, dashlane: password managers."""
    words = _words(call)
    if not words or (call.name == "op" and words[0] == "run" and _wrapped(call)):
        return
    if "--help" in call.arguments:
        return
    shown = f"{call.name} {' '.join(words[:3])}"
    gets = words[:1] == ["get"] and call.name in ("bw", "rbw", "lpass")
    if gets or words[:1] in _SHOWING or words[:2] in _SHOWING:
        _secret(call, shown)
    elif any(word in ("delete", "rm", "remove", "purge") for word in words[:2]):
        _delete(call, shown)


def pass_store(call: Invocation) -> None:
    """pass, gopass: `pass name` shows, like `pass show name`."""
    words = _words(call)
    if not words or words[0] in ("ls", "list", "find", "grep", "git", "help", "version", "search"):
        return
    if words[0] in ("rm", "remove", "delete"):
        _delete(call, f"{call.name} {' '.join(words)}")
    elif words[0] not in ("insert", "generate", "edit", "init", "mv", "cp", "otp", "audit", "add"):
        copies = "-c" in call.arguments or "--clip" in call.arguments
        if not copies:
            _secret(call, f"{call.name} {' '.join(words[:2])}")


def gpg(call: Invocation) -> None:
    """gpg: secret keys leave by one option, and are deleted by another."""
    given = options.read(
        call.arguments,
        valued="ruoN",
        long_valued=("recipient", "local-user", "output", "homedir", "passphrase-file", "keyring"),
        long=(
            "export",
            "export-ownertrust",
            "export-secret-keys",
            "export-secret-subkeys",
            "delete-secret-keys",
            "delete-keys",
        ),
    )
    if given.has("export-secret-keys", "export-secret-subkeys", "export-secret-key"):
        _secret(call, "gpg --export-secret-keys", "grave")
        for name in given.all("o", "output"):
            call.write(name, call.output or "")
    elif given.has("delete-secret-keys", "delete-secret-and-public-key", "delete-secret-key"):
        _delete(call, "gpg --delete-secret-keys", "grave")
    else:
        for name in given.all("passphrase-file"):
            call.emit(effects.READ, path=name, flags=("quiet",))


def keychain(call: Invocation) -> None:
    """security: the keychain of macOS."""
    words = call.arguments
    if not words:
        return
    shows = any(word.startswith(("-w", "-g")) for word in words[1:])
    if words[0] in ("find-generic-password", "find-internet-password") and shows:
        _secret(call, f"security {words[0]}")
    elif words[0] in ("dump-keychain", "export"):
        _secret(call, f"security {words[0]}", "grave")
    elif words[0].startswith("delete-"):
        grave = words[0] in ("delete-keychain", "delete-identity")
        _delete(call, f"security {words[0]}", *(("grave",) if grave else ()))


def secret_tool(call: Invocation) -> None:
    """secret-tool, keyring, kwallet-query: keyrings of the desktop."""
    words = _words(call)
    if words[:1] in (["lookup"], ["get"]) or (words[:1] == ["search"] and "--all" in call.words):
        _secret(call, f"{call.name} {words[0]}")
    elif call.name == "kwallet-query" and "-r" in call.arguments:
        _secret(call, "kwallet-query -r")
    elif words[:1] in (["clear"], ["del"]):
        _delete(call, f"{call.name} {words[0]}")


def handing(call: Invocation) -> None:
    """aws-vault, doppler, infisical, chamber: secrets for a program that they run."""
    words = _words(call)
    if _wrapped(call):
        return
    if words[:1] in (["exec"], ["run"]):
        if call.name == "aws-vault" and len(words) > 2:
            call.output = call.run(words[2:])
        return
    if words[:2] in (["secrets", "get"], ["secrets", "download"]) or words[:1] in (
        *(["export"], ["read"], ["env"]),
    ):
        _secret(call, f"{call.name} {' '.join(words[:2])}")
    elif words == ["secrets"] and "--only-names" not in call.arguments:
        _secret(call, f"{call.name} secrets")
    elif any(word in ("delete", "remove", "clear") for word in words[:2]):
        _delete(call, f"{call.name} {' '.join(words[:2])}")


def printenv(call: Invocation) -> None:
    """printenv: all of the environment, or variables of it."""
    names = [word for word in call.arguments if not word.startswith("-")]
    if not names:
        call.output = call.unknown("$(printenv)", paths=("/proc/self/environ",))
        return
    known = [call.variables.get(name) if is_known(name) else None for name in names]
    call.output = "\n".join(
        value if value is not None else call.unknown(f"${name}", kind="variable")
        for name, value in zip(names, known)
    )


def ssh_keygen(call: Invocation) -> None:
    """ssh-keygen: makes keys; reading one shows only its public part."""
    given = options.read(call.arguments, valued="abCDEefFGIiKMmNnOPRrSsTtVwWYz")
    if given.has("l", "y", "F", "R", "B", "e", "i", "H"):
        return
    name = given.last("f")
    if name and given.has("p"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    elif name and call.stdin:
        # It asks before it replaces a key; an answer that was prepared makes it a replacement.
        call.emit(effects.WRITE, path=name)


MODELS = {
    "vault": vault,
    "bao": vault,
    **dict.fromkeys(("op", "bw", "lpass", "rbw", "dcli"), one_password),
    "pass": pass_store,
    "gopass": pass_store,
    "gpg": gpg,
    "gpg2": gpg,
    "security": keychain,
    **dict.fromkeys(("secret-tool", "keyring", "kwallet-query"), secret_tool),
    **dict.fromkeys(("aws-vault", "doppler", "infisical", "chamber"), handing),
    "printenv": printenv,
    "ssh-keygen": ssh_keygen,
}
