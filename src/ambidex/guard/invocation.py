"""One program with its arguments, as the models of programs see it.

A model says what its program would do: it calls `read`, `write`, `emit` and the like, runs inner
commands with `run`, `script` and `code`, and sets `output` to what the program prints. Models
never touch the file system and never decide anything; rules do.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard import effects
from ambidex.guard.effects import Effect
from ambidex.guard.taint import OUTPUT, Source, Sources, is_known

# What happens to a name and not to the file that it leads to.
_ON_THE_NAME = (effects.DELETE, effects.MOVE)
# Links that lead to links are followed so often.
MAX_LINKS = 20

# Names of the own standard input.
STDIN = frozenset({"/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"})

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Protocol

    class Machine(Protocol):
        """What runs inner commands: the evaluator, as far as invocations need it."""

        sources: Sources
        effects: list[Effect]

        @property
        def contents(self) -> dict[str, str]:
            """Absolute path → text that this command line wrote there."""
            ...

        @property
        def links(self) -> dict[str, str]:
            """Absolute path → target, of links that this command line made."""
            ...

        # What these do is said at `Invocation`'s methods of the same purpose.
        def run(self, words: list[str], caller: Invocation, changes: dict[str, Any]) -> str: ...  # noqa: D102
        def run_script(self, text: str, caller: Invocation, changes: dict[str, Any]) -> str: ...  # noqa: D102
        def file_text(self, path: str) -> str | None: ...  # noqa: D102


def absolute(cwd: str, text: str) -> str:
    """`text` as an absolute, normalised path; `..` after an unknown part is kept."""
    joined = text if text.startswith("/") else f"{cwd}/{text}"
    if is_known(joined):
        if "/.." in joined:
            return _climbed(joined)
        return os.path.normpath(joined).replace("//", "/", 1)
    parts: list[str] = []
    for part in joined.split("/"):
        if part == ".." and parts and parts[-1] != ".." and is_known(parts[-1]):
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _climbed(path: str) -> str:
    """`path` without `..`, which behind a symbolic link leads up from where the link leads to."""
    here = ""
    for part in path.split("/"):
        if part == "..":
            try:  # noqa: SIM105, contextlib would be imported
                here = os.path.realpath(here) if os.path.islink(here) else here
            except (OSError, ValueError):
                pass
            here = here.rpartition("/")[0]
        elif part not in ("", "."):
            here = f"{here}/{part}"
    return here or "/"


def resolved(path: str, links: Mapping[str, str]) -> str:
    """The file that an absolute `path` means after the `links` that the command line made."""
    for _ in range(MAX_LINKS if links else 0):
        for link, target in links.items():
            if path == link or path.startswith(link + "/"):
                path = (
                    absolute(os.path.dirname(link), target).rstrip("/") + path[len(link) :] or "/"
                )
                break
        else:
            break
    return path


class Invocation:
    """One call of one program.

    Attributes:
        name: the program's base name, in lower case.
        words: the words, program first. Words are tainted text, see `ambidex.guard.taint`.
        cwd: the directory it runs in, absolute; may be tainted.
        variables: its environment as far as the command line says: names to tainted values.
        stdin: what it reads from standard input, tainted; None where nothing is connected.
        via: see `Effect.via`.
        output: what it prints, tainted text. A model that leaves it None gets an unknown output
            that carries what the program read and was given.
        status: whether it succeeds, None where that is not known.
    """

    def __init__(
        self,
        machine: Machine,
        words: list[str],
        cwd: str,
        variables: Mapping[str, str],
        stdin: str | None = None,
        via: str = "",
    ) -> None:
        self.machine = machine
        self.words = words
        self._said = tuple(words)
        self.name = os.path.basename(words[0]).lower() if words else ""
        if self.name.endswith(".exe"):
            self.name = self.name[:-4]
        self.cwd = cwd
        self.variables = variables
        self.stdin = stdin
        self.via = via
        self.output: str | None = None
        self.status: bool | None = None
        self._read: list[str] = []
        self._fetched: list[str] = []

    @property
    def arguments(self) -> list[str]:
        """The words after the program."""
        return self.words[1:]

    # Paths and text

    def path(self, text: str) -> str:
        """`text` as an absolute, normalised path; `..` after an unknown part is kept."""
        return absolute(self.cwd, text)

    def unknown(
        self,
        text: str,
        *,
        kind: str = OUTPUT,
        paths: Iterable[str] = (),
        hosts: Iterable[str] = (),
        folders: Iterable[str] = (),
        like: str = "",
    ) -> str:
        """A mark for a part that is not known.

        Args:
            text: how it is shown to people.
            kind: see `ambidex.guard.taint`.
            paths: files whose content flows into it.
            hosts: hosts whose answers flow into it.
            folders: for a list of paths, what they lie below.
            like: tainted text whose sources flow into it too.
        """
        paths, hosts = list(paths), list(hosts)
        for source in self.machine.sources.of(like):
            paths += source.paths
            hosts += source.hosts
        source = Source(kind, text, paths, hosts, folders, self.name)
        return self.machine.sources.mark(source)

    def sources(self, text: str) -> list[Source]:
        """Where the unknown parts of `text` come from."""
        return self.machine.sources.of(text)

    def show(self, text: str) -> str:
        """Tainted text for people."""
        return self.machine.sources.show(text)

    def content(self, path: str) -> str | None:
        """What is in the file at the absolute `path`, tainted.

        What an earlier part of the command line wrote there, else the file itself where it is
        small text; None if neither is known.
        """
        if path in STDIN:
            return self.stdin
        path = resolved(path, self.machine.links)
        if path in self.machine.contents:
            return self.machine.contents[path]
        return self.machine.file_text(path)

    def link(self, path: str, target: str, **facts: Any) -> None:
        """Make a link: a new name `path` for the file `target`, both as the program gets them."""
        self.emit(effects.LINK, path=path, target=self.path(target), **facts)

    # Effects

    def emit(self, kind: str, **facts: Any) -> None:
        """Record an effect; `facts` are attributes of `Effect`, `path` as the program gets it."""
        path = facts.get("path")
        if path:
            path = self.path(path)
            if kind == effects.LINK:
                self.machine.links[path] = facts.get("target", "")
            elif kind not in _ON_THE_NAME:
                path = resolved(path, self.machine.links)
            facts["path"] = path
        # One tuple for all effects: a copy each would make a long command quadratic.
        facts.setdefault("words", self._said)
        facts.setdefault("via", self.via)
        self.machine.effects.append(Effect(kind, **facts))

    def read(self, path: str, **facts: Any) -> str:
        """Read a file; returns its content as tainted text."""
        place = self.path(path)
        if place in STDIN and self.stdin is not None:
            return self.stdin
        place = resolved(place, self.machine.links)
        self._read.append(place)
        self.emit(effects.READ, path=place, **facts)
        written = self.machine.contents.get(place)
        if written is not None:
            return written
        return self.unknown(self.show(path), kind="file", paths=(place,))

    def write(self, path: str, data: str = "", *, kind: str = effects.WRITE, **facts: Any) -> None:
        """Write (or, by `kind`, append to or edit) a file; `data` is what comes into it."""
        place = resolved(self.path(path), self.machine.links)
        self.emit(kind, path=place, data=data, **facts)
        before = self.machine.contents.get(place, "") if kind == effects.APPEND else ""
        self.machine.contents[place] = before + data

    def delete(self, path: str, **facts: Any) -> None:
        """Delete a file or, with the flag `recursive`, everything below it."""
        self.emit(effects.DELETE, path=path, **facts)

    def fetch(self, target: str, **facts: Any) -> str:
        """Fetch from a host; returns what comes back as tainted text."""
        self._fetched.append(target)
        self.emit(effects.FETCH, target=target, **facts)
        return self.unknown(f"the answer of {self.show(target)}", hosts=(target,))

    def send(self, target: str, data: str = "", **facts: Any) -> None:
        """Send `data` to a host."""
        self.emit(effects.SEND, target=target, data=data, **facts)

    # Inner commands

    def run(self, words: list[str], **changes: Any) -> str:
        """Run another program as this one would; returns what it prints, tainted.

        Args:
            words: its words.
            changes: what is different for it: `cwd`, `variables` (added), `stdin`, `via`.
        """
        return self.machine.run(words, self, changes) if words else ""

    def script(self, text: str, **changes: Any) -> str:
        """Run shell code as this program would; returns what it prints, tainted.

        Args:
            text: the code; tainted parts of it become unknown code.
            changes: as for `run`; also `arguments` (the positional parameters, `$0` first).
        """
        return self.machine.run_script(text, self, changes)

    def code(self, language: str, text: str, **changes: Any) -> None:
        """Run code of another language: `python`, `node`, `perl`, `ruby`, `php`, `awk`, …."""
        from ambidex.guard import code

        code.follow(language, text, self, changes)

    def take(self, inner: Invocation) -> None:
        """What `inner`, another view of this run, has read, fetched and printed is this one's."""
        self._read += inner._read
        self._fetched += inner._fetched
        if inner.output is not None:
            self.output = inner.output

    def default_output(self) -> str:
        """What a program prints of which only the inputs are known."""
        taken = "".join(word for word in self.words[1:] if not is_known(word)) + (self.stdin or "")
        shown = " ".join(self.show(word) for word in self.words)
        return self.unknown(f"$({shown[:80]})", paths=self._read, hosts=self._fetched, like=taken)
