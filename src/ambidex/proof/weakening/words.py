"""Sets of words, written as one text: long tables stay readable."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of `text`, which blanks separate."""
    return frozenset(text.split())
