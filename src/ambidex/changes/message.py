"""The message of a commit that is made for the agent."""

from __future__ import annotations

from ambidex.printable import printable
from ambidex.secrets.redact import redact_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# What git's own tools show of a subject before they cut it. Characters.
_SUBJECT = 72
_FEWEST_WORDS = 3
_MOST_PATHS = 20
_MARKUP = "#*_`>- \t"
_BODY_OF_WORDS = 600


def compose(
    said: str, paths: Sequence[str], proof: Sequence[str], trailers: Mapping[str, str]
) -> str:
    """A message: what the agent says it did, which files changed, and what was proved.

    Args:
        said: the agent's last message.
        paths: what the commit changes.
        proof: one line per gate.
        trailers: what tools look for, by name.

    Returns:
        The text, without secrets and control characters. Where the agent said nothing that
        describes the change ("Done."), the files do.
    """
    lines = [line.strip(_MARKUP) for line in redact_text(said[:5_000]).splitlines()]
    lines = [printable(line, 2_000) for line in lines if line]
    first = lines[0] if lines else ""
    if len(first.split()) < _FEWEST_WORDS:
        first = _of_files(paths)
        rest = ""
    else:
        rest = first if len(first) > _SUBJECT else ""
    parts = [_cut(first, _SUBJECT).rstrip(".:")]
    if rest:
        parts.append(_cut(rest, _BODY_OF_WORDS))
    listed = [printable(path, 200) for path in paths[:_MOST_PATHS]]
    if len(paths) > _MOST_PATHS:
        listed.append(f"and {len(paths) - _MOST_PATHS} more")
    parts.append("\n".join(listed))
    parts.append("\n".join(["Proved at Stop:", *(f"- {printable(line, 200)}" for line in proof)]))
    parts.append("\n".join(f"{name}: {printable(text, 200)}" for name, text in trailers.items()))
    return "\n\n".join(parts) + "\n"


def _of_files(paths: Sequence[str]) -> str:
    if len(paths) == 1:
        return f"Change {printable(paths[0], 200)}"
    shown = ", ".join(printable(path.rpartition("/")[2], 60) for path in paths[:3])
    return f"Change {len(paths)} files: {shown}"


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
