"""The commands of a sed script that read, write or run something, or that are plain substitutions.

Hot path: nothing is imported.
"""

from __future__ import annotations

_SPECIAL = frozenset("\\.*[]^$+?(){}|&\n")
_SELECT = frozenset("pdqQnN=lPDx}gGhH")


class Wanted:
    """What a script does beyond changing text.

    Attributes:
        reads: files of `r` and `R`.
        writes: files of `w`, `W` and `s///w`.
        runs: shell code of `e`; `""` for the text at hand (`e` alone, `s///e`).
        substitutions: old text, new text, everywhere in the line: if the script is nothing but
            substitutions of plain text in every line; else None.
        only_selects: lines are printed or left out, none is changed.
    """

    __slots__ = ("only_selects", "reads", "runs", "substitutions", "writes")

    def __init__(self) -> None:
        self.reads: list[str] = []
        self.writes: list[str] = []
        self.runs: list[str] = []
        self.substitutions: list[tuple[str, str, bool]] | None = []
        self.only_selects = True


def commands(text: str) -> Wanted:
    """Read the script `text`; what is not understood counts as a change of text."""
    wanted = Wanted()
    at = 0
    while at < len(text):
        letter = text[at]
        if letter in " \t\n;{":
            at += 1
            continue
        if letter == "#":
            at = _line_end(text, at)
            continue
        start = at
        at = _after_address(text, at)
        if at >= len(text):
            break
        addressed, letter = at > start, text[at]
        at = _command(text, at, letter, addressed, wanted)
    if not wanted.substitutions:
        wanted.substitutions = None
    return wanted


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _after_address(text: str, at: int) -> int:
    """Behind addresses: numbers, `$`, patterns, ranges, steps, `!`."""
    while at < len(text):
        letter = text[at]
        if letter == "/":
            at = _behind(text, at + 1, "/")
        elif letter == "\\" and at + 1 < len(text):
            at = _behind(text, at + 2, text[at + 1])
        elif letter.isdigit() or letter in "$,~+! \t" or (letter in "IM" and text[at - 1] in "/,"):
            at += 1
        else:
            break
    return at


def _behind(text: str, at: int, delimiter: str) -> int:
    """Behind the next `delimiter` that is neither escaped nor in brackets."""
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == delimiter:
            return at + 1
        at += 1
    return len(text)


def _command(text: str, at: int, letter: str, addressed: bool, wanted: Wanted) -> int:
    """Read one command; returns where the next one begins."""
    if letter in "sy":
        return _substitution(text, at, letter, addressed, wanted)
    if letter in "rRwWe":
        end = _line_end(text, at)
        argument = text[at + 1 : end].strip()
        if letter == "e":
            wanted.runs.append(argument)
            wanted.only_selects = False
        elif argument:
            (wanted.reads if letter in "rR" else wanted.writes).append(argument)
        wanted.substitutions = None
        return end
    if letter in "aic":
        end = _line_end(text, at)
        while end < len(text) and text[end - 1] == "\\":
            end = _line_end(text, end + 1)
        wanted.only_selects = False
        wanted.substitutions = None
        return end
    if letter in ":btT":
        # Labels end at a semicolon or at the line's end.
        while at < len(text) and text[at] not in ";\n}":
            at += 1
    elif letter not in _SELECT and letter != "{":
        wanted.only_selects = False
    if letter != "}":
        wanted.substitutions = None
    return at + 1


def _substitution(text: str, at: int, letter: str, addressed: bool, wanted: Wanted) -> int:
    delimiter = text[at + 1 : at + 2]
    if not delimiter:
        return len(text)
    middle = _behind(text, at + 2, delimiter)
    end = _behind(text, middle, delimiter)
    old, new = text[at + 2 : middle - 1], text[middle : end - 1]
    flags = end
    wanted.only_selects = False
    while flags < len(text) and (text[flags].isdigit() or text[flags] in "gpiIMme"):
        flags += 1
    given = text[end:flags]
    if letter == "s" and "e" in given:
        wanted.runs += ["", new.replace("\\" + delimiter, delimiter)]
    if text[flags : flags + 1] == "w":
        stop = _line_end(text, flags)
        wanted.writes.append(text[flags + 1 : stop].strip())
        flags = stop
    plain = letter == "s" and not addressed and given in ("", "g") and not _SPECIAL & set(old)
    if not plain or set("\\&\n") & set(new):
        wanted.substitutions = None
    elif wanted.substitutions is not None:
        wanted.substitutions.append((old, new, "g" in given))
    return flags
