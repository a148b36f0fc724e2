"""DESIGN.md says of every module what it is, in one sentence."""

from __future__ import annotations

import re

from testing.checkout import modules, read

ENTRY = re.compile(r"^- `([\w/]+\.py)`: (.+)$", re.MULTILINE)


def names() -> list[str]:
    return ["/".join(path.parts[1:]) for path in modules()]


def problems(page: str, existing: list[str]) -> list[str]:
    """Modules without a sentence, sentences without a module, and what is not one sentence."""
    entries = ENTRY.findall(page)
    described = [name for name, _ in entries]
    found = [f"{name}: no sentence" for name in existing if name not in described]
    for name, sentence in entries:
        if name not in existing:
            found.append(f"{name}: no such module")
        if described.count(name) > 1:
            found.append(f"{name}: twice")
        if not sentence.endswith(".") or re.search(r"[.?!] [A-Z]", sentence):
            found.append(f"{name}: not one sentence")
    return found if entries else [*found, "nothing is described"]


def test_every_module_has_its_sentence_and_every_sentence_its_module() -> None:
    assert len(names()) > 100
    assert problems(read("DESIGN.md"), names()) == []


def test_the_sentences_come_first() -> None:
    first = re.search(r"^## (.+)$", read("DESIGN.md"), re.MULTILINE)
    assert first
    assert first[1] == "Modules"


def test_what_is_missing_superfluous_or_longer_is_noticed() -> None:
    page = "- `a.py`: One.\n- `b.py`: One. Two.\n- `b.py`: One\n- `c.py`: One.\n"
    assert problems(page, ["a.py", "b.py", "d.py"]) == [
        "d.py: no sentence",
        "b.py: twice",
        "b.py: not one sentence",
        "b.py: twice",
        "b.py: not one sentence",
        "c.py: no such module",
    ]
    assert problems("", []) == ["nothing is described"]
