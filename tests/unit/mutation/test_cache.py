"""A stored verdict holds until something that it depends on changes, and no longer."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from ambidex.mutation import cache, targets
from ambidex.mutation.mutant import KILLED, NOT_JUDGED, SURVIVED, TIMEOUT, UNCOVERED, Judged, Mutant
from ambidex.policy.defaults import DEFAULTS
from ambidex.proof.command import Command
from testing.python_project import Project

SHOP = "LIMIT = 10\n\n\ndef half(price):\n    return price // 2\n\n\ndef other():\n    return 1\n"
TESTS = """import pytest

HELP = 1


@pytest.mark.parametrize("price", [2, 4])
def test_half(price):
    assert half(price) == price / 2


class TestOther:
    def test_other(self):
        assert other() == 1
"""
HALF = "tests/test_shop.py::test_half[2]"
OTHER = "tests/test_shop.py::TestOther::test_other"
BOTH = (HALF, OTHER)


class Shop:
    """A shop with its tests, and verdicts on mutants of `half`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.text = SHOP
        self.environment = "python"
        project.write({"tests/test_shop.py": TESTS, "tests/conftest.py": "", "pytest.ini": ""})

    def verdicts(self) -> tuple[cache.Verdicts, targets.Target]:
        module = targets.whole("src/shop.py", self.text.encode(), ["half"])
        tests = cache.Tests(self.project.root, DEFAULTS)
        stored = cache.Verdicts(self.project.state, module, tests, self.environment)
        return stored, module.targets[0]

    def mutant(self, replacement: str = "3", at_import: bool = False) -> Mutant:
        at = self.text.index("// 2") + 3
        line = self.text.count("\n", 0, at) + 1
        return Mutant(
            "src/shop.py",
            "half",
            lines=(line, line),
            span=(at, at + 1),
            replacement=replacement,
            operator="NumberLiteral",
            at_import=at_import,
        )

    def keep(self, status: str, covering: Sequence[str] = BOTH, at_import: bool = False) -> None:
        stored, target = self.verdicts()
        killer = HALF if status == KILLED else ""
        judged = Judged(
            self.mutant(at_import=at_import), status, killer=killer, ran=1, covering=2, seconds=0.5
        )
        stored.keep(judged, target, covering)
        stored.save()

    def find(
        self, covering: Sequence[str] = BOTH, replacement: str = "3", at_import: bool = False
    ) -> str:
        stored, target = self.verdicts()
        found = stored.find(self.mutant(replacement, at_import), target, covering)
        return found.status if found else ""

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.project.path / path
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(Project(tmp_path))


@pytest.mark.parametrize("status", [KILLED, SURVIVED, TIMEOUT])
def test_a_verdict_is_found_again(shop: Shop, status: str) -> None:
    shop.keep(status)
    stored, target = shop.verdicts()
    found = stored.find(shop.mutant(), target, BOTH)
    assert found is not None
    assert (found.status, found.ran, found.covering, found.seconds) == (status, 1, 2, 0.5)
    assert found.killer == (HALF if status == KILLED else "")


@pytest.mark.parametrize("status", [NOT_JUDGED, UNCOVERED])
def test_what_says_nothing_is_not_kept(shop: Shop, status: str) -> None:
    shop.keep(status)
    assert shop.find() == ""


def test_another_mutant_is_another(shop: Shop) -> None:
    shop.keep(KILLED)
    assert shop.find(replacement="4") == ""


def test_it_moves_with_its_function(shop: Shop) -> None:
    shop.keep(SURVIVED)
    shop.text = SHOP.replace("def half", "def added():\n    return 0\n\n\ndef half")
    assert shop.find() == SURVIVED


@pytest.mark.parametrize(
    ("old", "new"), [("price // 2", "(price // 2)"), ("LIMIT = 10", "LIMIT = 11")]
)
def test_another_source_is_judged_again(shop: Shop, old: str, new: str) -> None:
    shop.keep(KILLED)
    shop.text = SHOP.replace(old, new)
    assert shop.find() == ""


def test_another_function_changes_nothing_unless_the_import_runs_it(shop: Shop) -> None:
    shop.keep(KILLED)
    shop.keep(KILLED, at_import=True)
    assert shop.find(at_import=True) == KILLED
    shop.text = SHOP.replace("return 1", "return 2")
    assert shop.find() == KILLED
    assert shop.find(at_import=True) == ""


def test_an_edited_test_is_run_again_on_what_it_covers_only(shop: Shop) -> None:
    shop.keep(SURVIVED)
    shop.edit("tests/test_shop.py", "other() == 1", "other() == 2")
    assert shop.find() == ""
    shop.keep(SURVIVED, [HALF])
    shop.edit("tests/test_shop.py", "other() == 2", "other() == 3")
    assert shop.find([HALF]) == SURVIVED


def test_a_killed_mutant_depends_on_its_killer_alone(shop: Shop) -> None:
    shop.keep(KILLED)
    shop.edit("tests/test_shop.py", "other() == 1", "other() == 2")
    assert shop.find([HALF]) == KILLED
    shop.edit("tests/test_shop.py", "price / 2", "price / 3")
    assert shop.find() == ""


def test_a_new_covering_test_may_kill_a_survivor(shop: Shop) -> None:
    shop.keep(SURVIVED, [HALF])
    assert shop.find(BOTH) == ""
    assert shop.find([OTHER]) == ""


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("tests/test_shop.py", "HELP = 1", "HELP = 2"),
        ("tests/test_shop.py", "[2, 4]", "[2, 6]"),
        ("tests/conftest.py", "", "import os\n"),
        ("pytest.ini", "", "[pytest]\n"),
    ],
)
def test_what_tests_share_counts(shop: Shop, path: str, old: str, new: str) -> None:
    shop.keep(KILLED)
    if old:
        shop.edit(path, old, new)
    else:
        shop.project.write({path: new})
    assert shop.find() == ""


def test_a_new_fixture_or_data_file_counts(shop: Shop) -> None:
    shop.keep(KILLED)
    shop.project.write({"tests/__pycache__/a.pyc": "x", "tests/test_new.py": "def test(): pass\n"})
    assert shop.find() == KILLED
    shop.project.write({"tests/data/prices.csv": "1\n"})
    assert shop.find() == ""


def test_another_environment_counts(shop: Shop) -> None:
    shop.keep(KILLED)
    shop.environment = "another python"
    assert shop.find() == ""


def test_a_test_that_cannot_be_read_is_never_relied_on(shop: Shop) -> None:
    shop.keep(SURVIVED, ["tests/test_gone.py::test_it"])
    assert shop.find(["tests/test_gone.py::test_it"]) == ""


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"version": 1}', '{"version": 1, "verdicts": 5}']
)
def test_a_damaged_file_is_no_file(shop: Shop, content: str) -> None:
    shop.keep(KILLED)
    [path] = Path(shop.project.state, "mutation").glob("*.json")
    path.write_text(content)
    assert shop.find() == ""
    shop.keep(KILLED)
    assert shop.find() == KILLED


def test_files_are_private_and_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.keep(KILLED)
    [path] = Path(shop.project.state, "mutation").glob("*.json")
    assert path.stat().st_mode & 0o077 == 0
    content = json.loads(path.read_text())
    [entry] = content["verdicts"].values()
    content["verdicts"] = {f"old{number}": entry for number in range(3)} | content["verdicts"]
    path.write_text(json.dumps(content))
    old = path.with_name("old.json")
    old.write_text("{}")
    os.utime(old, (1, 1))
    monkeypatch.setattr(cache, "MOST_VERDICTS", 2)
    monkeypatch.setattr(cache, "MOST_FILES", 1)
    shop.keep(KILLED)
    assert len(json.loads(path.read_text())["verdicts"]) == 2
    assert shop.find() == KILLED
    assert not old.exists()


def test_a_state_that_cannot_be_written_costs_only_the_memory(shop: Shop) -> None:
    Path(shop.project.state).mkdir(exist_ok=True)
    Path(shop.project.state, "mutation").write_text("in the way")
    shop.keep(KILLED)
    assert shop.find() == ""


def test_the_environment_is_the_interpreter_and_what_is_installed(tmp_path: Path) -> None:
    packages = tmp_path / "lib/python3.11/site-packages"
    (packages / "pytest-8.0.dist-info").mkdir(parents=True)
    python = tmp_path / "bin/python"
    python.parent.mkdir()
    python.touch()
    command = Command([str(python), "-m", "pytest"], configured=False)
    before = cache.environment(command)
    assert cache.environment(command) == before
    (packages / "pytest-8.0.dist-info").rename(packages / "pytest-9.0.dist-info")
    assert cache.environment(command) != before
