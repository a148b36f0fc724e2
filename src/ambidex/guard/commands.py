"""The destructive families of shell commands, judged by program and arguments.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.words import UnreadableCommand, simple_commands
from ambidex.verdict import ALLOW, ASK, DENY, Decision

MAX_UNWRAPPING = 10

# Programs that run the rest of their words, and which of their options take a value of their own.
_WRAPPERS = {
    "sudo": ("-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U", "-r", "-t"),
    "doas": ("-u", "-C"),
    "env": ("-u", "-C", "--unset", "--chdir"),
    "nice": ("-n",),
    "ionice": ("-c", "-n", "-p"),
    "nohup": (),
    "time": ("-f", "-o"),
    "timeout": ("-s", "-k"),
    "stdbuf": ("-i", "-o", "-e"),
    "setsid": (),
    "command": (),
    "builtin": (),
    "exec": ("-a",),
    "xargs": ("-I", "-n", "-P", "-L", "-d", "-s", "-a", "-E"),
    "busybox": (),
}
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "ksh"})
_KEYWORDS = frozenset({"then", "do", "else", "elif", "if", "while", "until", "!", "{", "}"})

# Folders whose recursive removal takes a machine, a home or a repository with it.
_ROOTS = frozenset(
    {"/", "/*", "~", "~/", "~/*", "$HOME", "${HOME}", "$HOME/", "$HOME/*", "${HOME}/*"}
    | {".", "./", "./*", "*", "..", "../", "../*", ".*", ".git", "./.git", "$PWD", "${PWD}"}
)
_SYSTEM = frozenset(
    {"bin", "boot", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "root", "sbin", "srv"}
    | {"sys", "usr", "var", "Applications", "Library", "System", "Users", "mnt", "media", "Volumes"}
)

_PERSON_ONLY = frozenset({"trust", "init", "pause", "install", "uninstall", "approve"})


def judge(command: str) -> Decision:
    """The decision on a command line for the Bash tool.

    Returns:
        `allow`, `deny`, or `ask` for a command line that cannot be read.
    """
    bare = command.translate(_QUOTES)
    if not any(needle in bare for needle in ("rm", "push", "chmod", "ambidex", "eval", "\\x")):
        return Decision(ALLOW)
    try:
        commands = simple_commands(command)
    except UnreadableCommand as problem:
        return Decision(
            ASK,
            "ambidex.guard.unreadable",
            f"The command cannot be read: {problem}.",
            "Split it into simpler commands.",
        )
    return _judge_all(commands, 0)


def reading(command: str) -> list[list[str]]:
    """The simple commands as the guard reads them, for a person; empty when unreadable."""
    try:
        return simple_commands(command)
    except UnreadableCommand:
        return []


_QUOTES = {ord(char): None for char in "'\"\\\n"}


def _judge_all(commands: list[list[str]], depth: int) -> Decision:
    worst = Decision(ALLOW)
    for words in commands:
        decision = _judge_words(words, depth)
        if decision.action == DENY:
            return decision
        if decision.action == ASK:
            worst = decision
    return worst


def _judge_words(words: list[str], depth: int) -> Decision:
    words = _unwrapped(words)
    if not words:
        return Decision(ALLOW)
    program, arguments = _basename(words[0]), words[1:]
    inner = _inner_script(program, arguments)
    if inner is not None:
        if depth >= MAX_UNWRAPPING:
            return Decision(ASK, "ambidex.guard.unreadable", "Shells are nested too deeply.")
        try:
            return _judge_all(simple_commands(inner), depth + 1)
        except UnreadableCommand as problem:
            return Decision(ASK, "ambidex.guard.unreadable", f"The script: {problem}.")
    judge_family = _FAMILIES.get(program)
    return judge_family(arguments) if judge_family else Decision(ALLOW)


def _basename(path: str) -> str:
    """The last component of a program's path."""
    return path.rsplit("/", 1)[-1]


def _unwrapped(words: list[str]) -> list[str]:
    """The words from the program on that is really run."""
    at = 0
    while at < len(words):
        word = words[at]
        name = _basename(word)
        if word in _KEYWORDS or _is_assignment(word):
            at += 1
        elif name in _WRAPPERS:
            at = _after_options(words, at + 1, _WRAPPERS[name])
            if name == "timeout":
                at += 1  # the duration
        else:
            break
    return words[at:]


def _after_options(words: list[str], at: int, valued: tuple[str, ...]) -> int:
    while at < len(words) and (words[at].startswith("-") or _is_assignment(words[at])):
        at += 2 if words[at] in valued else 1
    return at


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _inner_script(program: str, arguments: list[str]) -> str | None:
    if program == "eval":
        return " ".join(arguments)
    if program in _SHELLS:
        for at, word in enumerate(arguments[:-1]):
            if word.startswith("-") and not word.startswith("--") and "c" in word:
                return arguments[at + 1]
    return None


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Options and operands; everything after `--` is an operand."""
    if "--" in arguments:
        at = arguments.index("--")
        before, after = arguments[:at], arguments[at + 1 :]
    else:
        before, after = arguments, []
    options = [word for word in before if word.startswith("-") and word != "-"]
    return options, [word for word in before if word not in options] + after


def _has(options: list[str], letters: str, *long: str) -> bool:
    return any(
        option.startswith(long) if option.startswith("--") else set(option) & set(letters)
        for option in options
    )


def _is_root(target: str) -> bool:
    trimmed = target.rstrip("/") or "/"
    if target in _ROOTS or trimmed in _ROOTS:
        return True
    while "//" in trimmed:
        trimmed = trimmed.replace("//", "/")
    parts = [part for part in trimmed.split("/") if part not in ("", ".")]
    if ".." in parts and set(parts) <= {"..", "*"}:
        return True
    if not trimmed.startswith("/"):
        return False
    # /, /usr, /home/somebody, each also with a closing /*
    if parts and parts[-1] == "*":
        parts.pop()
    if not parts:
        return True
    if parts[0] in ("home", "Users"):
        return len(parts) <= 2
    return len(parts) == 1 and parts[0] in _SYSTEM


def _rm(arguments: list[str]) -> Decision:
    options, targets = _split(arguments)
    if not _has(options, "rR", "--recursive"):
        return Decision(ALLOW)
    for target in targets:
        if _is_root(target):
            return Decision(
                DENY,
                "ambidex.filesystem.recursive-delete",
                f"A recursive delete of {target!r} would take far more than this task's files.",
                "Delete the files that you made, by name.",
            )
    return Decision(ALLOW)


def _git(arguments: list[str]) -> Decision:
    at = _after_options(arguments, 0, ("-C", "-c", "--git-dir", "--work-tree", "--namespace"))
    if arguments[at : at + 1] != ["push"]:
        return Decision(ALLOW)
    options, operands = _split(arguments[at + 1 :])
    lease = any(option.startswith("--force-with-lease") for option in options)
    forced = _has(
        [option for option in options if not option.startswith("--force-")],
        "f",
        "--force",
        "--mirror",
    )
    if forced or any(operand.startswith("+") for operand in operands[1:]):
        return Decision(
            DENY,
            "ambidex.git.force-push",
            "A force push overwrites history that others may have built upon.",
            "Push a new branch, or ask a person to force the push.",
        )
    if lease:
        return Decision(
            ASK,
            "ambidex.git.force-push",
            "The push rewrites a remote branch, although only if nobody else has moved it.",
            "Push a new branch instead.",
        )
    return Decision(ALLOW)


def _chmod(arguments: list[str]) -> Decision:
    for mode in _split(arguments)[1][:1]:
        digits = mode.lstrip("0")
        octal = bool(digits) and all(digit in "01234567" for digit in digits)
        if octal and int(digits[-1]) & 2 and not (len(digits) == 4 and digits[0] == "1"):
            return _world_writable(mode)
        for clause in mode.split(","):
            for sign in "+=":
                who, found, what = clause.partition(sign)
                everyone = who == "" or "o" in who or "a" in who
                if found and everyone and "w" in what and set(who) <= set("ugoa"):
                    # A bare +w obeys the umask, which leaves others out.
                    if who == "":
                        continue
                    return _world_writable(mode)
    return Decision(ALLOW)


def _world_writable(mode: str) -> Decision:
    return Decision(
        DENY,
        "ambidex.permissions.world-writable",
        f"chmod {mode} lets every user of the machine write.",
        "Grant what is needed to the owner or group, for example chmod u+rwx or 755.",
    )


def _ambidex(arguments: list[str]) -> Decision:
    verb = next((word for word in arguments if not word.startswith("-")), "")
    if verb in _PERSON_ONLY:
        return Decision(
            DENY,
            "ambidex.own.person-only",
            f"`ambidex {verb}` is for a person at a terminal.",
            "Tell the user what you need and why.",
        )
    return Decision(ALLOW)


_FAMILIES = {"rm": _rm, "git": _git, "chmod": _chmod, "ambidex": _ambidex}
