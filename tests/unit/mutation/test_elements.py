"""Reports in the schema of mutation-testing-elements: valid, readable again, mergeable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ambidex.mutation import elements
from ambidex.mutation.mutant import (
    KILLED,
    NOT_JUDGED,
    STATUSES,
    SURVIVED,
    UNCOVERED,
    Judged,
    Mutant,
)

# Of the npm package mutation-testing-report-schema 3.8.4, Apache-2.0.
SCHEMA = json.loads((Path(__file__).parent / "mutation-testing-report-schema.json").read_text())
TEXT = "def f(a):\r\n    # ☕\r\n    return a + 1\r\n"


def mutant(start: int, end: int, replacement: str, path: str = "src/a.py") -> Mutant:
    line = TEXT.count("\n", 0, start) + 1
    return Mutant(
        path,
        "f",
        lines=(line, line),
        span=(start, end),
        replacement=replacement,
        operator="ArithmeticOperator",
    )


AT = TEXT.index("a + 1")
PLUS = mutant(AT, AT + 5, "a - 1")
ONE = mutant(AT + 4, AT + 5, "2")


def report(*judged: Judged, text: str = TEXT) -> dict[str, Any]:
    texts = {each.mutant.path: text for each in judged}
    covering = {PLUS.id: ["tests/test_a.py::test_f", "tests/test_a.py::test_g[x]"]}
    return elements.report(judged, texts, covering, low=80, high=90, version="1.2.3")


def valid(content: dict[str, Any]) -> dict[str, Any]:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    jsonschema.validate(content, SCHEMA)
    return content


def test_every_status_makes_a_valid_report() -> None:
    places = [mutant(at, at + 1, "x") for at in range(len(STATUSES))]
    content = valid(report(*(Judged(m, s) for m, s in zip(places, STATUSES, strict=True))))
    statuses = [each["status"] for each in content["files"]["src/a.py"]["mutants"]]
    assert statuses == ["Killed", "Survived", "Timeout", "NoCoverage", "Pending"]


def test_lines_and_columns_count_from_one_and_end_behind_the_last_character() -> None:
    [entry] = report(Judged(PLUS, SURVIVED))["files"]["src/a.py"]["mutants"]
    assert entry["location"] == {
        "start": {"line": 3, "column": 12},
        "end": {"line": 3, "column": 17},
    }


def test_what_is_written_is_read_again() -> None:
    judged = [
        Judged(PLUS, KILLED, killer="tests/test_a.py::test_f", ran=1, covering=2, seconds=0.25),
        Judged(ONE, NOT_JUDGED, reason="no time was left"),
    ]
    content = json.loads(json.dumps(valid(report(*judged))))
    found = elements.read(content)
    assert [each.mutant.as_dict() for each in found] == [each.mutant.as_dict() for each in judged]
    assert [each.status for each in found] == [KILLED, NOT_JUDGED]
    assert (found[0].killer, found[0].ran, found[0].covering, found[0].seconds) == (
        "tests/test_a.py::test_f",
        1,
        2,
        0.25,
    )
    assert found[1].reason == "no time was left"


def test_tests_are_listed_under_their_files() -> None:
    tests = report(Judged(PLUS, SURVIVED))["testFiles"]["tests/test_a.py"]["tests"]
    assert tests == [
        {"id": "tests/test_a.py::test_f", "name": "test_f"},
        {"id": "tests/test_a.py::test_g[x]", "name": "test_g[x]"},
    ]


def test_shards_make_one_report_in_any_order() -> None:
    first = report(Judged(PLUS, KILLED), Judged(ONE, NOT_JUDGED))
    second = report(Judged(ONE, SURVIVED))
    merged = valid(elements.merge([first, second]))
    assert merged == elements.merge([second, first])
    assert {each.mutant.id: each.status for each in elements.read(merged)} == {
        PLUS.id: KILLED,
        ONE.id: SURVIVED,
    }
    assert merged == elements.merge([merged, merged])


def test_files_of_all_shards_are_kept() -> None:
    other = mutant(0, 1, "x", path="src/b.py")
    merged = elements.merge([report(Judged(other, UNCOVERED)), report(Judged(PLUS, KILLED))])
    assert list(merged["files"]) == ["src/a.py", "src/b.py"]


@pytest.mark.parametrize(
    ("reports", "problem"),
    [
        ([], "there is no report"),
        ([{"files": {"a": {}}}], "no mutation testing report"),
        ([[]], "no mutation testing report"),
        ([report(Judged(PLUS, KILLED)), report(Judged(PLUS, SURVIVED))], "disagree"),
        ([report(Judged(PLUS, KILLED)), report(Judged(PLUS, KILLED), text=TEXT + "#")], "not the"),
    ],
)
def test_what_does_not_belong_together_is_refused(reports: list[Any], problem: str) -> None:
    with pytest.raises(elements.ReportError, match=problem):
        elements.merge(reports)


def test_mutants_that_could_not_be_run_are_none() -> None:
    content = report(Judged(PLUS, KILLED), Judged(ONE, SURVIVED))
    for status in ("Ignored", "CompileError", "RuntimeError"):
        content["files"]["src/a.py"]["mutants"][1]["status"] = status
        assert [each.status for each in elements.read(content)] == [KILLED]


@pytest.mark.parametrize("content", [{}, [], {"files": {"a.py": {"source": "", "mutants": [{}]}}}])
def test_what_is_no_report_is_refused(content: Any) -> None:
    with pytest.raises(elements.ReportError):
        elements.read(content)
