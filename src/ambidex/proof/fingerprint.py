"""What makes two failures the same failure, so that repetition can be told from progress."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.verdict import Verdict

# What differs from run to run although nothing changed. Plain numbers stay: `assert 3 == 4`
# turning into `assert 2 == 4` is a change.
_NOISE = (
    (r"0x[0-9a-fA-F]+", "0x"),
    (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<uuid>"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?", "<time>"),
    (r"\b\d+(?:\.\d+)? ?(?:ms|µs|us|ns|s|seconds?)\b", "<duration>"),
    (r"/(?:private/)?(?:tmp|var/folders|var/tmp)/[^\s'\",:;)\]]*", "<temporary>"),
    (r"(\.\w{1,4}):\d+", r"\1:"),
    (r"\bline \d+", "line"),
)


def normalise(message: str) -> str:
    """`message` without addresses, durations, timestamps, line numbers and temporary paths."""
    import re

    for pattern, replacement in _NOISE:
        message = re.sub(pattern, replacement, message)
    return " ".join(message.split())


def failures(verdicts: Iterable[Verdict]) -> frozenset[str]:
    """One key per finding of severity `error`: gate, identifier and digest, tab-separated.

    The identifier is what `label` shows to people; the digest covers the normalised
    message, so that the same test failing in another way is another failure.
    """
    import hashlib

    keys = set()
    for verdict in verdicts:
        for finding in verdict.findings:
            if finding.severity != "error":
                continue
            name = finding.rule
            if finding.path and not name.startswith(finding.path):
                name = f"{finding.path} {name}"
            text = normalise(finding.message).encode("utf-8", "surrogateescape")
            digest = hashlib.sha256(text).hexdigest()[:16]
            keys.add("\t".join((verdict.gate, name.replace("\t", " "), digest)))
    return frozenset(keys)


def label(key: str) -> str:
    """The part of a key of `failures` that a person recognises: the failing test's name."""
    parts = key.split("\t")
    return parts[1] if len(parts) > 1 else key
