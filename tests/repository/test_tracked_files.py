"""What must not be in any tracked file, and what every file of a kind must have."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ambidex.ledger.redact import redact_text
from testing.checkout import ROOT, modules, read, tracked

# Spelled in two parts, so that this file does not contain them.
NOT_FINISHED = tuple(a + b for a, b in (("TO", "DO"), ("FIX", "ME"), ("XX", "X")))
MACHINE = tuple(a + b for a, b in (("/wo", "rk/"), ("/opt/py", "pi"), ("/ro", "ot/")))
REGISTRY = tuple(
    a + b
    for a, b in (
        ("pypi.", "org"),
        ("files.python", "hosted.org"),
        ("registry.", "npmjs"),
        ("npmjs.", "com"),
        ("index-", "url http"),
    )
)
SECRETS = re.compile(
    r"\b(?:ghp_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,}|sk-ant-[A-Za-z0-9-]{30,}"
    r"|AKIA[A-Z0-9]{16}|xox[bp]-[0-9]{8,}-[0-9A-Za-z-]{10,}|glpat-[A-Za-z0-9_-]{20})\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=]{40,}"
)
# Made up, to show that they are found: the redaction's tests, the rules' fixtures.
FICTIONAL = ("tests/unit/ledger/", "tests/properties/test_redact", "tests/rules/")

# Modules over the limit, each with its reason.
LONG = {
    "ambidex/protocol/events.py": "one class for each of the client's 30 events, read as a table",
}
LIMIT = 400


def findings(words: tuple[str, ...], texts: dict[str, str]) -> list[str]:
    """`file: word` for each word in each text."""
    patterns = [rf"{word}\b" if word.isalpha() else re.escape(word) for word in words]
    return [
        f"{name}: {word}"
        for name, text in texts.items()
        for word, pattern in zip(words, patterns)
        if word in text and re.search(rf"(?<![A-Za-z0-9_]){pattern}", text)
    ]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    found = {}
    for path in tracked():
        data = (ROOT / path).read_bytes()
        if b"\0" not in data:
            found[str(path)] = data.decode("utf-8", "surrogateescape")
    assert len(found) > 200
    return found


@pytest.mark.parametrize(
    "words", [NOT_FINISHED, MACHINE, REGISTRY], ids=["unfinished", "machine", "registry"]
)
def test_no_file_names_what_is_none_of_a_strangers_business(
    texts: dict[str, str], words: tuple[str, ...]
) -> None:
    assert findings(words, texts) == []


@pytest.mark.parametrize(
    "words", [NOT_FINISHED, MACHINE, REGISTRY], ids=["unfinished", "machine", "registry"]
)
def test_such_a_word_would_be_found(words: tuple[str, ...]) -> None:
    for word in words:
        assert findings(words, {"a.py": f"x = 1  # {word}"}) == [f"a.py: {word}"]


def test_no_file_holds_what_looks_like_a_real_secret(texts: dict[str, str]) -> None:
    guilty = [
        f"{name}: {match[0][:12]}…"
        for name, text in texts.items()
        if not name.startswith(FICTIONAL)
        for match in SECRETS.finditer(text)
    ]
    assert guilty == []


def test_a_secret_would_be_found() -> None:
    token = "ghp_" + "a1B2" * 9
    assert SECRETS.search(f"token = '{token}'")
    assert token not in redact_text(token)


def test_every_module_is_described_and_short_or_has_its_reason() -> None:
    assert len(modules()) > 100
    undescribed, long = [], set()
    for path in modules():
        source = read(Path("src") / path)
        if not ast.get_docstring(ast.parse(source)):
            undescribed.append(str(path))
        if source.count("\n") > LIMIT:
            long.add(str(path))
    assert undescribed == []
    assert long == set(LONG)


def test_what_is_started_as_a_program_is_executable() -> None:
    for name in ("hooks/launch", "bin/ambidex", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, name


@pytest.mark.parametrize("path", tracked("skills/*/SKILL.md", "agents/*.md"), ids=str)
def test_a_skill_or_agent_says_what_it_is_and_when_it_is_used(path: Path) -> None:
    header = re.match(r"---\n(.*?)\n---\n", read(path), re.DOTALL)
    assert header
    fields = dict(line.split(": ", 1) for line in header[1].splitlines())
    assert fields["name"] == (path.parent.name if path.name == "SKILL.md" else path.stem)
    assert "Use " in fields["description"]
    assert len(fields["description"]) <= 1024
