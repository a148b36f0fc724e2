"""The record of a Stop: what is in it, that it fits its schema, and that it stays small."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ambidex.report import evidence, text, versions
from ambidex.report.evidence import Judged
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Finding, Verdict

SCHEMA = json.loads(Path(evidence.__file__).with_name("evidence.schema.json").read_text())
LEVELS = {"guard": "block", "tests": "block", "mutation": "block", "scope": "off", "lint": "block"}
FACTS = {
    "event": "Stop",
    "session": "s",
    "prompt": "p",
    "agent": "",
    "track": "right",
    "policy": "d",
    "stop": {"action": "pass", "cause": "green"},
    "commit": None,
}


def made(*verdicts: Verdict, **facts: Any) -> dict[str, Any]:
    record = evidence.record(
        [Judged("/project", "a" * 40, "b" * 40, verdicts)],
        overall=PASSED,
        levels=LEVELS,
        began=1_700_000_000.0,
        ended=1_700_000_002.5,
        facts={**FACTS, **facts},
        tools={"python": "3.11.2"},
    )
    data: dict[str, Any] = json.loads(json.dumps(record))
    jsonschema.Draft202012Validator(SCHEMA).validate(data)
    return data


def finding(number: int = 1, message: str = "no") -> Finding:
    return Finding("a.py", number, "F821", message)


def test_the_schema_is_one_and_refuses_what_is_no_record() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**made(), "more": 1}, SCHEMA)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**made(), "overall": "green"}, SCHEMA)


def test_every_kind_of_verdict_and_decision_fits_the_schema() -> None:
    every = made(
        Verdict("tests", PASSED, "3 tests", seconds=1.5),
        Verdict("lint", FINDINGS, findings=[finding()]),
        Verdict("mutation", NOT_RUN, "deadline"),
        Verdict("types", BROKEN, "no mypy"),
        stop={"action": "release", "cause": "broken"},
        commit={"sha": "abc", "branch": "main", "paths": 2, "refused": ""},
        event="SubagentStop",
        agent="a1",
    )
    assert [check["status"] for check in every["checks"]] == [PASSED, FINDINGS, NOT_RUN, BROKEN]
    assert every["seconds"] == 2.5
    assert every["at"] == "2023-11-14T22:13:20Z"
    made(stop=None)


def test_what_was_not_run_is_named_with_the_reason() -> None:
    record = made(Verdict("tests", PASSED), Verdict("mutation", NOT_RUN, "deadline"))
    assert record["not_run"] == [
        {"gate": "mutation", "why": "deadline"},
        {"gate": "scope", "why": "off in this track"},
        {"gate": "lint", "why": "not reached"},
    ]


def test_a_verdict_from_before_says_so_here_and_in_the_terminal() -> None:
    details = {"reused_from": {"at": 1_700_000_000.0, "origin": "hook"}, "tests": 3}
    verdict = Verdict("tests", PASSED, "3 tests", details=details)
    (check,) = made(verdict)["checks"]
    assert check["reused_from"] == {"at": 1_700_000_000.0, "origin": "hook"}
    assert check["details"] == {"tests": 3}
    assert "as judged at 2023-11-1" in text.render([verdict], PASSED)
    assert "by the Stop hook" in text.render([verdict], PASSED)


def test_survivors_go_into_a_file_of_their_own(tmp_path: Path) -> None:
    verdict = Verdict("mutation", FINDINGS, findings=[finding()], details={"survivors": [{"a": 1}]})
    judged = [Judged("/project", "a", "b", [verdict])]
    record = made(verdict)
    assert record["checks"][0]["details"]["survivors"] == 1
    evidence.write(str(tmp_path), record, [verdict], evidence.survivors(judged))
    kept = tmp_path / ".ambidex" / "evidence" / "survivors.json"
    assert json.loads(kept.read_text()) == [{"a": 1}]
    evidence.write(str(tmp_path), made(), [], [])
    assert kept.exists(), "nobody has looked for mutants since"
    evidence.write(str(tmp_path), made(), [Verdict("mutation", PASSED)], [])
    assert not kept.exists()


def test_a_record_is_bounded_and_holds_no_secret() -> None:
    token = "ghp_" + "a1B2" * 9
    deep: Any = "end"
    for _ in range(50):
        deep = {"in": deep}
    record = made(
        Verdict(
            "lint",
            FINDINGS,
            findings=[finding(n, "long " * 10_000 + token) for n in range(1, 500)],
            details={
                "log": "y" * 100_000,
                "many": list(range(10_000)),
                "deep": deep,
                "said": f"token {token}",
                "odd": {1: object(), "s": {1, 2}, "surrogate": "\udc80"},
            },
        )
    )
    data = json.dumps(record)
    assert len(data) < 400_000
    assert token not in data
    assert record["checks"][0]["findings_in_all"] == 499


def test_the_newest_fifty_are_kept_and_nothing_else_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / ".ambidex" / "evidence"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text("{}")
    for number in range(60):
        (folder / f"20230101T000000Z-{number:09d}.json").write_text("{}")
    evidence.write(str(tmp_path), made(), [Verdict("tests", PASSED)], [])
    names = sorted(os.listdir(folder))
    assert len([name for name in names if name[:4].isdigit()]) == evidence.MOST_RECORDS
    assert "mine.json" in names
    assert json.loads((folder / "latest.json").read_text())["overall"] == PASSED
    assert (tmp_path / ".ambidex" / ".gitignore").read_text() == "*\n"
    assert "✓ tests" in (tmp_path / ".ambidex" / "last-stop.txt").read_text()


@pytest.mark.parametrize("where", [".ambidex", ".ambidex/evidence"])
def test_a_link_in_its_place_is_not_followed(tmp_path: Path, where: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = tmp_path / "project"
    (root / where).parent.mkdir(parents=True)
    (root / where).symlink_to(elsewhere)
    evidence.write(str(root), made(), [], [])
    assert os.listdir(elsewhere) == []


def test_a_project_that_cannot_be_written_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".ambidex").write_text("a file")
    evidence.write(str(tmp_path), made(), [], [])
    assert (tmp_path / ".ambidex").read_text() == "a file"


def test_versions_are_read_from_what_installers_leave(tmp_path: Path) -> None:
    for where, name in (
        (".venv", "pytest-8.1.0"),
        ("data/env/current", "pytest-9.0.0"),
        ("data/env/current", "ruff-0.12.0"),
        ("data/env/current", "leftpad-1.0"),
    ):
        (tmp_path / where / "lib/python3.11/site-packages" / f"{name}.dist-info").mkdir(
            parents=True
        )
    transcript = tmp_path / "transcript.jsonl"
    transcript.write_text('{"type":"user","version":"2.1.100"}\n{"version":"2.1.197","x":1}\n')
    environ = {"AMBIDEX_DATA_HOME": str(tmp_path / "data")}
    found = versions.of_tools(environ, str(tmp_path), str(transcript))
    assert found["pytest"] == "8.1.0", "the project's own comes first"
    assert found["ruff"] == "0.12.0"
    assert found["claude-code"] == "2.1.197"
    assert {"ambidex", "python"} <= set(found)
    assert "leftpad" not in found
    assert "claude-code" not in versions.of_tools(environ, str(tmp_path), "/nowhere")
