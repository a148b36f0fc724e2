"""Hypothesis strategies for trees of shell commands, each as the parser would return it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from ambidex.guard.shell import nodes
from ambidex.guard.shell.nodes import Literal, Parameter, Word

Draw = Callable[[st.SearchStrategy[Any]], Any]

_NAMES = st.sampled_from(["x", "HOME", "a_1", "_", "PATH"])
_PROGRAMS = st.sampled_from(["ls", "rm", "git", "./run", "echo", "[", "a-b", "x:y", "2to3"])
_UNQUOTED = st.text("abz09-_./*?=,%:@^~+{}[]!\U000f0002é", min_size=1, max_size=6)
_PATTERN = st.text("abz09*?._", min_size=1, max_size=4)
_QUOTED = st.text("ab \n\t'\"$`\\;&|<>(){}[]#*~!é\U000f0001", min_size=1, max_size=8)
_EXTENDED = st.sampled_from(["@(a|b)", "!(a b)", "x*(y|(z))", "+(a;b)"])
_SUM = st.text("abx019 +-*/%<>=?:,&|", min_size=1, max_size=8)
_LINES = st.text("ab \"'#;|$`\\\n", max_size=20)
_DESCRIPTORS = st.sampled_from(["", "", "1", "2", "10", "{fd}"])
_FILES = st.sampled_from(["<", ">", ">>", ">|", "<>", "<&", ">&", "<<<"])
_DEFAULTS = [":-", "-", ":=", "=", ":?", "?", ":+", "+"]
_TRIMS = ["#", "##", "%", "%%", "^", "^^", ",", ",,"]
_REPLACEMENTS = ["/", "//", "/#", "/%"]


def _joined(parts: list[Any]) -> list[Any]:
    """Neighbouring literals of one kind are one."""
    joined: list[Any] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, Literal) and isinstance(last, Literal) and last.quoted == part.quoted:
            joined[-1] = Literal(last.text + part.text, part.quoted)
        else:
            joined.append(part)
    return joined


@st.composite
def expansions(draw: Draw, depth: int, quoted: bool) -> Any:
    """A parameter, a substitution or arithmetic."""
    kind = draw(
        st.sampled_from(["plain", "plain", "default", "pattern", "other", "commands", "sum"])
    )
    if kind == "commands" and depth:
        return nodes.Substitution(draw(scripts(depth - 1, 0)), quoted)
    if kind == "sum" and depth:
        return nodes.Arithmetic(draw(sums(depth - 1)), quoted)
    name = draw(_NAMES)
    if kind == "default" and depth:
        argument = draw(words(depth - 1, only_quoted=quoted, least=0, text=_PATTERN))
        return Parameter(name, draw(st.sampled_from(_DEFAULTS)), argument, None, None, quoted)
    if kind == "pattern" and depth:
        argument = draw(words(depth - 1, text=_PATTERN))
        operator = draw(st.sampled_from(_TRIMS + _REPLACEMENTS))
        second = None
        if operator in _REPLACEMENTS and draw(st.booleans()):
            second = draw(words(depth - 1, least=0, text=_PATTERN))
        return Parameter(name, operator, argument, second, None, quoted)
    if kind == "other":
        index = Word([Literal("1")])
        return draw(
            st.sampled_from(
                [
                    Parameter(name, "length", None, None, None, quoted),
                    Parameter(name, "indirect", None, None, None, quoted),
                    Parameter(name, "names", Word([Literal("*")]), None, None, quoted),
                    Parameter(name, "", None, None, Word([Literal("@")]), quoted),
                    Parameter(name, "length", None, None, Word([Literal("*")]), quoted),
                    Parameter(name, ":", Word([Literal("1", quoted)]), None, index, quoted),
                    Parameter(name, "@", Word([Literal("Q")]), None, None, quoted),
                    Parameter("!" + name, ":-", Word([Literal("a", quoted)]), None, None, quoted),
                ]
            )
        )
    special = st.sampled_from(["@", "*", "#", "?", "-", "$", "!", "0", "10"])
    return Parameter(draw(_NAMES | special), "", None, None, None, quoted)


@st.composite
def sums(draw: Draw, depth: int) -> list[Any]:
    """The inside of `((…))`."""
    parts = draw(st.lists(_SUM.map(Literal) | expansions(depth, True), min_size=1, max_size=3))
    return _joined([*parts, Literal(" ")])


@st.composite
def words(
    draw: Draw,
    depth: int,
    *,
    only_quoted: bool = False,
    least: int = 1,
    text: st.SearchStrategy[str] = _UNQUOTED,
) -> Word:
    """A word."""
    kinds: list[st.SearchStrategy[Any]] = [_QUOTED.map(lambda one: Literal(one, True))]
    if not only_quoted:
        kinds += [text.map(Literal), text.map(Literal)]
    if depth:
        kinds.append(expansions(depth, True))
        if not only_quoted:
            kinds += [expansions(depth, False)]
    return Word(_joined(draw(st.lists(st.one_of(kinds), min_size=least, max_size=3))))


@st.composite
def arguments(draw: Draw, depth: int) -> Word:
    """A word that is an argument."""
    kind = draw(st.sampled_from(["word"] * 6 + ["empty", "extended", "process"]))
    if kind == "empty":
        return Word([Literal("", True)])
    if kind == "extended":
        return Word([Literal(draw(_EXTENDED))])
    if kind == "process" and depth:
        body = draw(scripts(depth - 1, 0))
        return Word([nodes.ProcessSubstitution(draw(st.sampled_from("<>")), body)])
    word: Word = draw(words(depth))
    return word


@st.composite
def assignments(draw: Draw, depth: int) -> Any:
    """An assignment before a command."""
    subscript = draw(st.none() | st.just(Word([Literal("a b")])))
    append = draw(st.booleans())
    if subscript is None and draw(st.booleans()):
        elements = st.lists(words(0, text=_PATTERN), max_size=3)
        return nodes.Assignment(draw(_NAMES), None, append, draw(elements))
    return nodes.Assignment(draw(_NAMES), subscript, append, draw(words(depth, least=0)))


@st.composite
def redirections(draw: Draw, depth: int) -> nodes.Redirection:
    """A redirection, here-documents among them."""
    kind = draw(st.sampled_from(["file", "file", "both", "document"]))
    if kind == "both":
        operator = draw(st.sampled_from(["&>", "&>>"]))
        return nodes.Redirection("", operator, draw(words(0, text=_PATTERN)), None)
    descriptor = draw(_DESCRIPTORS)
    if kind == "file" or not depth:
        target = draw(words(0, text=_PATTERN))
        return nodes.Redirection(descriptor, draw(_FILES), target, None)
    quoted = draw(st.booleans())
    lines = draw(_LINES)
    parts = [Literal(lines + "\n", True)] if lines else [Literal("", True)]
    if not quoted and lines:
        parts = [Literal(lines, True), draw(expansions(0, True)), Literal("\n", True)]
    delimiter = Word([Literal("EOF", quoted)])
    operator = draw(st.sampled_from(["<<", "<<-"]))
    return nodes.Redirection(descriptor, operator, delimiter, Word(_joined(parts)))


@st.composite
def simple(draw: Draw, depth: int) -> nodes.Simple:
    """A simple command."""
    program = Word([Literal(draw(_PROGRAMS))])
    found = draw(st.lists(arguments(depth), max_size=3))
    first = draw(st.lists(assignments(depth), max_size=2)) if depth else []
    more = draw(st.lists(redirections(depth), max_size=2)) if depth else []
    if first and draw(st.booleans()):
        return nodes.Simple(first, [], [])
    return nodes.Simple(first, [program, *found], more)


@st.composite
def conditions(draw: Draw, depth: int) -> list[Word]:
    """The words between `[[` and `]]`."""
    operand = words(depth, text=_PATTERN)
    kind = draw(st.sampled_from(["unary", "binary", "word", "and", "not", "group"]))
    if kind == "unary":
        return [Word([Literal("-f")]), draw(operand)]
    if kind == "binary":
        operator = draw(st.sampled_from(["==", "!=", "=", "<", ">", "-eq", "-nt", "=~"]))
        return [draw(operand), Word([Literal(operator)]), draw(operand)]
    if kind == "word" or not depth:
        return [draw(operand)]
    inside = draw(conditions(depth - 1))
    if kind == "not":
        return [Word([Literal("!")]), *inside]
    if kind == "group":
        return [Word([Literal("(")]), *inside, Word([Literal(")")])]
    operator = draw(st.sampled_from(["&&", "||"]))
    return [*inside, Word([Literal(operator)]), *draw(conditions(depth - 1))]


@st.composite
def compounds(draw: Draw, depth: int) -> Any:
    """A compound command with its redirections."""
    kind = draw(st.integers(0, 9))
    more = draw(st.lists(redirections(depth), max_size=1))
    body = scripts(depth - 1)
    if kind == 0:
        return nodes.Group(draw(body), more)
    if kind == 1:
        return nodes.Subshell(draw(body), more)
    if kind == 2:
        branches = draw(st.lists(st.tuples(body, body), min_size=1, max_size=2))
        return nodes.If(branches, draw(st.none() | body), more)
    if kind == 3:
        return nodes.While(draw(st.booleans()), draw(body), draw(body), more)
    if kind == 4:
        listed = draw(st.none() | st.lists(arguments(depth - 1), max_size=3))
        return nodes.For(draw(_NAMES), listed, draw(body), more, draw(st.booleans()))
    if kind == 5:
        return nodes.ArithmeticFor([Literal("i=0; i<3; i++")], draw(body), more)
    if kind == 6:
        item = st.tuples(
            st.lists(words(0, text=_PATTERN), min_size=1, max_size=2),
            scripts(depth - 1, 0),
            st.sampled_from([";;", ";&", ";;&"]),
        )
        return nodes.Case(draw(words(depth - 1)), draw(st.lists(item, max_size=2)), more)
    if kind == 7:
        return nodes.Test(draw(conditions(depth - 1)), more)
    return nodes.ArithmeticCommand(draw(sums(depth - 1)), more)


@st.composite
def commands(draw: Draw, depth: int) -> Any:
    """A command that can be part of a pipeline."""
    kind = draw(st.integers(0, 9))
    if kind < 6 or not depth:
        return draw(simple(depth))
    if kind == 6:
        name = draw(st.sampled_from(["f", "a-b", "x.y"]))
        return nodes.Function(name, draw(compounds(depth)))
    if kind == 7:
        if draw(st.booleans()):
            return nodes.Coprocess("COPROC", draw(simple(0)))
        return nodes.Coprocess(draw(st.sampled_from(["COPROC", "x"])), draw(compounds(depth)))
    return draw(compounds(depth))


@st.composite
def pipelines(draw: Draw, depth: int) -> Any:
    """A command, or a pipeline."""
    found = draw(st.lists(commands(depth), min_size=1, max_size=2))
    negated, timed = draw(st.tuples(st.booleans(), st.booleans())) if depth else (False, False)
    if len(found) == 1 and not negated and not timed:
        return found[0]
    joints = [draw(st.sampled_from(["|", "|&"])) for _ in found[1:]]
    return nodes.Pipeline(found, joints, negated, timed)


@st.composite
def scripts(draw: Draw, depth: int, least: int = 1) -> nodes.Script:
    """Commands."""
    items = []
    for _ in range(draw(st.integers(least, 2))):
        command = draw(pipelines(depth))
        if draw(st.booleans()):
            joint = st.sampled_from(["&&", "||"])
            command = nodes.AndOr(command, [(draw(joint), draw(pipelines(depth)))])
        items.append((command, draw(st.sampled_from(";;&"))))
    return nodes.Script(items)
