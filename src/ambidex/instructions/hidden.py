"""Characters that a person does not see and a model reads, or sees and reads otherwise.

Each kind has its honest uses (joiners in emoji and in Persian, selectors after emoji, marks around
Hebrew), and only what has none of them is a trace. ASCII text costs one look at its flag; any
other a search per character, so that time is linear in the text.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.instructions.trace import ERROR, WARNING, Lines, Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Zero-width, joiners, marks, invisible operators, deprecated controls, soft hyphen.
_ZERO_WIDTH = (
    "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u2065\ufeff\u180e\u00ad\u034f\u061c"
    "\u206a\u206b\u206c\u206d\u206e\u206f"
)
_FILLERS = "\u115f\u1160\u3164\uffa0"
_ANNOTATIONS = "\ufff9\ufffa\ufffb"
_SELECTORS = "".join(map(chr, range(0xFE00, 0xFE10)))
_OVERRIDES = "\u202d\u202e"
_OPENS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_POPS, _ISOLATE_POPS = "\u202c", "\u2069"
_BIDI = _OPENS + _POPS + _ISOLATE_POPS
# Letters that look like ASCII ones: Cyrillic, and the Greek omicron.
_LOOKALIKES = "аесорхуіјѕԁһАВЕКМНОРСТХοΟ"
# A terminal acts upon these; the others have no business in text either.
_CONTROLS = "".join(map(chr, [*range(9), 0x0B, *range(0x0E, 0x20), 0x7F]))

# From how many on invisible characters in a row can only be data: four bits say a hexadecimal
# digit; what editors leave behind comes alone or in pairs.
_RUN = 4
# A doubled selector is an accident of editing, four in a row spell something.
_SELECTOR_RUN = 4
# So many invisible characters strewn over a text, none of them with a use: one hides a letter.
_STREWN = 40
_MOST = 20
_LONGEST_SAID = 300
# How much of a line is looked at before and after a mark, in characters.
_LINE = 1000


def find(text: str, *, strict: bool = False) -> list[Trace]:
    """What a text hides, in order of its lines, at most 20 traces of each kind.

    Args:
        text: anything, lone surrogates included.
        strict: also controls, escape sequences and letters that look like others: they belong to
            no file of instructions, and are common in what commands print.
    """
    traces: list[Trace] = []
    if strict:
        _controls(text, traces)
    if text.isascii():
        return traces
    for search in (_tags_and_selectors, _short_selectors, _zero_width, _bidi, _fillers):
        search(text, traces)
    _single(text, _ANNOTATIONS, "annotation", "interlinear annotation, which is not shown", traces)
    if strict:
        _lookalikes(text, traces)
    return sorted(traces, key=_line)


def _line(trace: Trace) -> int:
    return trace.line


def _positions(text: str, characters: str) -> list[int]:
    """Where any of the characters stand, ascending; a search in C for each of them."""
    found: list[int] = []
    for character in characters:
        at = text.find(character)
        while at >= 0:
            found.append(at)
            at = text.find(character, at + 1)
    found.sort()
    return found


def _runs(positions: list[int]) -> list[tuple[int, int]]:
    """Ascending positions as half-open ranges of neighbours."""
    runs: list[tuple[int, int]] = []
    start = end = -1
    for at in positions:
        if at != end:
            if start >= 0:
                runs.append((start, end))
            start = at
        end = at + 1
    if start >= 0:
        runs.append((start, end))
    return runs


def _tags_and_selectors(text: str, traces: list[Trace]) -> None:
    """Tag characters, and the selectors of the supplementary plane."""
    data = text.encode("utf-8", "surrogatepass")
    # U+E0000 to U+E0FFF, which hold nothing but these, all begin with these two bytes.
    if b"\xf3\xa0" not in data:
        return
    runs = _runs(_plane(data))
    lines = Lines(text)
    shown = 0
    for start, end in runs:
        if shown == _MOST:
            return
        piece = text[start:end]
        before = text[start - 1] if start else ""
        if _is_flag(before, piece) or (len(piece) == 1 and _takes_selector(before, piece)):
            continue
        shown += 1
        if piece[0] < "\U000e0080":
            letters = "".join(chr(ord(c) - 0xE0000) for c in piece if c < "\U000e0080")
            message, kind = f"{end - start} tag characters, which are not shown", "tags"
        else:
            letters = _decode_selectors(piece)
            message, kind = f"{end - start} variation selectors that carry data", "selectors"
        traces.append(
            Trace(lines.of(start), f"instructions.hidden.{kind}", message, _said(letters))
        )


def _plane(data: bytes) -> list[int]:
    """Where characters from U+E0000 to U+E0FFF stand in the text of these bytes."""
    positions: list[int] = []
    characters = done = 0
    at = data.find(b"\xf3\xa0")
    while at >= 0:
        # Characters up to here: all bytes but the continuing ones.
        characters += len(data[done:at].translate(None, _CONTINUING))
        done = at
        positions.append(characters)
        at = data.find(b"\xf3\xa0", at + 4)
    return positions


_CONTINUING = bytes(range(0x80, 0xC0))


def _is_flag(before: str, piece: str) -> bool:
    """A black flag, two to six tags that name a region, and the tag that ends it."""
    return before == "\U0001f3f4" and 3 <= len(piece) <= 7 and piece[-1] == "\U000e007f"


def _takes_selector(before: str, piece: str) -> bool:
    """A selector of the supplementary plane after an ideograph, of which it chooses the form."""
    return piece >= "\U000e0100" and ("\u2e80" <= before <= "\ufaff" or before >= "\U00020000")


def _decode_selectors(piece: str) -> str:
    values = []
    for character in piece:
        point = ord(character)
        if 0xFE00 <= point <= 0xFE0F:
            values.append(point - 0xFE00)
        elif 0xE0100 <= point <= 0xE01EF:
            values.append(point - 0xE0100 + 16)
    return bytes(values).decode("utf-8", "replace")


def _short_selectors(text: str, traces: list[Trace]) -> None:
    """The sixteen common selectors: one after an emoji is right, several in a row spell bytes."""
    positions = _positions(text, _SELECTORS)
    if not positions:
        return
    lines = Lines(text)
    shown = 0
    for start, end in _runs(positions):
        if end - start < _SELECTOR_RUN or shown == _MOST:
            continue
        shown += 1
        message = f"{end - start} variation selectors in a row, which carry data"
        says = _said(_decode_selectors(text[start:end]))
        traces.append(Trace(lines.of(start), "instructions.hidden.selectors", message, says))


def _zero_width(text: str, traces: list[Trace]) -> None:
    """Invisible characters in rows, inside of words, or strewn over the text."""
    positions = _positions(text, _ZERO_WIDTH)
    if not positions:
        return
    lines = Lines(text)
    shown = strewn = 0
    first = -1
    for start, end in _runs(positions):
        length = end - start
        before = text[start - 1] if start else ""
        # Most of these by far stand between letters of such scripts: no second look for them.
        if length < _RUN and _joins(before):
            continue
        after = text[end : end + 1]
        if length < _RUN and _joins(after):
            continue
        message = ""
        if length >= _RUN:
            message = f"{length} invisible characters in a row"
        elif text[start] != "\u00ad" and _is_small(before) and _is_small(after):
            message = "an invisible character inside of a word"
        elif text[start] != "\u00ad" and start:
            strewn += length
            first = start if first < 0 else first
        if message and shown < _MOST:
            shown += 1
            says = _said(_bits(text[start:end]) if length >= _RUN else _word(text, start, end))
            traces.append(Trace(lines.of(start), "instructions.hidden.zero-width", message, says))
    if strewn >= _STREWN:
        message = f"{strewn} invisible characters strewn over the text"
        traces.append(
            Trace(lines.of(first), "instructions.hidden.zero-width", message, "", WARNING)
        )


def _joins(character: str) -> bool:
    """Whether joiners and marks have a use beside this character: emoji, and joining scripts."""
    if not character or character < "\u0590":
        return False
    return (
        character <= "\u109f"
        or "\u1780" <= character <= "\u18af"
        or "\u1900" <= character <= "\u1cff"
        or "\u2190" <= character <= "\u2bff"
        or "\ua800" <= character <= "\uabff"
        or "\ufb1d" <= character <= "\ufe0f"
        or "\ufe70" <= character <= "\ufefc"
        or character >= "\U00010000"
    )


def _is_small(character: str) -> bool:
    # Before a capital it is where a long name may break: documentation is full of those.
    return "a" <= character <= "z"


def _word(text: str, start: int, end: int) -> str:
    """The word around an invisible character, without it."""
    left, right = start, end
    while left > start - 40 and left > 0 and text[left - 1].isalnum():
        left -= 1
    while right < end + 40 and right < len(text) and text[right].isalnum():
        right += 1
    return text[left:start] + text[end:right]


def _bits(piece: str) -> str:
    """What a row of two kinds of characters spells when they are read as bits, or nothing."""
    kinds = sorted(set(piece[:4000]))
    if len(kinds) != 2 or len(piece) < 16:
        return ""
    for zero in kinds:
        bits = "".join("0" if c == zero else "1" for c in piece[:4000] if c in kinds)
        values = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))
        if all(32 <= value < 127 or value in (9, 10, 13) for value in values):
            return values.decode("ascii")
    return ""


def _bidi(text: str, traces: list[Trace]) -> None:
    """Marks that make text appear in another order than a machine reads it."""
    positions = _positions(text, _BIDI)
    lines = Lines(text)
    shown = 0
    end = -1
    for at in positions:
        if at < end or shown == _MOST:
            continue
        begin = text.rfind("\n", max(0, at - _LINE), at) + 1 or max(0, at - _LINE)
        end = text.find("\n", at, at + _LINE)
        end = min(len(text), at + _LINE) if end < 0 else end
        line = text[begin:end]
        if not _reorders(line):
            continue
        shown += 1
        message = "marks that show the line in another order than it is read"
        visible = "".join(c for c in line if c not in _BIDI)
        traces.append(Trace(lines.of(at), "instructions.hidden.bidi", message, _said(visible)))


def _reorders(line: str) -> bool:
    """Whether a line's marks change the order of text that has no letters from right to left."""
    for character in line:
        if "\u0590" <= character <= "\u08ff" or "\ufb1d" <= character <= "\ufefc":
            return False
    if any(mark in line for mark in _OVERRIDES):
        return True
    embedded = isolated = 0
    for character in line:
        if character in "\u202a\u202b":
            embedded += 1
        elif character in "\u2066\u2067\u2068":
            isolated += 1
        elif character == _POPS:
            embedded -= 1
        elif character == _ISOLATE_POPS:
            isolated -= 1
    return embedded > 0 or isolated > 0


def _fillers(text: str, traces: list[Trace]) -> None:
    """Hangul letters without a shape, outside of Hangul."""
    _single(text, _FILLERS, "filler", "a letter that has no shape", traces, _in_hangul)


def _in_hangul(text: str, at: int) -> bool:
    for character in text[max(0, at - 2) : at + 3]:
        if character in _FILLERS:
            continue
        if (
            "\u1100" <= character <= "\u11ff"
            or "\u3130" <= character <= "\u318f"
            or "\uac00" <= character <= "\ud7ff"
            or "\uffa1" <= character <= "\uffdc"
        ):
            return True
    return False


def _single(
    text: str,
    characters: str,
    kind: str,
    message: str,
    traces: list[Trace],
    is_fine: Callable[[str, int], bool] | None = None,
) -> None:
    lines = Lines(text)
    shown = 0
    for start, end in _runs(_positions(text, characters)):
        if shown == _MOST or (is_fine is not None and is_fine(text, start)):
            continue
        shown += 1
        says = _said(_word(text, start, end))
        traces.append(Trace(lines.of(start), f"instructions.hidden.{kind}", message, says))


def _controls(text: str, traces: list[Trace]) -> None:
    """Escape sequences and other controls: a terminal hides text with them."""
    positions = _positions(text, _CONTROLS)
    lines = Lines(text)
    for start, _ in _runs(positions)[:_MOST]:
        line = text[start : start + 200].split("\n", 1)[0]
        is_escape = text[start] in "\x1b\x08"
        message = "an escape sequence or a backspace" if is_escape else "a control character"
        severity = ERROR if is_escape else WARNING
        traces.append(
            Trace(lines.of(start), "instructions.hidden.control", message, _said(line), severity)
        )


def _lookalikes(text: str, traces: list[Trace]) -> None:
    """Letters of another script inside of an ASCII word."""
    lines = Lines(text)
    shown = 0
    for at in _positions(text, _LOOKALIKES):
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        sides = [one for one in (before, after) if one.isalpha()]
        if not sides or not all(one.isascii() for one in sides) or shown == _MOST:
            continue
        shown += 1
        says = _said(_word(text, at, at))
        message = "a letter of another script that looks like an ASCII one, inside of a word"
        traces.append(Trace(lines.of(at), "instructions.hidden.lookalike", message, says, WARNING))


def _said(text: str) -> str:
    """Text for a person's eyes, on one line and without anything hidden of its own."""
    if not text:
        return ""
    # Costs an import of `re`, only where something was found.
    from ambidex.printable import printable

    return printable(text, _LONGEST_SAID)
