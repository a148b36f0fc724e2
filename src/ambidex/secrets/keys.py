"""Private keys in armour: `-----BEGIN … PRIVATE KEY-----`.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.secrets.chance import is_example

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_NEEDLE = "PRIVATE KEY"
_BEGIN = "-----BEGIN "
_SAMPLE = 900
_LONGEST = 20_000
_SHORTEST = 40
_SPLIT = str.maketrans(dict.fromkeys("\"'`,;:()[]{}<>\t\r\n-$#|", " "))


def find(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every private key in `text` whose body is there, whole or cut off."""
    at = text.find(_NEEDLE)
    while at >= 0:
        after = at + len(_NEEDLE)
        begin = text.rfind(_BEGIN, max(at - 40, 0), at)
        if begin >= 0 and text.startswith(("-----", " BLOCK-----"), after):
            body = text.find("-----", after) + 5
            if _is_key(text[body : body + _SAMPLE]):
                last = text.find("-----END ", body, body + _LONGEST)
                close = text.find("-----", last + 9, last + 60) if last >= 0 else -1
                end = close + 5 if close >= 0 else min(body + _SAMPLE, len(text))
                yield begin, end
                after = end
        at = text.find(_NEEDLE, after)


def _is_key(body: str) -> bool:
    """Whether base64 of a key follows: not a blank, not an ellipsis, not code."""
    if "-----END" in body:
        body = body[: body.find("-----END")]
    for piece in body.replace("\\n", " ").replace("\\r", " ").translate(_SPLIT).split():
        if len(piece) >= _SHORTEST:
            plain = piece.replace("+", "").replace("/", "").replace("=", "")
            # The first line of an OpenSSH key is mostly the same in all of them.
            if plain.isalnum() and any(c.isdigit() for c in plain) and not is_example(plain):
                return True
    return False
