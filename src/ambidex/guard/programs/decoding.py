"""Programs that turn text into other text, computed for known text: tr, rev, cut, base64, openssl.

A command can be hidden by them (`echo … | base64 -d | sh`); known text is therefore really decoded.

Hot path: nothing is imported until something is decoded.
"""

from __future__ import annotations

from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, carry, put, read_all
from ambidex.guard.taint import is_known, without_marks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_CLASSES = {
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digit": "0123456789",
    "space": " \t\n\r\v\f",
    "blank": " \t",
    "punct": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
    "xdigit": "0123456789ABCDEFabcdef",
    "cntrl": "".join(map(chr, [*range(32), 127])),
}
_CLASSES["alpha"] = _CLASSES["upper"] + _CLASSES["lower"]
_CLASSES["alnum"] = _CLASSES["digit"] + _CLASSES["alpha"]
_CLASSES["graph"] = _CLASSES["alnum"] + _CLASSES["punct"]
_CLASSES["print"] = _CLASSES["graph"] + " "
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
# Longer text is hardly a hidden command; it is not worth the time of decoding.
_MAX_TEXT = 100_000


def _computable(*texts: str) -> bool:
    return all(is_known(text) and len(text) <= _MAX_TEXT for text in texts)


def _members(text: str) -> str:
    """The characters that a set of tr stands for, in order."""
    found: list[str] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter == "[" and text[at + 1 : at + 2] == ":" and ":]" in text[at + 2 :]:
            end = text.index(":]", at + 2)
            found += _CLASSES.get(text[at + 2 : end], "")
            at = end + 2
            continue
        at += 1
        if letter == "\\" and at < len(text):
            digits = 0
            while digits < 3 and text[at + digits : at + digits + 1] in tuple("01234567"):
                digits += 1
            if digits:
                letter = chr(int(text[at : at + digits], 8) % 256)
                at += digits
            else:
                letter = _ESCAPES.get(text[at], text[at])
                at += 1
        if text[at : at + 1] == "-" and at + 1 < len(text):
            first, last = ord(letter), ord(text[at + 1])
            if last - first < 0x200:
                found += map(chr, range(first, last + 1))
            at += 2
        else:
            found.append(letter)
    return "".join(found)


def translate(text: str, first: str, second: str, flags: str) -> str:
    """What `tr -<flags> first second` makes of `text`; flags of `c`, `d`, `s`, `t`."""
    old, new = _members(first), _members(second)
    complement = "c" in flags
    if "d" in flags:
        text = "".join(letter for letter in text if (letter in old) == complement)
    elif new and complement:
        text = "".join(letter if letter in old else new[-1] for letter in text)
    elif new:
        new += new[-1] * (len(old) - len(new))
        table = {ord(a): b for a, b in zip(old, new)}
        text = text.translate(table)
    if "s" in flags:
        squeezed = new or old
        kept: list[str] = []
        for letter in text:
            if not (kept and kept[-1] == letter and letter in squeezed):
                kept.append(letter)
        text = "".join(kept)
    return text


def _tr(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        long=("complement", "delete", "squeeze-repeats", "truncate-set1"),
        stops=True,
    )
    text = call.stdin or ""
    sets = [*given.operands, ""]
    if not given.operands or not _computable(text, *sets):
        call.output = carry(call, text)
        return
    flags = ("c" if given.has("c", "C", "complement") else "") + (
        "d" if given.has("d", "delete") else ""
    )
    flags += "s" if given.has("s", "squeeze-repeats") else ""
    call.output = translate(text, sets[0], sets[1], flags)


def _rev(call: Invocation) -> None:
    text = read_all(call, options.read(call.arguments).operands or ["-"])
    if not _computable(text):
        call.output = carry(call, text)
        return
    lines = text.split("\n")
    call.output = "\n".join(line[::-1] for line in lines)


def _cut(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="bcdf",
        long=("complement", "only-delimited", "zero-terminated"),
        long_valued=("bytes", "characters", "delimiter", "fields", "output-delimiter"),
    )
    text = read_all(call, given.operands or ["-"])
    fields = given.last("f", "fields")
    chosen = _ranges(fields or given.last("c", "b", "characters", "bytes"))
    if chosen is None or given.has("complement") or not _computable(text):
        call.output = carry(call, text)
        return
    mark = given.last("d", "delimiter") or "\t"
    lines = []
    for line in text.splitlines():
        if not fields:
            lines.append("".join(c for n, c in enumerate(line, 1) if _is_in(n, chosen)))
        elif mark in line:
            parts = line.split(mark)
            lines.append(mark.join(p for n, p in enumerate(parts, 1) if _is_in(n, chosen)))
        else:
            lines.append(line)
    call.output = "".join(f"{line}\n" for line in lines)


def _ranges(text: str) -> list[tuple[int, int]] | None:
    """`1,3-5,7-` as pairs; None when it is something else."""
    found = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not (first or last) or not (first + last).isdigit():
            return None
        start = int(first or 1)
        found.append((start, int(last) if last else 1 << 30 if dash else start))
    return found[:50]


def _is_in(number: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= number <= last for first, last in ranges)


def _text(data: bytes) -> str:
    return without_marks(data.decode("utf-8", "replace"))


def from_base64(text: str) -> str | None:
    """What base64 `text` decodes to; None when it is not known or is no base64."""
    if not _computable(text):
        return None
    import binascii

    letters = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return _text(binascii.a2b_base64(letters + "=" * (-len(letters) % 4)))
    except ValueError:
        return None


def from_hex(text: str) -> str | None:
    """What the hexadecimal `text` decodes to; None when it is not known or is no plain hex."""
    if not _computable(text):
        return None
    digits = "".join(text.split())
    try:
        return _text(bytes.fromhex(digits))
    except ValueError:
        # A dump of xxd: `00000000: 726d 202d  rm -`.
        rows = [line.partition(": ")[2].partition("  ")[0] for line in text.splitlines()]
        try:
            return _text(bytes.fromhex("".join("".join(rows).split())))
        except ValueError:
            return None


def from_base32(text: str) -> str | None:
    """What base32 `text` decodes to; None when it is not known or is no base32."""
    if not _computable(text) or len(text) > 10_000:
        return None
    alphabet = _CLASSES["upper"] + "234567"
    number = bits = 0
    for letter in "".join(text.split()).rstrip("="):
        if letter not in alphabet:
            return None
        number = number << 5 | alphabet.index(letter)
        bits += 5
    return _text((number >> bits % 8).to_bytes(bits // 8, "big"))


def _to_base64(text: str) -> str | None:
    if not _computable(text):
        return None
    import binascii

    return binascii.b2a_base64(text.encode()).decode()


def _base64(call: Invocation) -> None:
    if asks_help(call):
        call.output = ""
        return
    given = options.read(
        call.arguments,
        valued="wbio" if call.name == "base64" else "wb",
        long=("decode", "ignore-garbage", "base64", "base64url", "base32", "base16"),
        long_valued=("wrap", "break", "input", "output"),
    )
    # GNU's -i (ignore garbage) takes no value, macOS' -i takes a file: a value that is an option
    # belongs to the former.
    names = given.all("i", "input")
    decodes = given.has("d", "D", "decode") or any(name[:2] in ("-d", "d", "-D") for name in names)
    files = [name for name in names if name and name not in ("-d", "d", "-D", "--decode")]
    text = read_all(call, files or given.operands or ["-"])
    result: str | None
    if "32" in call.name or given.has("base32"):
        result = from_base32(text) if decodes else None
    elif given.has("base16"):
        result = from_hex(text.lower()) if decodes else None
    else:
        result = from_base64(text) if decodes else _to_base64(text)
    call.output = carry(call, text) if result is None else result
    if given.last("o", "output"):
        put(call, given.last("o", "output"), call.output)
        call.output = ""


def _openssl(call: Invocation) -> None:
    words = call.arguments
    verb = words[0].lower() if words else ""
    valued = (
        *("in", "out", "k", "pass", "kfile", "K", "iv", "S", "md", "connect", "key", "keyout"),
        *(
            "inkey",
            "CAfile",
            "CA",
            "CAkey",
            "config",
            "days",
            "subj",
            "newkey",
            "passin",
            "passout",
        ),
        *("cert", "servername", "sign", "signature", "verify", "extfile", "addext", "name", "iter"),
        *("rand", "writerand", "outform", "inform", "certfile", "proxy", "starttls"),
    )
    given = options.read(words[1:], long_valued=valued, single=True)
    text = read_all(call, given.all("in", "key", "inkey", "kfile", "CAkey", "config") or ["-"])
    encodes = verb == "base64" or given.has("base64", "a")
    result = None
    if encodes and verb in ("base64", "enc"):
        result = from_base64(text) if given.has("d") else _to_base64(text)
    hosts = given.all("connect")
    if hosts:
        host = hosts[-1].partition(":")[0]
        call.send(host, call.stdin or "", action="connect")
        result = call.fetch(host)
    call.output = carry(call, text) if result is None else result
    targets = given.all("out", "keyout", "writerand")
    for target in targets:
        put(call, target, call.output)
    if targets:
        call.output = ""


MODELS = {
    "tr": _tr,
    "gtr": _tr,
    "rev": _rev,
    "cut": _cut,
    "gcut": _cut,
    **dict.fromkeys(("base64", "gbase64", "base32", "basenc"), _base64),
    "openssl": _openssl,
}
