"""What terraform, pulumi, cdk, ansible and their relatives would destroy and apply.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _emit(call: Invocation, action: str, target: str, *flags: str) -> None:
    call.emit(
        effects.REMOTE,
        action=action,
        target=call.show(f"{call.name} {target}".strip()),
        flags=("infrastructure", *flags),
    )


def terraform(call: Invocation) -> None:
    """terraform, tofu, terragrunt: plans, and what is done to what they describe."""
    given = options.read(
        call.arguments,
        single=True,
        long_valued=(
            *("terragrunt-working-dir", "terragrunt-config", "working-dir", "queue-include-dir"),
        ),
    )
    words = given.operands
    while words[:1] in (["run-all"], ["run"], ["stack"]):
        words = words[1:]
    if not words or given.has("help", "h"):
        return
    for name in given.all("var-file"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    verb, rest = words[0], words[1:]
    approved = ("approved",) if given.has("auto-approve", "terragrunt-non-interactive") else ()
    if call.name == "terragrunt" and verb in ("destroy-all", "apply-all"):
        verb = verb[:-4]
    if verb == "destroy" or (verb == "apply" and given.has("destroy")):
        _emit(call, "destroy", "destroy", *approved)
    elif verb == "apply":
        planned = ("planned",) if rest else ()
        _emit(call, "deploy", "apply", *approved, *planned)
    elif verb == "state" and rest[:1] and rest[0] in ("rm", "push", "replace-provider", "mv"):
        _emit(call, "state", f"state {rest[0]}")
    elif verb == "workspace" and rest[:1] == ["delete"]:
        forced = ("grave",) if given.has("force") else ()
        _emit(call, "state", "workspace delete", *forced)
    elif verb in ("force-unlock", "taint", "untaint", "import"):
        _emit(call, "state", verb)
    elif verb == "state" and rest[:1] == ["pull"]:
        call.output = call.unknown("$(terraform state pull)", paths=("secret:terraform",))
    elif verb == "login":
        _emit(call, "login", verb)


def pulumi(call: Invocation) -> None:
    """pulumi: stacks."""
    given = options.read(
        call.arguments,
        valued="sCcmft",
        long_valued=("stack", "cwd", "config", "message", "target", "parallel", "config-file"),
    )
    words = given.operands
    if not words or given.has("help", "h"):
        return
    approved = ("approved",) if given.has("yes", "y", "skip-preview", "f") else ()
    if given.has("preview-only"):
        return
    if words[0] in ("destroy", "down", "dn"):
        _emit(call, "destroy", "destroy", *approved)
    elif words[0] in ("up", "update"):
        _emit(call, "deploy", "up", *approved)
    elif words[:2] == ["stack", "rm"]:
        _emit(call, "destroy" if given.has("force") else "state", "stack rm")
    elif words[:2] in (["state", "delete"], ["state", "unprotect"], ["stack", "import"]):
        _emit(call, "state", " ".join(words[:2]))
    elif words[:1] == ["config"] and given.has("show-secrets"):
        call.emit(effects.REMOTE, action="secret", target="pulumi config", flags=("cloud",))


# Program → verbs that destroy, deploy; options that skip the question.
_STACKS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "cdk": (("destroy",), ("deploy", "bootstrap"), ("--force", "-f", "--require-approval=never")),
    "cdktf": (("destroy",), ("deploy", "apply"), ("--auto-approve",)),
    "sam": (("delete",), ("deploy", "sync"), ("--no-prompts",)),
    "kops": (("delete",), ("update", "rolling-update", "create"), ("--yes",)),
}


def stack(call: Invocation) -> None:
    """cdk, sam, serverless and others that deploy or destroy a stack as one."""
    destroying, deploying, approving = _STACKS[call.name]
    words = [word for word in call.arguments if not word.startswith("-")]
    if not words or "--help" in call.arguments or "-h" in call.arguments:
        return
    approved = any(word in approving for word in call.arguments)
    if call.name == "cdk" and "never" in call.arguments:
        approved = True
    flags = ("approved",) if approved else ()
    if words[0] in destroying:
        _emit(call, "destroy", words[0], *flags)
    elif words[0] in deploying and "--no-execute" not in call.arguments:
        if call.name == "kops" and not approved:
            return  # without --yes it only shows what it would do
        _emit(call, "deploy", words[0], *flags)


_ANSIBLE_VALUED = (
    *("inventory", "limit", "module-name", "args", "extra-vars", "user", "tags", "skip-tags"),
    *("vault-password-file", "vault-id", "private-key", "forks", "become-user", "connection"),
    *("timeout", "module-path", "start-at-task", "become-method", "playbook-dir", "key-file"),
)
_DESTRUCTIVE_ARGS = ("state=absent", "state: absent")


def ansible(call: Invocation) -> None:
    """ansible: a module on hosts, for which shell and command are code."""
    given = options.read(call.arguments, valued="imalefuMtT", long_valued=_ANSIBLE_VALUED)
    module = given.last("m", "module-name").rsplit(".", 1)[-1] or "command"
    text = given.last("a", "args")
    hosts = " ".join(given.operands[:1])
    if given.has("check", "C", "list-hosts", "version", "help"):
        return
    if module in ("shell", "command", "raw", "script") and text:
        local = hosts in ("localhost", "127.0.0.1")
        call.script(text, **({} if local else {"cwd": "/", "via": "wrapper:ansible"}))
    elif any(part in text for part in _DESTRUCTIVE_ARGS) or module in ("reboot", "win_reboot"):
        _emit(call, "destroy", f"{module} on {hosts}")


def vault_file(call: Invocation) -> None:
    """ansible-vault, sops: encrypted files; what they show is a secret."""
    words = [word for word in call.arguments if not word.startswith("-")]
    shows = words[:1] in (["view"], ["decrypt"]) or "-d" in call.arguments
    if shows or "--decrypt" in call.arguments:
        call.output = call.unknown(f"$({call.name})", paths=(f"secret:{call.name}",))


def vagrant(call: Invocation) -> None:
    """vagrant: machines on this machine."""
    words = [word for word in call.arguments if not word.startswith("-")]
    forced = "-f" in call.arguments or "--force" in call.arguments
    if "--help" in call.arguments or "-h" in call.arguments:
        return
    if words[:1] == ["destroy"] or words[:2] == ["box", "remove"]:
        _emit(call, "destroy", " ".join(words), "local", *(("approved",) if forced else ()))
    elif words[:1] == ["ssh"] and "-c" in call.arguments[:-1]:
        code = call.arguments[call.arguments.index("-c") + 1]
        call.script(code, cwd="/", via="wrapper:container")


def virtual(call: Invocation) -> None:
    """virsh, VBoxManage, multipass, lxc, incus, qm: virtual machines."""
    words = [word.lower() for word in call.arguments if not word.startswith("-")]
    if words[:1] == ["help"] or "--help" in call.arguments:
        return
    if any(
        word in ("undefine", "unregistervm", "delete", "destroy", "purge") for word in words[:2]
    ):
        purge = any(
            word in ("--remove-all-storage", "--delete", "--purge", "-p") for word in call.arguments
        )
        _emit(call, "destroy", " ".join(words), "local", *(("approved",) if purge else ()))


MODELS = {
    **dict.fromkeys(("terraform", "tofu", "terragrunt"), terraform),
    "pulumi": pulumi,
    **dict.fromkeys(_STACKS, stack),
    "ansible": ansible,
    "ansible-vault": vault_file,
    "sops": vault_file,
    "vagrant": vagrant,
    **dict.fromkeys(("virsh", "vboxmanage", "multipass", "lxc", "incus", "qm"), virtual),
}
