"""What a shell knows at one point of a command line: variables, functions, directory, descriptors.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import CHOICE, Source, Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from ambidex.guard.shell.nodes import Node

    # A string, an array (indexed: int keys; associative: str keys), or None: certainly not set.
    Value = Union[str, dict[Any, str], None]
    # ("out",) ("err",) ("file", path, kind) ("net", host) ("text", text)
    Descriptor = tuple[str, ...]

# More states than this at once are joined into one.
MAX_STATES = 8

OUT: Descriptor = ("out",)
ERR: Descriptor = ("err",)


class State:
    """One possible state of a shell. Tables are replaced, never changed, so that copies are cheap.

    Only `contents` and `links` are changed in place, since models of programs write to them;
    copies get their own.

    Attributes:
        variables: name → value; a name that is missing has its value from the environment.
        exported: names that programs see.
        attributes: name → letters that `declare` gave it: `A a i l n r u`.
        functions: name → body.
        aliases: name → text.
        cwd: the working directory; may be tainted.
        previous: the directory before that, `""` when it is not known.
        retreat: the directory it is still in when the last command, a `cd`, failed; else `""`.
        folders: the stack of `pushd`.
        positional: `$1 $2 …`.
        zero: `$0`.
        descriptors: number → where it leads, for those that are not as usual.
        stdin: the text that is to be read from standard input; None where nothing is connected.
        output: what was printed so far, as far as it is collected by somebody.
        traps: signal → code.
        options: shell options that are switched on: `lastpipe`, `errexit`, ….
        status: whether the last command succeeded; None when that is not known.
        flow: `("break", "1")`, `("return", "")` and so on while what follows is not run.
        scopes: for each function that runs, what its local variables hide.
        contents: absolute path → text that this command line wrote there.
        links: absolute path → target, of links that this command line made.
    """

    __slots__ = (
        *("aliases", "attributes", "contents", "cwd", "descriptors", "exported", "flow", "folders"),
        *("functions", "links", "options", "output", "positional", "previous", "retreat", "scopes"),
        *("status", "stdin", "traps", "variables", "zero"),
    )

    def __init__(self, cwd: str) -> None:
        self.variables: dict[str, Value] = {}
        self.exported: frozenset[str] = frozenset()
        self.attributes: dict[str, str] = {}
        self.functions: dict[str, Node] = {}
        self.aliases: dict[str, str] = {}
        self.cwd = cwd
        self.previous = ""
        self.retreat = ""
        self.folders: tuple[str, ...] = ()
        self.positional: tuple[str, ...] = ()
        self.zero = "bash"
        self.descriptors: dict[str, Descriptor] = {}
        self.stdin: str | None = None
        self.output = ""
        self.traps: dict[str, str] = {}
        self.options: frozenset[str] = frozenset()
        self.status: bool | None = True
        self.flow: tuple[str, int] | None = None
        self.scopes: tuple[dict[str, Any], ...] = ()
        self.contents: dict[str, str] = {}
        self.links: dict[str, str] = {}

    def fork(self) -> State:
        """A copy that can go its own way."""
        copy = State.__new__(State)
        copy.variables = self.variables
        copy.exported = self.exported
        copy.attributes = self.attributes
        copy.functions = self.functions
        copy.aliases = self.aliases
        copy.cwd = self.cwd
        copy.previous = self.previous
        copy.retreat = self.retreat
        copy.folders = self.folders
        copy.positional = self.positional
        copy.zero = self.zero
        copy.descriptors = self.descriptors
        copy.stdin = self.stdin
        copy.output = self.output
        copy.traps = self.traps
        copy.options = self.options
        copy.status = self.status
        copy.flow = self.flow
        copy.scopes = self.scopes
        copy.contents = dict(self.contents)
        copy.links = dict(self.links)
        return copy

    def subshell(self, stdin: str | None) -> State:
        """The state in which `( … )`, a stage of a pipeline or a substitution begins."""
        copy = self.fork()
        copy.stdin = stdin
        copy.output = ""
        copy.traps = {}
        copy.descriptors = {k: v for k, v in self.descriptors.items() if k != "1"}
        return copy

    def after(self, inner: State) -> State:
        """This state after a subshell ended in `inner`: only files stay."""
        copy = self.fork()
        copy.contents = inner.contents
        copy.links = inner.links
        copy.status = inner.status
        return copy

    def assign(self, name: str, value: Value) -> None:
        """Give a variable a value."""
        letters = self.attributes.get(name, "") if self.attributes else ""
        if letters:
            if "r" in letters and name in self.variables:
                return
            if "n" in letters and isinstance(self.variables.get(name), str):
                name = str(self.variables[name])
            if isinstance(value, str):
                if "l" in letters:
                    value = value.lower()
                elif "u" in letters:
                    value = value.upper()
        old = self.variables.get(name)
        if isinstance(old, dict) and isinstance(value, str):
            value = {**old, ("0" if "A" in letters else 0): value}
        self.variables = {**self.variables, name: value}

    def same(self, other: State) -> bool:
        """Whether the two states differ in nothing but status and output."""
        return (
            self.variables == other.variables
            and self.cwd == other.cwd
            and self.flow == other.flow
            and self.contents == other.contents
            and self.positional == other.positional
            and self.stdin == other.stdin
            and self.functions == other.functions
            and self.descriptors == other.descriptors
            and self.exported == other.exported
            and self.links == other.links
            and self.traps == other.traps
            and self.aliases == other.aliases
            and self.options == other.options
            and self.scopes == other.scopes
            and self.folders == other.folders
        )


def failed(state: State) -> State:
    """The state when the last command, of which it is not known, failed: no `cd` happened."""
    copy = state.fork()
    if copy.retreat:
        copy.cwd, copy.retreat = copy.retreat, ""
    return copy


def merged(states: list[State], sources: Sources) -> list[State]:
    """`states` with equal ones made one, at most `MAX_STATES`."""
    if len(states) < 2:
        return states
    kept: list[State] = []
    for state in states:
        for other in kept:
            if not state.same(other):
                continue
            if state.output.startswith(other.output):
                other.output = state.output
            elif not other.output.startswith(state.output):
                continue
            if other.status != state.status:
                other.status = None
            break
        else:
            kept.append(state)
    return kept if len(kept) <= MAX_STATES else [_joined(kept, sources)]


def _joined(states: list[State], sources: Sources) -> State:
    """One state for many: what differs is a choice."""
    joined = states[0].fork()
    going = [state for state in states if state.flow is None] or states
    joined.flow = going[0].flow
    joined.status = None
    joined.cwd = _choice([state.cwd for state in states], "$PWD", sources)
    joined.output = _choice([state.output for state in states], "$(…)", sources)
    names = {name for state in states for name in state.variables}
    variables = dict(joined.variables)
    for name in names:
        values = [state.variables.get(name) for state in states]
        if any(value != values[0] for value in values):
            texts = [value if isinstance(value, str) else "" for value in values]
            variables[name] = _choice(texts, f"${name}", sources)
    joined.variables = variables
    for path in {path for state in states for path in state.contents}:
        texts = [state.contents.get(path, "") for state in states]
        joined.contents[path] = _choice(texts, path, sources)
    for state in states:
        joined.exported |= state.exported
        joined.functions = {**state.functions, **joined.functions}
        joined.links = {**state.links, **joined.links}
        joined.traps = {**state.traps, **joined.traps}
        joined.aliases = {**state.aliases, **joined.aliases}
        joined.descriptors = {**state.descriptors, **joined.descriptors}
        if state.stdin is not None and joined.stdin is None:
            joined.stdin = state.stdin
    return joined


def _choice(texts: list[str], shown: str, sources: Sources) -> str:
    """One of `texts`: itself when they agree, else a mark that all of them flow into."""
    if all(text == texts[0] for text in texts):
        return texts[0]
    return choice(texts, shown, sources)


def choice(texts: list[str], shown: str, sources: Sources) -> str:
    """A mark for one of several texts, which carries what flows into any of them."""
    paths: list[str] = []
    hosts: list[str] = []
    folders: list[str] = []
    program = ""
    for source in sources.of("".join(texts)):
        paths += source.paths
        hosts += source.hosts
        folders += source.folders
        program = program or source.program
    return sources.mark(Source(CHOICE, shown, paths, hosts, folders, program))
