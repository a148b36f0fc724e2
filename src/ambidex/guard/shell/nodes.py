"""The tree of a shell command line (POSIX sh and bash).

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Node:
    """What all nodes share: fields from `__slots__` in order, equality by them, a readable repr."""

    __slots__: tuple[str, ...] = ()

    def __init__(self, *values: Any) -> None:
        for name, value in zip(self.__slots__, values):
            setattr(self, name, value)
        for name in self.__slots__[len(values) :]:
            setattr(self, name, None)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return False
        # No generator: each would be one more nested call on every level of a tree.
        for name in self.__slots__:  # noqa: SIM110
            if getattr(self, name) != getattr(other, name):
                return False
        return True

    __hash__ = None  # type: ignore[assignment]

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    def __repr__(self) -> str:
        fields = [repr(getattr(self, name)) for name in self.__slots__]
        return f"{type(self).__name__}({', '.join(fields)})"


Part = Node
Command = Node

# Parts of words. `quoted` parts are neither split nor matched against file names.


class Literal(Node):
    """`text: str` after quote removal, `quoted: bool`. Unquoted text may hold `*?[{~`."""

    __slots__ = ("text", "quoted")

    def __init__(self, text: str, quoted: bool = False) -> None:
        self.text = text
        self.quoted = quoted


class Parameter(Node):
    """`$name`, `${name}`, `${name:-word}` and so on.

    `name: str` (also `@ * # ? - $ ! 0 1 …`); `operator: str`, one of `""`, `:- - := = :? ? :+ +`,
    `# ## % %%`, `/ // /# /%`, `^ ^^ , ,,`, `:` (substring), `@` (transformation), `length`
    (`${#name}`), `indirect` (`${!name}`), `names` (`${!prefix*}`, with `*` or `@` as argument);
    where `${!name:-word}` has both, the `!` is part of the name; `argument: Word | None`, what
    follows the operator (for `/…`: the pattern), `second: Word | None` (the replacement, or the
    length of a substring); `subscript: Word | None` (`${a[i]}`, also `@` and `*`); `quoted: bool`.
    """

    __slots__ = ("name", "operator", "argument", "second", "subscript", "quoted")


class Substitution(Node):
    """`$(…)` or backticks: `body: Script`, `quoted: bool`.

    `$(<file)` is a body of one redirection.
    """

    __slots__ = ("body", "quoted")


class Arithmetic(Node):
    """`$((…))` or `$[…]`: `parts: list[part]`, text and what is expanded in it, `quoted: bool`.

    Its literals are the text as it is written, with the quotes.
    """

    __slots__ = ("parts", "quoted")


class ProcessSubstitution(Node):
    """`<(…)` or `>(…)`: `direction: str` (`<` or `>`), `body: Script`."""

    __slots__ = ("direction", "body")


class Word(Node):
    """`parts: list[part]`; an empty list is no word, a word of one empty quoted literal is `''`.

    An array as an argument (`declare -a x=(a b)`) is a word of one part, its `Assignment`.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts


class Assignment(Node):
    """`name: str`, `subscript: Word | None`, `append: bool` (`+=`), `value: Word | list`.

    The list of an array holds words and, for `[key]=value`, assignments with an empty name.
    """

    __slots__ = ("name", "subscript", "append", "value")


class Redirection(Node):
    """One redirection.

    `descriptor: str`: the number before the operator, `{name}` for a variable, `""` for none;
    `operator: str`: `< > >> >| <> <& >& &> &>> << <<- <<<`; `target: Word`: the file, descriptor,
    delimiter or here-string; `body: Word | None`: the text of a here-document (one quoted literal
    when the delimiter was quoted).
    """

    __slots__ = ("descriptor", "operator", "target", "body")


# Commands.


class Simple(Node):
    """`assignments: list[Assignment]`, `words: list[Word]`, `redirections: list[Redirection]`."""

    __slots__ = ("assignments", "words", "redirections")


class Pipeline(Node):
    """`commands: list[command]`, `operators: list[str]`, `negated: bool`, `timed: bool`.

    The operators, `|` or `|&`, stand between the commands. A single command without `!` and `time`
    is no pipeline; `time` with options of the program of that name is none either, but a word.
    """

    __slots__ = ("commands", "operators", "negated", "timed")


class AndOr(Node):
    """`first: command`, `rest: list[tuple[str, command]]` with `&&` or `||`."""

    __slots__ = ("first", "rest")


class Script(Node):
    """`items: list[tuple[command, str]]`: each command with `;` or `&` after it."""

    __slots__ = ("items",)


class Group(Node):
    """`{ …; }`: `body: Script`, `redirections`."""

    __slots__ = ("body", "redirections")


class Subshell(Node):
    """`( … )`: `body: Script`, `redirections`."""

    __slots__ = ("body", "redirections")


class If(Node):
    """`branches: list[tuple[Script, Script]]`, `otherwise: Script | None`, `redirections`.

    A branch is its condition and its body.
    """

    __slots__ = ("branches", "otherwise", "redirections")


class While(Node):
    """`until: bool`, `condition: Script`, `body: Script`, `redirections`."""

    __slots__ = ("until", "condition", "body", "redirections")


class For(Node):
    """`name: str`, `words: list[Word] | None`, `body: Script`, `redirections`, `select: bool`.

    Without words it goes through the positional parameters. `select`: that word instead of `for`.
    """

    __slots__ = ("name", "words", "body", "redirections", "select")


class ArithmeticFor(Node):
    """`for ((…; …; …))`: `parts: list[part]`, `body: Script`, `redirections`."""

    __slots__ = ("parts", "body", "redirections")


class Case(Node):
    """`word: Word`, `items: list[tuple[list[Word], Script, str]]`, `redirections`.

    An item is its patterns, its body, and `;;`, `;&` or `;;&` (`;;` also where the last has none).
    """

    __slots__ = ("word", "items", "redirections")


class Function(Node):
    """`name: str`, `body: command` (with its redirections)."""

    __slots__ = ("name", "body")


class Coprocess(Node):
    """`name: str` (`COPROC` unless given), `body: command`."""

    __slots__ = ("name", "body")


class Test(Node):
    """`[[ … ]]`: `words: list[Word]` between the brackets, `redirections`.

    Operators are words of one unquoted literal.
    """

    __slots__ = ("words", "redirections")


class ArithmeticCommand(Node):
    """`(( … ))`: `parts: list[part]`, `redirections`."""

    __slots__ = ("parts", "redirections")
