"""Instructions in text that is no person's: orders to ignore orders, false roles, secrecy, theft.

No single phrase is enough unless it has no other use: each has a weight, phrases close to each
other add up, and only the sum is a trace. So documentation that says "system prompt", or a page
with one `<system>` element, stays silent. Text about this very attack quotes it and is found.

Hot path: no patterns. A text without any of a few dozen words costs one search for each.
"""

from __future__ import annotations

from ambidex.instructions import phrases
from ambidex.instructions.trace import ERROR, WARNING, Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# From which sum on a place is a trace, and from which on it is mentioned in a file of
# instructions. Measured: see docs/instructions.md.
_ENOUGH = 3
_WORTH_A_LINE = 2
# Phrases within so many characters of each other belong together: a paragraph or two.
_NEAR = 700
_MOST = 10
_MOST_HITS = 2000
_LONGEST_SAID = 200


class _Hit:
    __slots__ = ("at", "kind", "weight")

    def __init__(self, at: int, kind: str, weight: int) -> None:
        self.at = at
        self.kind = kind
        self.weight = weight


def find(text: str, *, strict: bool = False) -> list[Trace]:
    """The places where a text orders an agent about, at most ten.

    Args:
        text: anything.
        strict: the text is a file of instructions: downloads that are executed count, and places
            that are merely odd are mentioned as warnings.
    """
    low = _plain(text)
    flat = f" {' '.join(_words(low))} "
    hits = [*_phrases(flat), *_overrides(flat), *_thefts(flat), *_decoding(flat)]
    hits += _turns(low, flat)
    if strict:
        hits += _downloads(flat)
    if not hits:
        return []
    hits += [hidden for hit in hits for hidden in _concealed(flat, hit)]
    hits.sort(key=_at)
    found = _groups(hits, _WORTH_A_LINE if strict else _ENOUGH)
    return _traces(text, low, flat, found)


def _plain(text: str) -> str:
    """Lower case, without marks of emphasis; as many lines as before."""
    return text.lower().replace("*", "").replace("`", "")


def _words(low: str) -> list[str]:
    """The words, without the marks that begin a line of a comment, quotation or list."""
    return [word for word in low.split() if word not in phrases.MARKS]


def _at(hit: _Hit) -> int:
    return hit.at


def _gravity(hit: _Hit) -> tuple[int, int]:
    return (hit.weight, -hit.at)


def _groups(hits: list[_Hit], enough: int) -> list[tuple[_Hit, int, list[str]]]:
    """Hits close to each other that are enough together: the gravest, the sum, all kinds."""
    found: list[tuple[_Hit, int, list[str]]] = []
    group: list[_Hit] = []
    for hit in [*hits, None]:
        if group and (hit is None or hit.at - group[-1].at > _NEAR):
            weights: dict[str, int] = {}
            for one in group:
                # Only the heaviest of a kind counts: saying it twice makes it no graver.
                weights[one.kind] = max(weights.get(one.kind, 0), one.weight)
            total = sum(weights.values())
            if total >= enough and not _is_ordinary(weights):
                kinds = sorted(weights, key=weights.__getitem__, reverse=True)
                found.append((max(group, key=_gravity), total, kinds))
            group = []
        if hit is not None:
            group.append(hit)
    return found[:_MOST]


def _is_ordinary(weights: dict[str, int]) -> bool:
    """What programs for language models have side by side: roles, tools, and prompts of theirs."""
    return set(weights) <= phrases.ORDINARY and weights.get(phrases.ROLE, 0) < _ENOUGH


def _traces(
    text: str, low: str, flat: str, found: list[tuple[_Hit, int, list[str]]]
) -> list[Trace]:
    if not found:
        return []
    from ambidex.printable import printable

    lines, low_lines = text.split("\n"), low.split("\n")
    traces: list[Trace] = []
    number = words = at = reached = 0
    for hit, total, kinds in found:
        # The text before a hit ends with a blank for each word before it, and one at the start.
        reached += flat.count(" ", at, hit.at + 1)
        at = hit.at + 1
        while number < len(low_lines):
            more = len(_words(low_lines[number]))
            if words + more >= max(1, reached):
                break
            words += more
            number += 1
        says = printable(" ".join(lines[number : number + 3])[:2000], _LONGEST_SAID)
        message = "text that " + ", ".join(phrases.MESSAGES[kind] for kind in kinds[:3])
        severity = ERROR if total >= _ENOUGH else WARNING
        rule = f"instructions.injected.{hit.kind}"
        traces.append(Trace(number + 1, rule, message, says, severity))
    return traces


def _places(flat: str, phrase: str) -> Iterator[int]:
    at = flat.find(phrase)
    while at >= 0:
        yield at
        at = flat.find(phrase, at + 1)


def _phrases(flat: str) -> list[_Hit]:
    hits: list[_Hit] = []
    for kind, weight, needed, group in phrases.PHRASES:
        if not any(word in flat for word in needed):
            continue
        for phrase in group:
            for count, at in enumerate(_places(flat, phrase)):
                if count == _MOST_HITS:
                    break
                hits.append(_Hit(at, kind, weight))
    return hits


def _overrides(flat: str) -> list[_Hit]:
    """`Ignore all previous instructions` in its many forms."""
    hits: list[_Hit] = []
    for verb in phrases.VERBS:
        for at in _places(flat, f" {verb} "):
            words = flat[at + len(verb) + 2 : at + 120].split(" ")
            weight = _drops_instructions(verb, words[: phrases.WORDS_AFTER_VERB + 4])
            if weight:
                hits.append(_Hit(at + 1, phrases.OVERRIDE, weight))
    return hits


def _drops_instructions(verb: str, words: list[str]) -> int:
    """How clearly words after a verb like `ignore` name what an agent was told before."""
    earlier = False
    for number, word in enumerate(words):
        plain = word.strip(phrases.PUNCTUATION)
        after = [one.strip(phrases.PUNCTUATION) for one in words[number + 1 : number + 5]]
        if plain == "everything" and after[:1] == ["above"]:
            return 3
        if plain in phrases.WHICH:
            earlier = True
        elif plain in phrases.WHAT or plain in phrases.WHAT_ELSE:
            if plain.startswith("prompt") and verb in phrases.CONFIGURES:
                return 0
            if earlier:
                return 3
            if any(one in phrases.POSTPOSED for one in after[:3]):
                return 3 if plain == "told" or "instead" in after else 2
            return 0
        elif plain not in phrases.BETWEEN or (word != plain and word[-1:] in ".!?;:"):
            return 0
    return 0


def _thefts(flat: str) -> list[_Hit]:
    """A verb that sends, a secret, and a place to send it to, within two lines."""
    hits: list[_Hit] = []
    if not any(target in flat for target in phrases.TARGETS):
        return hits
    for secret in phrases.SECRETS:
        count = 0
        for at in _places(flat, secret):
            count += 1
            if count > _MOST_HITS // 10:
                break
            before = flat[max(0, at - phrases.REACH // 2) : at]
            after = flat[at : at + phrases.REACH]
            sent = max(before.rfind(f" {word}") for word in phrases.SENDING)
            is_grave = secret in phrases.GRAVE and _is_path(flat, at, secret)
            # What is read first, and sent in the next clause.
            later = is_grave and any(f" {word}" in after for word in phrases.SENDING)
            if (sent < 0 and not later) or not any(one in after for one in phrases.TARGETS):
                continue
            # An order begins a sentence or follows "and", "then", "must", "please".
            lead = before[:sent].rsplit(" ", 1)[-1] if sent >= 0 else ""
            if is_grave or lead == "" or lead[-1:] in ".:;,!)>" or lead in phrases.ORDERING:
                hits.append(_Hit(at, phrases.THEFT, 3 if is_grave else 2))
    return hits


def _is_path(flat: str, at: int, secret: str) -> bool:
    """Whether a name stands by itself: `.env`, and not a part of `os.environ`."""
    end = at + len(secret)
    cut = secret[-1].isalpha() and flat[end : end + 1].isalpha()
    return not cut and not flat[at - 1 : at].isalnum()


def _turns(low: str, flat: str) -> list[_Hit]:
    """A made-up conversation: turns of both sides at the beginnings of lines."""
    if "\nhuman:" not in low or "\nassistant:" not in low:
        return []
    return [_Hit(at + 1, phrases.ROLE, 2) for at in _places(flat, " human: ")][:_MOST]


def _decoding(flat: str) -> list[_Hit]:
    """An order to decode something and to do what it says."""
    hits: list[_Hit] = []
    for count, at in enumerate(_places(flat, "base64")):
        if count > _MOST_HITS // 10:
            break
        around = flat[max(0, at - phrases.REACH) : at + phrases.REACH]
        decodes = "decode" in around and any(then in around for then in phrases.THEN_RUN)
        if decodes or any(pipe in around for pipe in phrases.DECODED_PIPES):
            hits.append(_Hit(at, phrases.EXECUTION, 3))
    return hits


def _downloads(flat: str) -> list[_Hit]:
    """A download that goes straight into a shell: usual in a manual, not in orders to an agent."""
    hits: list[_Hit] = []
    for program in ("curl ", "wget "):
        for at in _places(flat, program):
            piece = flat[at : at + phrases.REACH]
            if any(pipe in piece for pipe in ("| sh", "| bash", "|sh", "|bash", "| sudo ")):
                hits.append(_Hit(at, phrases.EXECUTION, 2))
            if len(hits) > _MOST_HITS // 10:
                return hits
    return hits


def _concealed(flat: str, hit: _Hit) -> list[_Hit]:
    """Whether a hit stands in a comment of a page, or in an element that is not shown."""
    begin = max(0, hit.at - phrases.CONCEALED_REACH)
    # A tag's own words are no text inside of it.
    before = flat[begin : hit.at]
    is_hidden = before.rfind("<!--") > before.rfind("-->")
    if not is_hidden:
        style = max(before.rfind(one) for one in phrases.HIDING)
        is_hidden = style >= 0 and ">" in before[style:] and "</" not in before[style:]
    if not is_hidden:
        return []
    weight = 1 if hit.kind in phrases.ORDINARY or hit.weight == 1 else 2
    return [_Hit(hit.at, phrases.CONCEALED, weight)]
