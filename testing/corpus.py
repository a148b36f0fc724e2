"""The commands of `tests/corpus`, by family, each with what the guard must say about it."""

from __future__ import annotations

from typing import NamedTuple

import tomllib

from testing.hooks import REPOSITORY

FOLDER = REPOSITORY / "tests" / "corpus"
EXPECTED = ("deny", "ask", "allow")


class Case(NamedTuple):
    """One command: `expect` is what the guard must answer, `rule` by which rule, if that counts."""

    family: str
    command: str
    expect: str
    rule: str
    why: str


def cases() -> list[Case]:
    """All cases, family by family.

    Raises:
        ValueError: a case is not as it should be; the message says where.
    """
    found = []
    # What agents say is another gate's corpus.
    for path in sorted(set(FOLDER.glob("*.toml")) - {FOLDER / "claims.toml"}):
        for number, entry in enumerate(tomllib.loads(path.read_text())["case"], 1):
            unknown = entry.keys() - {"command", "expect", "rule", "why"}
            if unknown or entry.get("expect") not in EXPECTED or not entry.get("command"):
                raise ValueError(f"{path.name}, case {number}: {entry}")
            found.append(
                Case(
                    path.stem,
                    entry["command"],
                    entry["expect"],
                    entry.get("rule", ""),
                    entry.get("why", ""),
                )
            )
    return found
