"""Text from strangers (test names, assertion messages, output) made fit for one line."""

from __future__ import annotations


def printable(text: str, limit: int) -> str:
    """`text` on one line, without escape sequences, controls or hidden characters.

    A test's name or output reaches the model and a person's terminal: it must be able
    neither to colour it, nor to start a new line, nor to carry text that nobody sees.

    Args:
        text: anything, lone surrogates included.
        limit: largest length of the result, in characters; at least 1.
    """
    import re

    # Cut generously first: a message of megabytes must not cost a pass per expression.
    text = text[: limit * 4 + 1000]
    text = re.sub(
        r"\x1b(?:\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)|\[[0-?]{0,50}[ -/]{0,10}[@-~]?|.)", "", text
    )
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or not _hidden(c))
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _hidden(character: str) -> bool:
    if not character.isprintable():
        return True
    # Variation selectors count as printable and can carry a message of their own.
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
