"""Options of git's subcommands, read as its parse-options does: abbreviated, negated, in order.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.programs.options import full_name
from ambidex.guard.taint import is_known


class Given:
    """Options and operands of one subcommand.

    Attributes:
        values: long name (a letter where there is none) → its values in order, `""` for none.
            An option that a later `--no-…` took back is not in it.
        negated: names that were taken back and not given again.
        operands: what stands before `--` and is neither option nor value.
        paths: what stands behind `--`.
        dashes: whether there is a `--`.
    """

    __slots__ = ("dashes", "negated", "operands", "paths", "values")

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}
        self.negated: set[str] = set()
        self.operands: list[str] = []
        self.paths: list[str] = []
        self.dashes = False

    def has(self, *names: str) -> bool:
        """Whether one of `names` is given."""
        return any(name in self.values for name in names)

    def last(self, name: str) -> str:
        """The last value of `name`, `""` when there is none."""
        return self.values[name][-1] if name in self.values else ""

    def all(self, *names: str) -> list[str]:
        """All values of `names`."""
        return [value for name in names for value in self.values.get(name, ())]

    def flags(self, *names: str) -> list[str]:
        """Those of `names` that are given."""
        return [name for name in names if name in self.values]

    @property
    def named(self) -> list[str]:
        """Operands and what stands behind `--`."""
        return self.operands + self.paths

    def _give(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)
        self.negated.discard(name)

    def _take_back(self, name: str) -> None:
        self.values.pop(name, None)
        self.negated.add(name)


def parse(arguments: list[str], spec: str, *, stops: bool = False) -> Given:
    """Read the words after a subcommand.

    Args:
        arguments: the words.
        spec: the options, separated by spaces: `f/force`, `dry-run`, `x/`; with `=` behind it
            where it takes a value, with `?` where a value can only be attached. Options that are
            not listed take no value.
        stops: whether options end at the first operand.
    """
    short: dict[str, str] = {}
    needs: dict[str, str] = {}
    for entry in spec.split():
        bare = entry.rstrip("=?")
        letter, slash, name = bare.partition("/")
        if not slash:
            letter, name = "", bare
        name = name or letter
        needs[name] = entry[len(bare) :]
        if letter:
            short[letter] = name
    given = Given()
    at, count = 0, len(arguments)
    while at < count:
        word = arguments[at]
        at += 1
        if word == "--":
            given.dashes = True
            given.paths = arguments[at:]
            break
        if len(word) < 2 or word[0] != "-":
            given.operands.append(word)
            if stops:
                given.operands += arguments[at:]
                break
        elif word.startswith("--"):
            at = _long(word[2:], arguments, at, needs, given)
        else:
            at = _short(word, arguments, at, short, needs, given)
    return given


def _long(text: str, arguments: list[str], at: int, needs: dict[str, str], given: Given) -> int:
    name, equals, value = text.partition("=")
    if not is_known(name):
        given.operands.append("--" + text)
        return at
    if name.startswith("no-") and name not in needs and name[3:] in needs:
        given._take_back(name[3:])
        return at
    full = full_name(name, needs)
    if full not in needs and name.startswith("no-"):
        given._take_back(full_name(name[3:], needs))
        return at
    if full not in needs and "no-" + name in needs:
        given._take_back("no-" + name)
        return at
    if not equals and needs.get(full) == "=" and at < len(arguments):
        value = arguments[at]
        at += 1
    given._give(full, value)
    return at


def _short(
    word: str,
    arguments: list[str],
    at: int,
    short: dict[str, str],
    needs: dict[str, str],
    given: Given,
) -> int:
    for place, letter in enumerate(word[1:], 2):
        name = short.get(letter, letter)
        need = needs.get(name, "")
        rest = word[place:]
        if need == "=" and not rest and at < len(arguments):
            given._give(name, arguments[at])
            return at + 1
        if need:
            given._give(name, rest)
            return at
        given._give(name, "")
    return at
