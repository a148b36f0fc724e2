"""The gate `claims`, over a corpus of messages with the record of what was done."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ambidex.changes.diff import Change
from ambidex.proof.claims import judge
from ambidex.proof.subject import Said
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict
from testing.changed_project import ChangedProject

CORPUS = tomllib.loads((Path(__file__).parents[2] / "corpus" / "claims.toml").read_text())
FILES = {
    "src/shop/price.py": "def discounted(cents, percent): return cents\n",
    "src/shop/cart.py": "",
    "src/app.ts": "",
    "tests/test_price.py": "def test(): pass\n",
    "README.md": "",
    "docs/guide.md": "",
    "docs/old.md": "old\n",
    "pyproject.toml": "",
    "package.json": "{}",
    ".gitignore": ".env\n",
}


def records(calls: list[str]) -> list[dict[str, Any]]:
    """Ledger records of `calls` in the corpus' notation."""
    found: list[dict[str, Any]] = []
    for number, text in enumerate(calls):
        what, _, end = text.partition(" => ")
        refused = what.startswith("refused ")
        tool, _, detail = what.removeprefix("refused ").partition(" ")
        given: dict[str, Any] = {"file_path": detail}
        if tool in ("Bash", "background"):
            given = {"command": detail, "run_in_background": tool == "background"}
            tool = "Bash"
        decision = {"action": "deny" if refused else "allow", "level": "block"}
        call = {"tool": tool, "trace": f"s:p:{number}"}
        found.append({"event": "PreToolUse", "input": given, "decision": decision, **call})
        status, _, output = end.partition(" ")
        if refused:
            continue
        if status == "0":
            done = {"event": "PostToolUse", "output": {"stdout": output}, "exit": 0}
        else:
            error = f"Exit code {status}\n{output}"
            done = {"event": "PostToolUseFailure", "error": error, "exit": int(status)}
        found.append({**done, **call})
    return found


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ChangedProject]:
    made = {}
    for name, record in CORPUS["records"].items():
        project = ChangedProject(tmp_path_factory.mktemp(name), FILES)
        (project.root / ".env").write_text("X=1\n")
        for call in record["calls"]:
            tool, _, rest = call.partition(" ")
            path = rest.partition(" => ")[0]
            if tool in ("Edit", "Write"):
                file = project.root / path
                file.write_text((file.read_text() if file.exists() else "") + "# changed\n")
            elif rest.startswith("rm "):
                (project.root / path.removeprefix("rm ")).unlink()
        if name == "asked":
            project.write({"src/shop/price.py": "# changed in an earlier prompt\n"})
        made[name] = project
    return made


def cases(kind: str) -> Iterator[tuple[str, str]]:
    for record, table in CORPUS[kind].items():
        for message in table["messages"]:
            yield record, message


def say(project: ChangedProject, calls: list[str], message: str) -> Verdict:
    verdict = judge(project.subject(said=Said(message, lambda: records(calls))))
    assert verdict is not None
    return verdict


def caught(projects: dict[str, ChangedProject], kind: str) -> tuple[list[str], list[str]]:
    """Messages of `kind` with a finding, and those without."""
    loud, silent = [], []
    for record, message in cases(kind):
        verdict = say(projects[record], CORPUS["records"][record]["calls"], message)
        shown = f"{record}: {message!r}"
        if verdict.status == FINDINGS:
            loud.append(f"{shown} {[(f.rule, f.message) for f in verdict.findings]}")
        else:
            silent.append(shown)
    return loud, silent


def test_the_corpus_is_large_enough() -> None:
    assert len([*cases("false"), *cases("false_held_out")]) >= 60
    assert len([*cases("fine"), *cases("fine_held_out")]) >= 80


@pytest.mark.parametrize("kind", ["false", "false_held_out"])
def test_false_claims_are_caught(projects: dict[str, ChangedProject], kind: str) -> None:
    loud, silent = caught(projects, kind)
    assert len(loud) >= 0.9 * (len(loud) + len(silent)), "\n".join(silent)


@pytest.mark.parametrize("kind", ["fine", "fine_held_out"])
def test_nothing_else_is(projects: dict[str, ChangedProject], kind: str) -> None:
    loud, _ = caught(projects, kind)
    assert loud == []
