"""What `echo` and `printf` print.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    # A mark for a number or text that is made of a word that is not known.
    Mark = Callable[[str], str]

MAX_OUTPUT = 200_000

_LETTERS = dict(zip("abeEfnrtv\\", "\a\b\x1b\x1b\f\n\r\t\v\\"))
_OCTAL = frozenset("01234567")
_HEX = frozenset("0123456789abcdefABCDEF")
_WIDTHS = {"x": 2, "u": 4, "U": 8}


def unescaped(text: str, *, quotes: bool = False) -> str:
    r"""`text` with backslash escapes replaced, as `echo -e` and `%b` do; `\c` ends it.

    Args:
        text: the text.
        quotes: also `\'` and `\"`, as in the format of `printf`.
    """
    if "\\" not in text:
        return text
    done = []
    at = 0
    while at < len(text):
        character = text[at]
        following = text[at + 1 : at + 2]
        if character != "\\" or not following:
            done.append(character)
            at += 1
            continue
        at += 2
        if following == "c":
            break
        if following in _LETTERS:
            done.append(_LETTERS[following])
        elif quotes and following in "'\"":
            done.append(following)
        elif following in _OCTAL:
            most = 4 if following == "0" and not quotes else 3
            digits = _digits(text, at - 1, most, _OCTAL)
            done.append(chr(int(digits, 8) & 255))
            at += len(digits) - 1
        elif following in _WIDTHS:
            digits = _digits(text, at, _WIDTHS[following], _HEX)
            code = int(digits, 16) if digits else 0xFFFFFF
            # The private plane is ours, see `ambidex.guard.taint`.
            done.append(chr(code) if code < 0xF0000 else "\\" + following + digits)
            at += len(digits)
        else:
            done.append("\\" + following)
    return "".join(done)


def _digits(text: str, at: int, most: int, allowed: frozenset[str]) -> str:
    end = at
    while end < len(text) and end - at < most and text[end] in allowed:
        end += 1
    return text[at:end]


def echo(words: list[str]) -> str:
    """What `echo` prints; `words` are its arguments."""
    newline, escapes = "\n", False
    at = 0
    for word in words:
        letters = word[1:]
        if word[:1] != "-" or not letters or letters.strip("neE"):
            break
        at += 1
        for letter in letters:
            if letter == "n":
                newline = ""
            else:
                escapes = letter == "e"
    text = " ".join(words[at:])
    if escapes:
        if "\\c" in text:
            newline = ""
        text = unescaped(text)
    return text + newline


def printf(form: str, arguments: list[str], mark: Mark) -> str:
    """What `printf` prints: `form` is used again until no arguments are left."""
    pieces = _pieces(form)
    takes = any(len(piece) > 1 for piece in pieces)
    done: list[str] = []
    left = list(arguments)
    length = 0
    while True:
        before = len(left)
        for piece in pieces:
            text = piece[0] if len(piece) == 1 else _converted(piece, left, mark)
            done.append(text)
            length += len(text)
        if not left or not takes or len(left) == before or length > MAX_OUTPUT:
            break
    return "".join(done)


def _pieces(form: str) -> list[tuple[str, ...]]:
    """`(text,)`, or `(conversion, flags, width, precision)`."""
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(form):
        percent = form.find("%", at)
        if percent < 0:
            percent = len(form)
        if percent > at:
            found.append((unescaped(form[at:percent], quotes=True),))
        if percent == len(form):
            break
        end = percent + 1
        if form[end : end + 1] == "%":
            found.append(("%",))
            at = end + 1
            continue
        flags = _digits(form, end, 8, frozenset("-+ #0'"))
        end += len(flags)
        width = _digits(form, end, 6, frozenset("0123456789*"))
        end += len(width)
        precision = ""
        if form[end : end + 1] == ".":
            precision = "." + _digits(form, end + 1, 6, frozenset("0123456789*"))
            end += len(precision)
        while form[end : end + 1] in ("l", "h", "j", "z", "t", "L") and form[end : end + 1]:
            end += 1
        if form[end : end + 1] == "(":  # %(format)T: a date
            close = form.find(")", end)
            end = close + 1 if close > 0 else len(form)
        found.append((form[end : end + 1], flags, width, precision))
        at = end + 1
    return found


def _converted(piece: tuple[str, ...], left: list[str], mark: Mark) -> str:
    conversion, flags, width, precision = piece
    if "*" in width:
        width = left.pop(0) if left else ""
    if "*" in precision:
        precision = "." + (left.pop(0) if left else "")
    word = left.pop(0) if left else ""
    if conversion in ("s", ""):
        text = word
    elif conversion == "b":
        text = unescaped(word)
    elif conversion == "c":
        text = word[:1]
    elif conversion == "q":
        text = _quoted(word)
    elif conversion in "diouxX":
        if not is_known(word):
            return mark(word)
        text = _integer(conversion, word)
    else:
        return mark(word)
    if precision and conversion in ("s", "b") and is_known(text):
        digits = precision[1:]
        text = text[: int(digits)] if digits.isdigit() else "" if not digits else text
    if width.lstrip("-").isdigit() and is_known(text):
        size = min(int(width.lstrip("-")), 10_000)
        if "-" in flags or width[0] == "-":
            text = text.ljust(size)
        else:
            text = text.zfill(size) if "0" in flags and conversion in "diouxX" else text.rjust(size)
    return text


def _integer(conversion: str, word: str) -> str:
    word = word.strip()
    try:
        if word[:1] in ("'", '"'):
            number = ord(word[1])
        elif word.lstrip("-")[:2] in ("0x", "0X"):
            number = int(word, 16)
        elif word.lstrip("-")[:1] == "0" and len(word) > 1:
            number = int(word, 8)
        else:
            number = int(word[:20] or "0")
    except (ValueError, IndexError):
        number = 0
    return format(number, {"o": "o", "x": "x", "X": "X"}.get(conversion, "d"))


def _quoted(word: str) -> str:
    if word and all(character.isalnum() or character in "_./-:=@%+," for character in word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
