"""find's expression: what it does with what it finds, and how far the tests before that narrow it.

Hot path: nothing is imported but the words for patterns.
"""

from __future__ import annotations

from ambidex.guard.taint import ANY, CLASS, STAR

# What is known about the names that an action gets: None when every file gets there, "" when only
# some do but their names are not known, else what the path ends with (patterns of taint.py).
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

    Narrowing = Optional[str]

_NAMES = frozenset({"-name", "-iname", "-path", "-wholename", "-ipath", "-iwholename"})
_WEAK = frozenset(
    (
        *("-regex", "-iregex", "-lname", "-ilname", "-samefile", "-inum", "-newer", "-anewer"),
        *("-cnewer", "-mmin", "-mtime", "-amin", "-atime", "-cmin", "-ctime", "-size", "-user"),
        *(
            "-group",
            "-uid",
            "-gid",
            "-perm",
            "-fstype",
            "-links",
            "-used",
            "-xattrname",
            "-context",
        ),
        *("-flags", "-Bmin", "-Btime", "-Bnewer"),
    )
)
# Tests and options with one value that leave the whole tree, or all files in it.
_WIDE = frozenset(
    {
        "-type",
        "-xtype",
        "-maxdepth",
        "-mindepth",
        "-regextype",
        "-D",
        "-depth-n",
        "-printf",
        "-since",
    }
)
_PLAIN = frozenset(
    (
        *("-daystart", "-depth", "-d", "-mount", "-xdev", "-x", "-follow", "-noleaf", "-warn"),
        *("-nowarn", "-ignore_readdir_race", "-noignore_readdir_race", "-true", "-false"),
        *("-readable", "-writable", "-executable", "-nouser", "-nogroup", "-print", "-print0"),
        *("-ls", "-prune", "-quit", "-help", "--help", "-version", "--version", "-acl", "-xattr"),
    )
)
_EXEC = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_MAX_DEPTH = 50


class Search:
    """What an expression does.

    Attributes:
        deletes: for every `-delete`, how what it gets is narrowed, and flags.
        runs: for every `-exec` and its like: narrowing, the command, whether it runs in the
            file's folder.
        writes: files of `-fprint` and its like.
        reads: files of `-files0-from`.
        starts_from: shown form of start points that come from a file; `""` for none.
        prints: whether names are printed.
        narrowing: how the printed names are narrowed.
    """

    def __init__(self) -> None:
        self.deletes: list[tuple[Narrowing, list[str]]] = []
        self.runs: list[tuple[Narrowing, list[str], bool]] = []
        self.writes: list[str] = []
        self.reads: list[str] = []
        self.starts_from = ""
        self.prints = True
        self.narrowing: Narrowing = None


class _Group:
    """What is between two parentheses: alternatives, each a conjunction of tests."""

    __slots__ = ("done", "empty", "negated", "now")

    def __init__(self, negated: bool) -> None:
        self.negated = negated
        self.done: list[Narrowing] = []
        self.now: Narrowing = None
        self.empty = False

    def narrowed(self) -> Narrowing:
        """How all alternatives together narrow."""
        every = [*self.done, self.now]
        if self.negated or None in every:
            return None
        return every[0] if len(every) == 1 else ""


def pattern(text: str) -> str:
    """A pattern of file names as text with the marks of unexpanded patterns."""
    if "*" not in text and "?" not in text and "[" not in text:
        return text
    written: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        end = text.find("]", at + 2, at + 100) if letter == "[" else -1
        if end > 0:
            at = end
            letter = CLASS
        elif letter == "\\" and at + 1 < len(text):
            at += 1
            letter = text[at]
        else:
            letter = {"*": STAR, "?": ANY}.get(letter, letter)
        if not (letter == STAR and written and written[-1] == STAR):
            written.append(letter)
        at += 1
    return "".join(written)


def _all_of(first: Narrowing, second: Narrowing) -> Narrowing:
    """Both hold: whichever says more."""
    if first is None or second is None:
        return second if first is None else first
    return second or first


def read_expression(words: list[str]) -> Search | None:
    """What the expression `words` does; None when find would refuse it."""
    search = Search()
    groups = [_Group(False)]
    negated = False
    acts = False
    at, count = 0, len(words)
    while at < count:
        word = words[at]
        at += 1
        group = groups[-1]
        value = words[at] if at < count else ""
        if word in ("!", "-not"):
            negated = not negated
            continue
        if word == "(":
            if len(groups) > _MAX_DEPTH:
                return None
            groups.append(_Group(negated))
        elif word == ")":
            if len(groups) < 2:
                return None
            closed = groups.pop()
            groups[-1].now = _all_of(groups[-1].now, closed.narrowed())
        elif word in ("-o", "-or", ","):
            group.done.append(group.now)
            group.now, group.empty = None, False
        elif word in ("-a", "-and") or word in _PLAIN:
            if word in ("-print", "-print0", "-ls"):
                acts = True
                search.narrowing = _together(groups)
        elif word in _NAMES or word in _WEAK or word.startswith("-newer"):
            at += 1
            if not negated:
                group.now = _all_of(group.now, _by_name(word, value))
        elif word == "-empty":
            if not negated:
                group.empty = True
                group.now = _all_of(group.now, "")
        elif word in _WIDE:
            at += 1
            if word == "-printf":
                acts = True
                search.narrowing = _together(groups)
        elif word == "-delete":
            acts, search.prints = True, False
            search.deletes.append((_together(groups), ["empty"] if _is_empty(groups) else []))
        elif word in _EXEC:
            acts, search.prints = True, False
            command, at = _command(words, at)
            search.runs.append((_together(groups), command, word.endswith("dir")))
        elif word in ("-fprint", "-fprint0", "-fls", "-fprintf"):
            at += 2 if word == "-fprintf" else 1
            acts, search.prints = True, False
            search.writes.append(value)
        elif word == "-files0-from":
            at += 1
            search.reads.append(value)
            search.starts_from = value
        # What is not known narrows nothing. GNU's find refuses a stray word, others may not.
        negated = False
    if not acts:
        search.narrowing = groups[0].narrowed()
    return search


def _by_name(test: str, value: str) -> Narrowing:
    if test not in _NAMES:
        return ""
    narrowing = pattern(value)
    if not narrowing.strip(f"{STAR}{ANY}./"):
        return None  # `-name '*'` and the like say nothing
    return narrowing


def _together(groups: Iterable[_Group]) -> Narrowing:
    """What all groups around an action say."""
    found: Narrowing = None
    for group in groups:
        found = _all_of(found, group.now)
    return found


def _is_empty(groups: Iterable[_Group]) -> bool:
    return any(group.empty for group in groups)


def _command(words: list[str], at: int) -> tuple[list[str], int]:
    """The command up to `;` or `{} +`, and where the expression goes on."""
    command: list[str] = []
    while at < len(words):
        word = words[at]
        at += 1
        if word in (";", "\\;") or (word == "+" and command and command[-1] == "{}"):
            break
        command.append(word)
    return command, at
