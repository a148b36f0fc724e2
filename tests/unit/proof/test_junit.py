from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.proof import junit

HEAD = '<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite>'
GOOD = '<testcase classname="tests.test_a" name="test_one" file="tests/test_a.py" line="4"/>'
BAD = (
    '<testcase classname="tests.test_a.TestX" name="test_two" file="tests/test_a.py" line="9">'
    '<failure message="assert 1 == 2&#10;more">def test_two\n\ntests/test_a.py:12: AssertionError'
    "</failure></testcase>"
)


def read(tmp_path: Path, content: str) -> junit.Results:
    file = tmp_path / "results.xml"
    file.write_text(content, encoding="utf-8")
    return junit.read(str(file), str(tmp_path))


def test_a_whole_file_is_complete(tmp_path: Path) -> None:
    results = read(tmp_path, HEAD + GOOD + BAD + "</testsuite></testsuites>")
    assert results.complete
    assert [(case.node, case.line, case.outcome) for case in results.cases] == [
        ("tests/test_a.py::test_one", 5, "passed"),
        ("tests/test_a.py::TestX::test_two", 12, "failed"),
    ]


@pytest.mark.parametrize("cut", [1, 20, len(BAD) // 2, len(BAD) + 10])
def test_a_cut_off_file_gives_what_it_holds_and_is_not_complete(tmp_path: Path, cut: int) -> None:
    whole = HEAD + GOOD + BAD + BAD.replace("two", "three")
    results = read(tmp_path, whole[:-cut])
    assert not results.complete
    assert results.cases[0].node == "tests/test_a.py::test_one"


def test_a_missing_file_is_told_from_an_empty_one(tmp_path: Path) -> None:
    assert not junit.read(str(tmp_path / "gone.xml"), str(tmp_path)).exists
    empty = read(tmp_path, "")
    assert (empty.exists, empty.complete) == (True, False)


def test_a_file_with_entities_is_refused(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc">]><a><testcase name="&b;"/></a>'
    results = read(tmp_path, bomb)
    assert (results.complete, results.cases) == (False, [])


@pytest.mark.parametrize(
    "content", ["<?xml version='1.0' encoding='nonsense'?><a/>", "<?xml", "\0"]
)
def test_nonsense_is_not_complete(tmp_path: Path, content: str) -> None:
    assert not read(tmp_path, content).complete
