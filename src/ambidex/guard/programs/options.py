"""Options and operands of a command line, as getopt and its relatives read them.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Options:
    """A command line taken apart.

    Attributes:
        given: option without dashes → its values in order; `""` for one without a value. Long
            options are under their full name also where they were abbreviated.
        operands: what is neither option nor value.
        after_dashes: how many of the operands stand behind `--`.
    """

    __slots__ = ("after_dashes", "given", "operands")

    def __init__(self) -> None:
        self.given: dict[str, list[str]] = {}
        self.operands: list[str] = []
        self.after_dashes = 0

    def has(self, *names: str) -> bool:
        """Whether one of the options `names` is given."""
        return any(name in self.given for name in names)

    def last(self, *names: str) -> str:
        """The last value given to one of `names`, `""` when there is none."""
        for name in names:
            if name in self.given:
                return self.given[name][-1]
        return ""

    def all(self, *names: str) -> list[str]:
        """All values given to `names`."""
        return [value for name in names for value in self.given.get(name, ())]


def read(
    arguments: list[str],
    *,
    valued: str = "",
    attached: str = "",
    long: Iterable[str] = (),
    long_valued: Iterable[str] = (),
    stops: bool = False,
    single: bool = False,
) -> Options:
    """Take `arguments` apart.

    Args:
        arguments: the words after the program.
        valued: letters of short options that take a value, attached or as the next word.
        attached: letters of short options whose optional value can only be attached (`-i.bak`).
        long: full names of long options without a value (or with one behind `=`); needed only
            so that abbreviations are recognised.
        long_valued: full names of long options that take a value, behind `=` or as the next word.
        stops: options end at the first operand (POSIX, wrappers), not only at `--`.
        single: long options may have a single dash (`-name`, as in find, java, terraform); short
            options are not combined then.

    Unknown options are kept without a value. An option-like word that is not known in part is an
    operand. A lone `-` is an operand.
    """
    long_valued = tuple(long_valued)
    names = (*long_valued, *long)
    found = Options()
    at, count = 0, len(arguments)
    while at < count:
        word = arguments[at]
        at += 1
        if word == "--":
            found.after_dashes = count - at
            found.operands += arguments[at:]
            break
        if len(word) < 2 or word[0] != "-":
            found.operands.append(word)
            if stops:
                found.operands += arguments[at:]
                break
        elif word.startswith("--") or single:
            name, equals, value = word.lstrip("-").partition("=")
            if not is_known(name):
                found.operands.append(word)
                continue
            name = full_name(name, names)
            if not equals and name in long_valued and at < count:
                value = arguments[at]
                at += 1
            found.given.setdefault(name, []).append(value)
        else:
            at = _short(word, arguments, at, valued, attached, found)
    return found


def _short(
    word: str, arguments: list[str], at: int, valued: str, attached: str, found: Options
) -> int:
    """Read `-abc`; returns where the next word is."""
    for place, letter in enumerate(word[1:], 2):
        rest = word[place:]
        if letter in attached:
            found.given.setdefault(letter, []).append(rest)
            return at
        if letter in valued:
            if not rest and at < len(arguments):
                rest = arguments[at]
                at += 1
            found.given.setdefault(letter, []).append(rest)
            return at
        found.given.setdefault(letter, []).append("")
    return at


def full_name(name: str, names: Iterable[str]) -> str:
    """The one of `names` that `name` abbreviates, else `name`; the first when it is ambiguous."""
    if name in names:
        return name
    for candidate in names:
        if name and candidate.startswith(name):
            return candidate
    return name
