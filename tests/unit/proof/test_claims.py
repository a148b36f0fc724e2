"""The gate `claims`, over a corpus of messages with the record of what was done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomllib

from ambidex.proof.claims.gate import judge
from ambidex.proof.subject import Said, Subject
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
def subjects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Subject]:
    """What changed by the calls of each record, really done."""
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
        made[name] = project.subject()
    return made


def cases(kind: str) -> Iterator[tuple[str, str]]:
    for record, table in CORPUS[kind].items():
        for message in table["messages"]:
            yield record, message


def say(subject: Subject, calls: list[str], message: str) -> Verdict:
    subject.said = Said(message, lambda: records(calls))
    verdict = judge(subject)
    assert verdict is not None
    return verdict


def caught(subjects: dict[str, Subject], kind: str) -> tuple[list[str], list[str]]:
    """Messages of `kind` with a finding, and those without."""
    loud, silent = [], []
    for record, message in cases(kind):
        verdict = say(subjects[record], CORPUS["records"][record]["calls"], message)
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
def test_false_claims_are_caught(subjects: dict[str, Subject], kind: str) -> None:
    loud, silent = caught(subjects, kind)
    assert len(loud) >= 0.9 * (len(loud) + len(silent)), "\n".join(silent)


@pytest.mark.parametrize("kind", ["fine", "fine_held_out"])
def test_nothing_else_is(subjects: dict[str, Subject], kind: str) -> None:
    loud, _ = caught(subjects, kind)
    assert loud == []


EDITED = ["Edit src/shop/price.py => 0"]


@pytest.mark.parametrize(
    ("record", "calls", "message", "severity"),
    [
        # The gate `tests` finds out whether it is true.
        ("edited", EDITED, "All tests pass.", "warning"),
        ("edited", EDITED, "I ran the test suite.", "error"),
        ("red", None, "All tests pass.", "error"),
        ("green", ["Bash pytest => 0 12 passed", *EDITED], "All tests pass.", "warning"),
        ("edited", EDITED, "Updated `README.md`.", "error"),
    ],
)
def test_only_what_no_later_gate_can_make_true_is_an_error(
    subjects: dict[str, Subject], record: str, calls: list[str] | None, message: str, severity: str
) -> None:
    done = CORPUS["records"][record]["calls"] if calls is None else calls
    (finding,) = say(subjects[record], done, message).findings
    assert finding.severity == severity


def test_where_the_tests_are_off_nobody_measures_them_later(subjects: dict[str, Subject]) -> None:
    subject = subjects["edited"]
    gates = {"right": {**subject.policy["gates"]["right"], "tests": "off"}}
    policy = subject.policy
    subject.policy = {**policy, "gates": gates}
    (finding,) = say(subject, EDITED, "All tests pass.").findings
    subject.policy = policy
    assert finding.severity == "error"


def test_a_finding_quotes_the_claim_and_says_what_the_record_shows(
    subjects: dict[str, Subject],
) -> None:
    (finding,) = say(subjects["red"], CORPUS["records"]["red"]["calls"], "All tests pass.").findings
    assert finding.message == (
        "“All tests pass.” — the last run failed: `python -m pytest tests -q`: "
        "2 failed, 10 passed in 0.40s"
    )
    long = "All tests pass, for prices" + " and rates" * 20 + "."
    (finding,) = say(subjects["red"], CORPUS["records"]["red"]["calls"], long).findings
    assert len(finding.message.partition("” — ")[0]) == len("“") + 120


@pytest.mark.parametrize(
    ("calls", "message", "status", "fine"),
    [
        (EDITED, "Here is the new version.", NOT_RUN, True),
        ([], "All tests pass.", NOT_RUN, True),
        (["Edit src/shop/price.py => 0", "Bash make => 0"], "All tests pass.", NOT_RUN, True),
        ([*EDITED, "Bash pytest => 0 12 passed"], "All tests pass.", PASSED, True),
    ],
)
def test_what_says_nothing_and_what_is_true_does_not_hold_anybody(
    subjects: dict[str, Subject], calls: list[str], message: str, status: str, fine: bool
) -> None:
    verdict = say(subjects["edited"], calls, message)
    assert (verdict.status, verdict.is_fine) == (status, fine)


def test_damaged_records_are_passed_over(subjects: dict[str, Subject]) -> None:
    subject = subjects["edited"]
    odd: list[dict[str, Any]] = [
        {},
        {"event": "PreToolUse", "tool": 3},
        {"event": "PreToolUse", "tool": "Bash", "input": "rm"},
        {"event": "PostToolUse", "tool": "Bash", "exit": "x", "output": ["y"], "trace": None},
        {"event": "PreToolUse", "tool": "Edit", "input": {"file_path": 5}, "decision": []},
    ]
    subject.said = Said("All tests pass. Updated `README.md`.", lambda: odd)
    verdict = judge(subject)
    assert verdict is not None
    assert verdict.status in (NOT_RUN, FINDINGS)


def test_without_words_nothing_is_owed(subjects: dict[str, Subject]) -> None:
    subject = subjects["edited"]
    subject.said = None
    verdict = judge(subject)
    assert verdict is not None
    assert verdict.is_fine
