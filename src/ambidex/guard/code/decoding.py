"""Constants that code hides from the eye: base64, hexadecimal, percent signs, rotated letters.

Hot path: `binascii`, when something is decoded.
"""

from __future__ import annotations

from ambidex.guard.taint import is_known


def decoded(how: str, text: str) -> str | None:
    """`text` decoded, None when it cannot be.

    Args:
        how: any name that says the encoding: `b64decode`, `fromhex`, `rot13`, `unquote`.
        text: the constant; bytes above 127 of the result become Latin-1 characters.
    """
    import binascii

    how = how.lower().replace("_", "").replace("-", "")
    if not is_known(text) or len(text) > 65_536:
        return None
    try:
        if "64" in how:
            clean = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
            return _text(binascii.a2b_base64(clean + "=" * (-len(clean) % 4)))
        if "hex" in how or "b16" in how:
            return _text(binascii.unhexlify("".join(text.split()).replace(":", "")))
        if "32" in how:
            return _base32(text)
        if "rot" in how:
            return "".join(_rotated(character) for character in text)
        if "quote" in how or "uri" in how:
            first, *rest = text.split("%")
            return first + "".join(chr(int(p[:2], 16)) + p[2:] for p in rest)
    except (ValueError, OverflowError):
        return None
    return None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _base32(text: str) -> str:
    bits = 0
    for character in text.rstrip("=").upper():
        bits = bits << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".index(character)
    length = len(text.rstrip("=")) * 5
    return _text((bits >> length % 8).to_bytes(length // 8, "big"))


def _rotated(character: str) -> str:
    for first in "aA":
        place = ord(character) - ord(first)
        if 0 <= place < 26:
            return chr(ord(first) + (place + 13) % 26)
    return character
