"""Whose a failure is, with real runs of pytest on real trees."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from ambidex import locate
from ambidex.changes import diff, trees
from ambidex.proof import flaky, suite, testmap
from ambidex.proof.subject import Subject
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict, blocks
from testing.projects import repository
from testing.python_project import policy

_SHOP = "def price(amount):\n    return amount * 2\n\n\ndef half(amount):\n    return amount / 2\n"
_TESTS = (
    "import shop\n\n"
    "def test_price():\n    assert shop.price(1) == 2\n\n"
    "def test_known():\n    assert shop.half(4) == 3\n"
)


class Work:
    """A project under git, the tree before the change, and what has to be proved since."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        self.path = repository(folder / "project", {"shop.py": _SHOP, **files})
        self.outside = folder
        self.environ = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        home = {"AMBIDEX_STATE_HOME": str(folder / "state")}
        self.state = locate.repository_state(home, str(self.path))
        self.before = trees.take(str(self.path), self.state)
        self.command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def subject(self) -> Subject:
        root = str(self.path)
        after = trees.take(root, self.state, self.before)
        return Subject(
            root=root,
            state=self.state,
            policy=policy(command=self.command),
            changes=diff.changed(self.state, root, self.before, after),
            environ=self.environ,
            deadline=time.monotonic() + 120,
            before=self.before,
            after=after,
        )

    def suite(self) -> Verdict:
        verdict = suite.suite(self.subject())
        assert verdict is not None
        return verdict


def by_name(verdict: Verdict) -> dict[str, tuple[str, str]]:
    return {
        finding.rule.rpartition("::")[2]: (finding.severity, finding.message)
        for finding in verdict.findings
    }


pytestmark = pytest.mark.slow

_BLOCK = {"tests": "block"}


def sometimes(folder: Path, fails: str, body: str = "pass") -> str:
    """A test file whose test fails in the runs of it (1, 2, …) for which `fails` is true."""
    return (
        "import pathlib, shop\n\n"
        "def test_sometimes():\n"
        f"    seen = pathlib.Path({str(folder / 'runs')!r})\n"
        "    run = len(seen.read_text()) + 1 if seen.exists() else 1\n"
        "    seen.write_text('x' * run)\n"
        f"    {body}\n"
        f"    assert not ({fails}), 'not this time'\n"
    )


def test_what_failed_before_is_named_and_not_blamed(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    work.write({"shop.py": _SHOP.replace("amount * 2", "amount + amount")})
    verdict = work.suite()
    assert by_name(verdict) == {
        "test_known": ("warning", "failed before the change, too: assert 2.0 == 3")
    }
    assert not blocks(verdict, _BLOCK)
    assert verdict.details["before"] == ["tests/test_shop.py::test_known"]
    assert verdict.details["passed"] == 1
    assert not (work.path / "tests" / "__pycache__" / "x").exists()


def test_what_the_change_broke_is_blamed_beside_it(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    work.write({"shop.py": _SHOP.replace("amount * 2", "amount * 3")})
    verdict = work.suite()
    found = by_name(verdict)
    assert found["test_price"] == ("error", "assert 3 == 2")
    assert found["test_known"][0] == "warning"
    assert blocks(verdict, _BLOCK)


def test_a_failure_that_the_change_turned_into_another_is_blamed(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    work.write({"shop.py": _SHOP.replace("amount / 2", "amount / 0")})
    severity, message = by_name(work.suite())["test_known"]
    assert severity == "error"
    assert "ZeroDivisionError" in message
    assert message.endswith("(before the change it failed in another way)")


def test_a_message_that_differs_each_time_is_the_same_failure(tmp_path: Path) -> None:
    text = (
        "import random, shop\n\ndef test_random():\n    assert random.random() > 1\n\n"
        "def test_fine(): pass\n"
    )
    work = Work(tmp_path, {"tests/test_shop.py": text})
    work.write({"shop.py": _SHOP + "\n\nX = 1\n"})
    assert by_name(work.suite())["test_random"][0] == "warning"


def test_a_new_test_and_a_rewritten_one_that_fail_are_blamed(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    changed = _TESTS.replace("half(4) == 3", "half(6) == 4")
    work.write({"tests/test_shop.py": changed + "\n\ndef test_new():\n    assert False\n"})
    found = by_name(work.suite())
    assert {name: severity for name, (severity, _) in found.items()} == {
        "test_known": "error",
        "test_new": "error",
    }


def test_an_unchanged_test_in_a_changed_file_is_not_blamed(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    work.write({"tests/test_shop.py": "# more\n" + _TESTS + "\n\ndef test_new():\n    pass\n"})
    assert by_name(work.suite())["test_known"][0] == "warning"


def test_code_that_only_an_ignored_file_completes_excuses_nothing(tmp_path: Path) -> None:
    """On the baseline's files the test fails too, because the ignored file is not there."""
    files = {".gitignore": "version.py\n", "shop.py": "import version\n" + _SHOP}
    work = Work(tmp_path, {**files, "tests/test_shop.py": _TESTS.replace("== 3", "== 2")})
    work.write({"version.py": ""})
    work.write({"shop.py": files["shop.py"].replace("amount * 2", "amount * 3")})
    assert by_name(work.suite())["test_price"][0] == "error"


def test_a_baseline_that_imports_the_changed_code_is_not_believed(tmp_path: Path) -> None:
    """Otherwise the change's own failure would look like one from before."""
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    work.write(
        {
            "tests/conftest.py": f"import sys\nsys.path.insert(0, {str(work.path)!r})\n",
            ".gitignore": "",
        }
    )
    work.before = trees.take(str(work.path), work.state)
    work.write({"shop.py": _SHOP.replace("amount * 2", "amount * 3")})
    verdict = work.suite()
    assert by_name(verdict)["test_price"][0] == "error"
    assert "from the work tree" in verdict.details["baseline"]


def test_without_a_tree_from_before_everything_is_blamed(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    subject = work.subject()
    subject.before = None
    verdict = suite.suite(subject)
    assert verdict is not None
    assert by_name(verdict)["test_known"][0] == "error"
    assert verdict.details["baseline"] == "no earlier state is known"


def test_nothing_but_failures_from_before_proves_nothing(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": "def test_known():\n    assert 1 == 2\n"})
    work.write({"shop.py": _SHOP + "\n\nX = 1\n"})
    verdict = work.suite()
    assert verdict.status == NOT_RUN
    assert "owed" not in verdict.details


def test_a_module_that_could_not_be_imported_before_does_not_hide_the_rest(tmp_path: Path) -> None:
    work = Work(
        tmp_path,
        {
            "tests/test_bad.py": "import shop\nshop.nothing\n",
            "tests/test_shop.py": _TESTS.replace("== 3", "== 2"),
        },
    )
    work.write({"shop.py": _SHOP + "\n\nX = 1\n"})
    verdict = work.suite()
    assert {finding.severity for finding in verdict.findings} == {"warning"}
    work.write({"shop.py": _SHOP.replace("amount * 2", "amount * 3")})
    verdict = work.suite()
    assert {name: severity for name, (severity, _) in by_name(verdict).items()} == {
        "tests/test_bad.py": "warning",
        "test_price": "error",
    }


def test_an_old_failure_does_not_hide_what_fails_behind_it(tmp_path: Path) -> None:
    work = Work(
        tmp_path,
        {
            "tests/test_a.py": "def test_known():\n    assert 1 == 2\n",
            "tests/test_b.py": _TESTS.replace("== 3", "== 2"),
        },
    )
    work.command.append("-x")
    work.write({"shop.py": _SHOP.replace("amount * 2", "amount * 3")})
    found = by_name(work.suite())
    assert found["test_known"][0] == "warning"
    assert found["test_price"][0] == "error"


def test_what_was_found_out_about_the_baseline_is_not_found_out_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS})
    work.write({"shop.py": _SHOP + "\n\nX = 1\n"})
    first = work.suite()

    def no_checkout(*_: object) -> str:
        raise AssertionError("the answer is known")

    monkeypatch.setattr("ambidex.changes.checkout.checkout", no_checkout)
    assert by_name(work.suite()) == by_name(first)


def test_a_flaky_test_that_the_change_does_not_reach_is_named_and_recorded(tmp_path: Path) -> None:
    text = sometimes(tmp_path, "run == 1") + "\ndef test_fine():\n    assert shop.price(1) == 2\n"
    work = Work(tmp_path, {"tests/test_shop.py": text})
    work.write({"shop.py": _SHOP.replace("amount / 2", "amount / 2.0")})
    verdict = work.suite()
    assert by_name(verdict)["test_sometimes"][0] == "warning"
    assert "passes and fails on the same tree" in by_name(verdict)["test_sometimes"][1]
    assert verdict.details["flaky"] == ["tests/test_shop.py::test_sometimes"]
    entry = flaky.census(work.state)["tests/test_shop.py::test_sometimes"]
    assert (entry.seen, entry.excused) == (1, 1)


@pytest.mark.parametrize(
    ("imports", "severity"),
    [
        pytest.param("pathlib", "warning", id="nothing of it"),
        pytest.param("pathlib, shop", "error", id="the changed module"),
    ],
)
def test_what_ran_at_import_reaches_the_tests_that_import_it(
    tmp_path: Path, imports: str, severity: str
) -> None:
    lonely = sometimes(tmp_path, "run == 1").replace("pathlib, shop", imports)
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS, "tests/test_lonely.py": lonely})
    work.write({"shop.py": _SHOP + "\n\ndef third(amount):\n    return amount / 3\n"})
    assert by_name(work.suite())["test_sometimes"][0] == severity


def test_the_suite_is_recorded_again_where_it_runs_at_once_on_other_files(tmp_path: Path) -> None:
    """Otherwise a line that changed since the last recording would look as if nobody ran it."""
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS.replace("== 3", "== 2")})
    for text in ("amount * 3", "2 * amount"):
        work.write({"shop.py": _SHOP.replace("amount * 2", text)})
        subject = work.subject()
        verdict = suite.suite(subject)
        assert verdict is not None
        assert verdict.details["recorded"] == 2
        known = testmap.load(work.state, str(work.path))
        assert known is not None
        assert subject.after is not None
        assert known.tree == subject.after.sha
        line = _SHOP.splitlines().index("    return amount * 2") + 1
        assert line in known.executed("shop.py")
    assert "recorded" not in work.suite().details


def test_a_test_that_became_flaky_with_the_change_is_an_error(tmp_path: Path) -> None:
    """It executes the changed function, and before the change it always passed."""
    flaw = "import os\nos.environ.get('X')\nRUNS = []\n"
    text = sometimes(tmp_path, "shop.price(1) == 3 and run == 1")
    work = Work(tmp_path, {"tests/test_shop.py": text})
    work.write({"shop.py": flaw + _SHOP.replace("amount * 2", "amount * 3")})
    severity, message = by_name(work.suite())["test_sometimes"]
    assert severity == "error"
    assert "the change may be why" in message
    # Seen with a change that may have caused it, it is no excuse for the next time.
    assert flaky.census(work.state)["tests/test_shop.py::test_sometimes"].excused == 0
    (tmp_path / "runs").unlink()
    assert by_name(work.suite())["test_sometimes"][0] == "error"


def test_a_test_that_was_flaky_before_is_no_error_though_reached(tmp_path: Path) -> None:
    text = sometimes(tmp_path, "run % 2", "assert shop.price(1)") + "\ndef test_fine(): pass\n"
    work = Work(tmp_path, {"tests/test_shop.py": text})
    work.write({"shop.py": _SHOP.replace("amount * 2", "2 * amount")})
    # Runs 1 (fails), 2 alone, 3 with all: fails. So it is believed until the census knows it.
    flaky.note(work.state, {"tests/test_shop.py::test_sometimes": True})
    found = by_name(work.suite())
    assert found["test_sometimes"][0] == "error"
    (tmp_path / "runs").unlink()
    work.write({"tests/test_shop.py": text})
    text = text.replace("run % 2", "run == 1 or run == 5")
    work.write({"tests/test_shop.py": text})
    work.before = trees.take(str(work.path), work.state)
    work.write({"shop.py": _SHOP.replace("amount * 2", "amount + amount")})
    assert by_name(work.suite())["test_sometimes"][0] == "warning"


def test_a_new_flaky_test_is_an_error(tmp_path: Path) -> None:
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS.replace("== 3", "== 2")})
    work.write({"tests/test_new.py": sometimes(tmp_path, "run == 1")})
    assert by_name(work.suite())["test_sometimes"][0] == "error"


def test_a_failure_only_together_with_other_tests_is_real(tmp_path: Path) -> None:
    text = (
        "import shop\n\ndef test_first():\n    shop.SEEN = 1\n\n"
        "def test_second():\n    assert not hasattr(shop, 'SEEN')\n"
    )
    work = Work(tmp_path, {"tests/test_shop.py": _TESTS.replace("== 3", "== 2")})
    work.write({"tests/test_new.py": text})
    severity, message = by_name(work.suite())["test_second"]
    assert severity == "error"
    assert "passes alone and fails together" in message


def test_a_test_that_only_the_recording_disturbs_has_not_failed(tmp_path: Path) -> None:
    text = "import sys\n\ndef test_trace():\n    assert sys.gettrace() is None\n"
    work = Work(tmp_path, {"tests/test_shop.py": text})
    work.write({"shop.py": _SHOP + "\n\nX = 1\n"})
    verdict = work.suite()
    assert verdict.status == PASSED
    assert verdict.details["disturbed"] == ["tests/test_shop.py::test_trace"]
    assert flaky.census(work.state) == {}


def test_affected_tests_with_an_old_failure_let_the_suite_speak(tmp_path: Path) -> None:
    files = {
        "tests/test_a.py": _TESTS,
        "tests/test_b.py": "def test_other(): pass\n",
        "tests/test_c.py": "def test_other(): pass\n",
    }
    work = Work(tmp_path, files)
    work.write({"shop.py": _SHOP.replace("amount * 2", "2 * amount")})
    affected = suite.affected_tests(work.subject())
    assert affected is not None
    assert (affected.status, affected.details["files"]) == (FINDINGS, 1)
    assert by_name(affected)["test_known"][0] == "warning"


def test_the_census_survives_nonsense(tmp_path: Path) -> None:
    (tmp_path / "flaky.json").write_text('{"a": 3}')
    assert flaky.census(str(tmp_path)) == {}
    flaky.note(str(tmp_path), {"a": True}, now=5.0)
    flaky.note(str(tmp_path), {"a": False, "b": False}, now=6.0)
    known = flaky.census(str(tmp_path))
    assert (known["a"].seen, known["a"].excused, known["a"].first, known["a"].last) == (2, 1, 5, 6)
    assert known["b"].excused == 0
