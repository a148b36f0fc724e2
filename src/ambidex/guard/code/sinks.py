"""What inline code can do to the world, in the same few verbs for every language.

A reader of a language finds calls and what is known of their arguments, as values: text (tainted
where it is not known), numbers, lists, dictionaries, and `Ref`, a name or object of the language.
These verbs turn values into effects of the invocation that runs the code.

Hot path: nothing is imported but the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.taint import VARIABLE, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

# Readers stop looking after that many steps: code on a command line is short.
MAX_STEPS = 20_000
MAX_ITEMS = 64
MAX_DEPTH = 8


class Ref:
    """A name of the language (`os.remove`), or an object with what is known of it.

    Attributes:
        name: dotted name; for an object that of its class.
        value: what the object holds: the path of a file, the host of a connection.
        holder: for a method, the object whose method it is.
    """

    __slots__ = ("holder", "name", "value")

    def __init__(self, name: str, value: Any = None, holder: Ref | None = None) -> None:
        self.name = name
        self.value = value
        self.holder = holder


_ENVIRONMENTS = ("os.environ", "process.env", "ENV", "Deno.env", "Bun.env")


def _is_read(handle: tuple[Any, ...]) -> bool:
    """Whether an open file, its path and mode, is open for reading only."""
    mode = handle[1] if len(handle) > 1 else "r"
    return not isinstance(mode, str) or not set(mode) & set("wax+")


class TooMuch(Exception):
    """The code is longer than anybody writes on a command line."""


class Sinks:
    """The verbs, for one piece of code that one invocation runs.

    Attributes:
        call: the invocation.
        argv: what the code sees as its arguments, the program's own name first.
        depth: how deep in code that runs code it is.
        printed: what it prints.
    """

    def __init__(self, call: Invocation, arguments: list[str], depth: int = 0) -> None:
        self.call = call
        self.argv = arguments
        self.depth = depth
        self.printed: list[str] = []
        self.steps = 0

    def step(self) -> None:
        """Count one step.

        Raises:
            TooMuch: when there were too many.
        """
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise TooMuch

    # Values

    def text(self, value: Any, shown: str = "") -> str:
        """A value as tainted text; what has no text is unknown."""
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or value is None:
            return "" if value is None else str(value)
        if isinstance(value, (int, float)):
            return str(value)
        if isinstance(value, Ref):
            if isinstance(value.value, str):
                return value.value
            return self.unknown(shown or value.name, value)
        return self.unknown(shown or "…", value)

    def flat(self, value: Any, depth: int = 0) -> str:
        """All text that a value holds, for what flows on."""
        if isinstance(value, str):
            return value
        if depth > MAX_DEPTH:
            return ""
        if isinstance(value, Ref):
            if value.name in _ENVIRONMENTS:
                return self.call.unknown(value.name, paths=("/proc/self/environ",))
            if value.name == "file" and isinstance(value.value, tuple) and _is_read(value.value):
                return self.read(value.value[0])  # an open file that is handed over whole
            return self.flat(value.value, depth + 1)
        if isinstance(value, (list, tuple)):
            return "".join(self.flat(item, depth + 1) for item in value[:MAX_ITEMS])
        if isinstance(value, dict):
            return "".join(self.flat(item, depth + 1) for item in list(value.values())[:MAX_ITEMS])
        return ""

    def unknown(self, shown: str, like: Any = "") -> str:
        """A mark into which what `like` holds flows."""
        return self.call.unknown(shown[:80], kind=VARIABLE, like=self.flat(like))

    def texts(self, value: Any) -> list[str]:
        """A value as a list of texts: a list's items, else the one text."""
        if isinstance(value, (list, tuple)):
            return [self.text(item) for item in value]
        return [self.text(value)]

    # Execution

    def shell(self, value: Any, stdin: str | None = None) -> str:
        """Run a shell command; returns what it prints."""
        changes = {} if stdin is None else {"stdin": stdin}
        return self.call.script(self.text(value, "the command"), **changes)

    def program(self, values: Any, stdin: str | None = None, cwd: str = "") -> str:
        """Run a program with its arguments, no shell between; returns what it prints."""
        words = self.texts(values)
        changes: dict[str, Any] = {} if stdin is None else {"stdin": stdin}
        if cwd:
            changes["cwd"] = self.call.path(cwd)
        return self.call.run(words, **changes) if words and words[0] else ""

    def execute(self, language: str, value: Any) -> None:
        """Run text as code of `language`."""
        text = self.text(value, "code")
        if self.depth >= MAX_DEPTH:
            self.call.emit(effects.UNKNOWN, action=f"{language} in itself too deep")
            return
        self.call.code(language, text, arguments=self.argv, depth=self.depth + 1)

    # Files

    def read(self, value: Any) -> str:
        """Read a file; returns its content."""
        return self.call.read(self.text(value, "a file"))

    def write(self, value: Any, data: Any = "", kind: str = effects.WRITE) -> None:
        """Write a file, or append to it or edit it."""
        self.call.write(self.text(value, "a file"), self.flat(data), kind=kind)

    def remove(self, value: Any, *flags: str) -> None:
        """Delete files; lists name several."""
        for path in self.texts(value):
            self.call.delete(path or ".", flags=flags)

    def move(self, old: Any, new: Any) -> None:
        """Give a file another name."""
        self.call.emit(effects.MOVE, path=self.text(old), target=self.call.path(self.text(new)))
        self.call.write(self.text(new), self.known_content(self.text(old)))

    def copy(self, old: Any, new: Any) -> None:
        """Copy a file."""
        self.call.write(self.text(new), self.read(old))

    def known_content(self, path: str) -> str:
        """What the command line itself wrote into `path`."""
        return self.call.machine.contents.get(self.call.path(path), "")

    def mode(self, value: Any, mode: Any) -> None:
        """Change permissions; numbers are written in octal."""
        known = isinstance(mode, int) and not isinstance(mode, bool)
        action = format(mode, "o") if known else self.text(mode)
        for path in self.texts(value):
            self.call.emit(effects.MODE, path=path, action=action)

    def owner(self, value: Any) -> None:
        """Change the owner."""
        self.call.emit(effects.OWNER, path=self.text(value))

    def link(self, target: Any, path: Any) -> None:
        """A new name `path` for `target`."""
        self.call.emit(effects.LINK, path=self.text(path), target=self.call.path(self.text(target)))

    # The rest of the world

    def network(self, address: Any, data: Any = "") -> str:
        """Talk to a host; returns its answer. With data it is a SEND, without a FETCH."""
        target = self.text(address, "a host")
        flowing = self.flat(data)
        # What is put into the address is sent as well, where it comes from files or programs.
        if not is_known(target) and any(s.paths for s in self.call.sources(target)):
            flowing += target
        if flowing:
            self.call.send(host_of(target), flowing)
        return self.call.fetch(target)

    def kill(self, target: Any, signal: Any = "") -> None:
        """Send a signal to a process."""
        self.call.emit(effects.KILL, target=self.text(target), action=self.text(signal))


def host_of(url: str) -> str:
    """The host of a URL, or the text itself when it is none."""
    rest = url.split("://", 1)[-1]
    for end in "/?#":
        rest = rest.split(end, 1)[0]
    return rest.rsplit("@", 1)[-1] or url


def joined(*parts: str) -> str:
    """Path parts put together; an absolute part starts anew."""
    path = ""
    for part in parts:
        if part.startswith("/") or not path:
            path = part
        elif part:
            path = f"{path.rstrip('/')}/{part}"
    return path


def only_marks(text: str) -> bool:
    """Whether `text` is nothing but unknown parts."""
    stripped = "".join(text.split()).strip(";\"'")
    return bool(stripped) and all(not is_known(character) for character in stripped)


def looks_like_shell(text: str) -> bool:
    """Whether text that is no code of its language begins like a shell command that matters."""
    first, _, rest = text.strip().partition(" ")
    rest = rest.lstrip()
    if first not in _COMMANDS or not rest:
        return False
    return rest[0] in "-/~.$*" or rest[0].isalpha()


_COMMANDS = frozenset(
    [
        "rm",
        "rmdir",
        "git",
        "sudo",
        "dd",
        "mkfs",
        "shred",
        "chmod",
        "chown",
        "curl",
        "wget",
        "mv",
        "find",
        "truncate",
        "kill",
        "killall",
        "pkill",
        "docker",
        "kubectl",
        "terraform",
        "bash",
        "sh",
        "eval",
        "shutdown",
        "reboot",
    ]
)
