r"""What `$'…'` stands for: the escapes of ANSI C.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import without_marks

_SIMPLE = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "e": "\033",
    "E": "\033",
    "f": "\f",
    "v": "\v",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "?": "?",
}
_OCTAL = frozenset("01234567")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
# Digits that may follow `\x`, `\u` and `\U`.
_DIGITS = {"x": 2, "u": 4, "U": 8}


def ansi_c(text: str) -> str:
    """`text`, which stands between `$'` and `'`, with its escapes replaced.

    What a mark of tainted text could be mistaken for becomes U+FFFD.
    """
    if "\\" not in text:
        return text
    texts: list[str] = []
    octets = bytearray()  # neighbouring `\xHH` and `\nnn` may make one character of UTF-8
    at = 0
    while True:
        found = text.find("\\", at)
        if (found < 0 or found > at) and octets:
            texts.append(_decoded(octets))
            octets = bytearray()
        if found < 0 or found == len(text) - 1:
            texts.append(text[at:])
            return "".join(texts)
        texts.append(text[at:found])
        escape = text[found + 1]
        at = found + 2
        value = -1
        if escape in _OCTAL:
            at = _run(text, found + 1, _OCTAL, 3)
            value = int(text[found + 1 : at], 8) & 0xFF
        elif escape in _DIGITS and text[at : at + 1] in _HEXADECIMAL:
            start, at = at, _run(text, at, _HEXADECIMAL, _DIGITS[escape])
            value = int(text[start:at], 16)
        elif escape == "c" and at < len(text):
            value = ord(text[at]) & 0x1F
            at += 1
        if value == 0:
            # The string ends where C's would.
            texts.append(_decoded(octets))
            return "".join(texts)
        if value > 0 and escape not in "uU":
            octets.append(value)
            continue
        if octets:
            texts.append(_decoded(octets))
            octets = bytearray()
        if value > 0:
            texts.append(without_marks(chr(value)) if value < 0x110000 else "\ufffd")
        else:
            texts.append(_SIMPLE.get(escape, "\\" + escape))


def _run(text: str, at: int, digits: frozenset[str], most: int) -> int:
    end = at
    while end < len(text) and end - at < most and text[end] in digits:
        end += 1
    return end


def _decoded(octets: bytearray) -> str:
    return without_marks(octets.decode("utf-8", "replace"))
