"""The pytest plugin with the real Hypothesis: profiles, who wins, and the record of failures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex import inside
from ambidex.mutation.properties import with_plugin

# Each test runs pytest as a process.
pytestmark = pytest.mark.slow

INSIDE = os.path.dirname(os.path.abspath(inside.__file__))
SHOWS = """
import os, sys
from hypothesis import given, settings, strategies as st

@given(st.integers())
def test_property(x):
    pass

def test_settings():
    used = test_property._hypothesis_internal_use_settings
    name = settings._current_profile
    print("used", name, used.max_examples, used.derandomize, used.deadline)
    assert not [entry for entry in sys.path if entry.endswith("/inside")]
    assert "inside" not in os.environ.get("PYTHONPATH", "")
"""
OWN = """
from hypothesis import settings
settings.register_profile("{name}", max_examples={count})
"""
# As if installed: an entry point of pytest and one of Hypothesis, in a folder on the path.
METADATA = """[pytest11]
ambidex = ambidex.inside.ambidex_properties
[hypothesis]
ambidex = ambidex.inside.ambidex_properties:register
"""


class Runs:
    """A project, and pytest in it with our plugin by path or as if it were installed."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.record = folder / "failing.jsonl"
        # The environment that runs the tests may have an older or newer one installed.
        self.installed = folder / "installed"
        metadata = self.installed / "ambidex-0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ambidex\nVersion: 0\n")
        (metadata / "entry_points.txt").write_text(METADATA)
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}

    def write(self, files: dict[str, str]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")

    def by_path(self, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return self._pytest(with_plugin({**self.environ, **environ}, *options))

    def as_installed(self, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
        source = os.path.dirname(os.path.dirname(INSIDE))
        path = os.pathsep.join((str(self.installed), source))
        return self._pytest({**self.environ, "PYTHONPATH": path, **environ}, *options)

    def _pytest(self, environ: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-rP", "-p", "no:cacheprovider"]
        return subprocess.run(
            [*command, *options],
            cwd=self.root,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def used(run: subprocess.CompletedProcess[str]) -> list[str]:
    assert run.returncode == 0, run.stdout + run.stderr
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("used ")]
    return line.split()[1:]


@pytest.mark.parametrize(
    ("name", "count", "derandomised"),
    [
        ("dev", "25", "False"),
        ("ci", "200", "True"),
        ("thorough", "500", "False"),
        ("mutants", "50", "True"),
    ],
)
def test_each_profile_is_what_properties_run_under(
    runs: Runs, name: str, count: str, derandomised: str
) -> None:
    runs.write({"test_it.py": SHOWS})
    expected = [f"ambidex-{name}", count, derandomised, "None"]
    assert used(runs.by_path(f"--ambidex-profile={name}")) == expected


def test_installed_it_is_chosen_by_a_variable_or_hypothesis_own_option(runs: Runs) -> None:
    runs.write({"test_it.py": SHOWS})
    assert used(runs.as_installed(AMBIDEX_PROFILE="dev"))[:2] == ["ambidex-dev", "25"]
    named = runs.as_installed("--hypothesis-profile=ambidex-thorough")
    assert used(named)[:2] == ["ambidex-thorough", "500"]


def test_unasked_nothing_changes(runs: Runs) -> None:
    runs.write({"test_it.py": SHOWS, "ambidex.toml": ""})
    assert used(runs.as_installed())[:2] == ["default", "100"]
    assert used(runs.as_installed(AMBIDEX_PROFILE="unknown"))[:2] == ["default", "100"]


def test_ci_of_a_project_that_opted_in_has_the_same_inputs_each_time(runs: Runs) -> None:
    runs.write({"test_it.py": SHOWS})
    assert used(runs.as_installed(CI="true"))[:2] == ["ci", "100"]
    runs.write({"ambidex.toml": ""})
    assert used(runs.as_installed(CI="true"))[:3] == ["ambidex-ci", "200", "True"]


def test_a_project_that_loads_its_own_profile_keeps_it(runs: Runs) -> None:
    own = OWN.format(name="mine", count=7) + "settings.load_profile('mine')\n"
    runs.write({"test_it.py": SHOWS, "conftest.py": own, "ambidex.toml": ""})
    assert used(runs.as_installed(CI="true"))[:2] == ["mine", "7"]
    assert used(runs.by_path("--ambidex-profile=dev"))[:2] == ["mine", "7"]


@pytest.mark.parametrize("name", ["dev", "ci"])
def test_a_project_s_profile_of_the_same_name_stands_for_ours(runs: Runs, name: str) -> None:
    runs.write({"test_it.py": SHOWS, "conftest.py": OWN.format(name=name, count=9)})
    assert used(runs.by_path(f"--ambidex-profile={name}"))[:2] == [name, "9"]
    assert used(runs.as_installed(AMBIDEX_PROFILE=name))[:2] == [name, "9"]


def test_warnings_as_errors_find_nothing(runs: Runs) -> None:
    runs.write({"test_it.py": SHOWS, "pytest.ini": "[pytest]\nfilterwarnings = error\n"})
    assert used(runs.as_installed(AMBIDEX_PROFILE="ci"))[0] == "ambidex-ci"
    assert used(runs.by_path("--ambidex-profile=ci"))[0] == "ambidex-ci"


def test_workers_of_xdist_have_it_too(runs: Runs) -> None:
    runs.write({"test_it.py": SHOWS + "\n@given(st.integers())\ndef test_b(x): assert x < 9\n"})
    run = runs.by_path("--ambidex-profile=ci", f"--ambidex-examples={runs.record}", "-n1")
    assert "used ambidex-ci 200" in run.stdout
    (line,) = runs.record.read_text().splitlines()
    assert json.loads(line)["values"] == [["x", "9"]]


def test_a_suite_without_hypothesis_does_not_import_it(runs: Runs) -> None:
    plain = "import sys\ndef test_it():\n    assert 'hypothesis' not in sys.modules\n"
    runs.write({"test_it.py": plain, "ambidex.toml": ""})
    run = runs.as_installed(CI="true", AMBIDEX_PROFILE="dev")
    assert run.returncode == 0, run.stdout


def test_an_environment_without_hypothesis_is_not_disturbed(runs: Runs) -> None:
    missing = "raise ImportError('no hypothesis here')\n"
    shadow = runs.installed / "hypothesis"
    shadow.mkdir()
    (shadow / "__init__.py").write_text(missing)
    runs.write({"test_it.py": "def test_it():\n    pass\n"})
    # Hypothesis's own plugin would be missing as well.
    without = ("-p", "no:hypothesispytest")
    run = runs.by_path("--ambidex-profile=dev", *without, PYTHONPATH=str(runs.installed))
    assert run.returncode == 0, run.stdout + run.stderr


def test_importing_it_costs_next_to_nothing() -> None:
    program = (
        "import sys, time, pytest; before = set(sys.modules); start = time.process_time();"
        "import ambidex_properties; took = time.process_time() - start;"
        "print(took, sorted(set(sys.modules) - before))"
    )
    taken = []
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", program],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": INSIDE},
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, _, modules = run.stdout.partition(" ")
        assert modules.strip() == "['ambidex_properties']"
        taken.append(float(seconds))
    # Processor time: where no bytecode may be written it is compiled each time.
    assert min(taken) < 0.02


FAILS = """
import datetime, decimal
import pytest
from hypothesis import example, given, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

@given(x=st.integers(), y=st.just("it's"))
def test_two(x, y):
    assert x < 10

class TestIt:
    @pytest.mark.parametrize("base", [5])
    @given(x=st.integers())
    def test_method(self, base, x, tmp_path_factory):
        assert x < 10 + base

@given(st.just(float("nan")))
def test_nan(x):
    assert x == x

@given(st.data())
def test_data(data):
    assert data.draw(st.integers()) < 5

class Opaque:
    pass

@given(st.builds(Opaque))
def test_opaque(thing):
    assert not thing

@example(x=3)
@given(x=st.just(1))
def test_explicit(x):
    assert x < 2

class Machine(RuleBasedStateMachine):
    @rule(k=st.integers())
    def add(self, k):
        assert k < 3

TestMachine = Machine.TestCase

def test_plain():
    assert False
"""


def test_failing_examples_are_recorded_as_code(runs: Runs) -> None:
    runs.write({"test_it.py": FAILS})
    run = runs.by_path("--ambidex-profile=dev", f"--ambidex-examples={runs.record}")
    assert run.returncode == 1, run.stdout + run.stderr
    records = [json.loads(line) for line in runs.record.read_text().splitlines()]
    values = {record["function"]: record["values"] for record in records}
    assert values["test_two"] == [["x", "10"], ["y", '"it\'s"']]
    assert values["TestIt.test_method"] == [["x", "15"]]
    assert values["test_nan"] == [["x", "float('nan')"]]
    assert values["test_data"] is None
    assert values["test_opaque"] == [["thing", "Opaque()"]]
    # What is explicit already is no news, nor is a test without Hypothesis.
    assert len(records) == 6
    (machine,) = [record for record in records if record["node"].endswith("runTest")]
    assert machine["values"] is None
    assert "state.add(k=3)" in machine["text"]
    two = records[0]
    assert (two["line"], two["unknown"]) == (7, [])
    assert two["path"] == str(runs.root / "test_it.py")


def test_a_record_that_cannot_be_written_breaks_no_run(runs: Runs) -> None:
    runs.write({"test_it.py": SHOWS + "\n@given(st.integers())\ndef test_b(x): assert x < 9\n"})
    run = runs.as_installed(AMBIDEX_EXAMPLES=str(runs.root))
    assert run.returncode == 1
    assert "1 failed, 2 passed" in run.stdout
