"""Whether a person holds the terminal: consent is not the agent's to give.

What is checked: the environment that Claude Code gives its children, the terminal, and the
processes above this one. What is not proved: a program that removes its environment, leaves its
parents behind and brings a pseudo-terminal looks like a person. The guard refuses such commands;
nothing that runs as the same user can make it impossible.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Set by Claude Code for what it starts. Other CLAUDE_CODE_* variables are settings that people
# export in their own shells.
_CHILD_VARIABLES = (
    "CLAUDECODE",
    "CLAUDE_CODE_CHILD_SESSION",
    "CLAUDE_CODE_SESSION_ID",
    "CLAUDE_CODE_ENTRYPOINT",
    "CLAUDE_PROJECT_DIR",
    "CLAUDE_PLUGIN_ROOT",
)
_MOST_ANCESTORS = 64


class NotAPerson(Exception):
    """No person holds the terminal.

    Attributes:
        reason: what showed it, a clause.
        command: the command line that a person can run instead.
    """

    def __init__(self, reason: str, command: str) -> None:
        self.reason = reason
        self.command = command
        super().__init__(
            f"Only a person can do this, and {reason}. In a terminal of your own, run: {command}"
        )


def require_person(
    environ: Mapping[str, str], command: str, ancestry: Iterable[list[str]] | None = None
) -> None:
    """Return only when a person holds the terminal.

    Args:
        environ: the process environment.
        command: the command line that a person can run instead, for the message.
        ancestry: command lines of the processes above this one; looked up by default.

    Raises:
        NotAPerson: the environment, the terminal or a process above says otherwise.
    """
    for name in _CHILD_VARIABLES:
        if environ.get(name):
            raise NotAPerson(f"{name} is set, as Claude Code does for what it starts", command)
    for stream, name in ((sys.__stdin__, "input"), (sys.__stdout__, "output")):
        if stream is None or not _is_terminal(stream.fileno()):
            raise NotAPerson(f"the standard {name} is not a terminal", command)
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        raise NotAPerson("this process has no terminal of its own", command) from None
    for words in ancestors() if ancestry is None else ancestry:
        if is_claude_code(words):
            raise NotAPerson("Claude Code is among the processes that started this one", command)


def _is_terminal(handle: int) -> bool:
    try:
        return os.isatty(handle)
    except (OSError, ValueError):
        return False


def is_claude_code(words: list[str]) -> bool:
    """Whether a command line is Claude Code's: its program, or a runtime that runs its package."""
    # Only the program and, for node, bun or sh, what it runs: `vim claude` is not Claude Code.
    for word in [word for word in words if not word.startswith("-")][:2]:
        if "/@anthropic-ai/claude-code" in word or "/claude/versions/" in word:
            return True
    name = os.path.basename(words[0]).lstrip("-") if words else ""
    runtimes = ("node", "bun", "deno", "sh", "bash", "dash", "zsh", "env")
    if name in runtimes:
        rest = [word for word in words[1:] if not word.startswith("-")]
        name = os.path.basename(rest[0]) if rest else ""
    return name.startswith("claude ") or name in ("claude", "claude.exe")


def ancestors() -> list[list[str]]:
    """Command lines of the processes above this one, the nearest first.

    Processes of others that the system hides end the list.
    """
    if os.path.exists("/proc/self/stat"):
        return _ancestors_in_proc()
    return _ancestors_by_ps()


def _ancestors_in_proc() -> list[list[str]]:
    found: list[list[str]] = []
    pid = os.getppid()
    while pid > 0 and len(found) < _MOST_ANCESTORS:
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = [os.fsdecode(word) for word in file.read().split(b"\0") if word]
            with open(f"/proc/{pid}/stat", "rb") as file:
                # The name in parentheses may have spaces and parentheses of its own.
                pid = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return found
        found.append(words)
    return found


def _ancestors_by_ps() -> list[list[str]]:
    import subprocess

    try:
        run = subprocess.run(
            ["/bin/ps", "-axo", "pid=,ppid=,command="],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return lines_above(os.getppid(), run.stdout.decode("utf-8", "replace"))


def lines_above(pid: int, table: str) -> list[list[str]]:
    """Command lines from `pid` upwards.

    Args:
        pid: where to start.
        table: what `ps -axo pid=,ppid=,command=` prints.
    """
    processes: dict[str, list[str]] = {}
    for line in table.splitlines():
        fields = line.split()
        if len(fields) > 2:
            processes[fields[0]] = fields[1:]
    found: list[list[str]] = []
    key = str(pid)
    while key in processes and len(found) < _MOST_ANCESTORS:
        key, *words = processes[key]
        found.append(words)
    return found
