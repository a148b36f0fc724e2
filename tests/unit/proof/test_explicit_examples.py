"""Failing examples become decorators in the tests' source, and nothing else in it changes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ambidex.proof import failing_examples
from ambidex.proof.explicit_examples import Refused, added
from ambidex.proof.failing_examples import Example

PLAIN = """from hypothesis import given, strategies as st


@given(st.integers())
def test_x(x):
    assert x < 10
"""


def example(function: str = "test_x", **more: Any) -> Example:
    record = {
        "node": f"test_a.py::{function}",
        "path": "test_a.py",
        "line": 4,
        "function": function,
        "values": [["x", "10"]],
        "unknown": [],
        "text": "test_x(\n    x=10,\n)",
        "profile": "ambidex-dev",
    }
    return Example("/nowhere", {**record, **more})


def write(source: str, *examples: Example) -> str:
    changed, new = added(source.encode(), list(examples))
    assert len(new) == len(set(examples))
    again, none = added(changed, list(examples))
    assert (again, none) == (changed, [])
    return changed.decode()


def test_the_decorator_and_the_import_are_all_that_is_added() -> None:
    assert write(PLAIN, example()) == PLAIN.replace(
        "import given", "import example, given"
    ).replace("def test_x", "@example(x=10)\ndef test_x")


@pytest.mark.parametrize(
    ("head", "expected", "name"),
    [
        ("import hypothesis", "import hypothesis", "hypothesis.example"),
        ("import hypothesis as h", "import hypothesis as h", "h.example"),
        ("from hypothesis import example as ex, given", None, "ex"),
        ("from hypothesis import *", None, "example"),
        (
            "from hypothesis import (\n    assume,\n    given,\n)",
            "assume,\n    example, given,",
            None,
        ),
        ("from hypothesis import assume", "import assume, example", None),
        ("from hypothesis import given  # why", "import example, given  # why", None),
        (
            "from hypothesis import given\nfrom shop import example",
            "import example as hypothesis_example, given",
            "hypothesis_example",
        ),
    ],
)
def test_the_name_is_what_the_module_calls_it(
    head: str, expected: str | None, name: str | None
) -> None:
    given = "given"
    for prefix in ("hypothesis", "h"):
        if name == f"{prefix}.example":
            given = f"{prefix}.given"
    imported = (
        "" if "given" in head or "." in given or "*" in head else "\nfrom hypothesis import given"
    )
    source = f"{head}{imported}\n\n@{given}(x=1)\ndef test_x(x):\n    pass\n"
    changed = write(source, example())
    assert (expected or head) in changed
    assert f"@{name or 'example'}(x=10)\ndef test_x" in changed


def test_methods_keep_their_indentation_and_lines_their_ends() -> None:
    source = (
        "\ufefffrom hypothesis import given\r\n\r\nclass TestA:\r\n"
        "\t@given(\r\n\t\tx=1,\r\n\t)\r\n\tdef test_m(self, x):\r\n\t\tpass\r\n"
    )
    changed = write(source, example("TestA.test_m"), example("TestA.test_m", values=[["x", "11"]]))
    assert "\t)\r\n\t@example(x=10)\r\n\t@example(x=11)\r\n\tdef test_m" in changed
    assert changed.startswith("\ufefffrom hypothesis import example, given\r\n")
    assert "\n" not in changed.replace("\r\n", "")


def test_a_long_example_takes_a_line_per_argument() -> None:
    values = [["x", repr("a" * 60)], ["y", repr("b" * 60)]]
    changed = write(PLAIN, example(values=values))
    assert f"@example(\n    x='{'a' * 60}',\n    y='{'b' * 60}',\n)\ndef" in changed


def test_a_module_of_the_standard_library_is_imported() -> None:
    values = [["x", "datetime.date(2000, 1, 1)"]]
    changed = write(PLAIN, example(values=values, unknown=["datetime"]))
    assert changed.startswith("import datetime\nfrom hypothesis import example, given")


@pytest.mark.parametrize(
    "decorators",
    [
        "@example(x=10)\n@given(x=1)",
        "@given(x=1)\n@example( x = 10 ).via('discovered failure')",
        "@example(x=10).xfail(raises=ValueError)\n@given(x=1)",
    ],
)
def test_what_is_there_is_not_added_twice(decorators: str) -> None:
    source = f"from hypothesis import example, given\n{decorators}\ndef test_x(x): ...\n".encode()
    assert added(source, [example()]) == (source, [])


@pytest.mark.parametrize(
    ("source", "wrong", "reason"),
    [
        (PLAIN.replace("test_x", "test_y"), {}, "no test_x"),
        (PLAIN, {"values": None, "text": "data(...)"}, "has no code"),
        (PLAIN, {"unknown": ["Decimal"]}, "Decimal is not imported"),
        (PLAIN, {"values": [["x", "<object>"]]}, "no code"),
        (PLAIN.replace("@given", "@mine"), {}, "no @given"),
        ("def broken(:\n", {}, "can't be read"),
    ],
)
def test_what_cannot_be_written_is_refused(source: str, wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        added(source.encode(), [example(**wrong)])


def test_a_written_example_runs_and_fails(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(write(PLAIN, example()))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_a.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "explicit" in run.stdout


def test_the_record_is_read_with_distrust_and_each_example_once(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (state / "properties").mkdir(parents=True)
    assert failing_examples.read(str(tmp_path), str(state)) == []
    good = json.dumps(example().as_dict())
    other = json.dumps(example(values=[["x", "11"]]).as_dict())
    lines = [good, "{cut off", "[]", "3", '{"node": 1}', good, other]
    (state / "properties" / "failing.jsonl").write_text("\n".join(lines))
    found = failing_examples.read(str(tmp_path), str(state))
    assert [each.values for each in found] == [[("x", "10")], [("x", "11")]]
    failing_examples.keep(str(state), found[1:])
    assert failing_examples.read(str(tmp_path), str(state)) == found[1:]
