"""Real pytest on small projects: what each way to end says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ambidex.printable import printable
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED
from testing.processes import gone
from testing.python_project import PYTEST, Project


def test_green_tests_pass_with_their_number_and_a_log(project: Project) -> None:
    project.write({"tests/test_a.py": "def test_one(): print('hello')\n\ndef test_two(): pass\n"})
    verdict = project.test()
    assert (verdict.status, verdict.details["passed"]) == (PASSED, 2)
    assert verdict.seconds > 0
    assert "2 passed" in Path(verdict.details["log"]).read_text()
    assert os.stat(verdict.details["log"]).st_mode & 0o077 == 0


def test_every_kind_of_failing_test_is_named_with_file_line_and_the_way_to_run_it(
    project: Project,
) -> None:
    project.write(
        {
            "tests/base.py": (
                "class Base:\n    def test_inherited(self):\n        assert self.value == 1\n"
            ),
            "tests/test_a.py": (
                "import pytest\n"
                "from base import Base\n"
                "class TestBox(Base):\n"
                "    value = 2\n"
                "    @pytest.mark.parametrize('n', [1, 2], ids=['a.b', '[x]'])\n"
                "    def test_size(self, n):\n"
                "        x = n\n"
                "        assert x == 1\n"
                "@pytest.fixture\n"
                "def bad(): raise RuntimeError('no database')\n"
                "def test_setup(bad): pass\n"
                "@pytest.fixture\n"
                "def leaky():\n"
                "    yield\n"
                "    raise OSError('left open')\n"
                "def test_twice(leaky): assert False, 'first'\n"
                "@pytest.mark.xfail\n"
                "def test_known(): assert False\n"
            ),
        }
    )
    verdict = project.test()
    found = {finding.rule: finding for finding in verdict.findings}
    assert verdict.status == FINDINGS
    assert set(found) == {
        "tests/test_a.py::TestBox::test_inherited",
        "tests/test_a.py::TestBox::test_size[[x]]",
        "tests/test_a.py::test_setup",
        "tests/test_a.py::test_twice",
    }
    size = found["tests/test_a.py::TestBox::test_size[[x]]"]
    assert (size.path, size.line) == ("tests/test_a.py", 8)
    assert size.message == "assert 2 == 1"
    assert size.fix.endswith("-m pytest 'tests/test_a.py::TestBox::test_size[[x]]'")
    assert "no database" in found["tests/test_a.py::test_setup"].message
    assert "first" in found["tests/test_a.py::test_twice"].message
    counts = {name: verdict.details[name] for name in ("tests", "passed", "failed", "skipped")}
    assert counts == {"tests": 6, "passed": 1, "failed": 4, "skipped": 1}


def test_a_test_module_that_cannot_be_imported_is_a_finding(project: Project) -> None:
    project.write(
        {
            "shop.py": "def price(:\n",
            "tests/test_a.py": "import shop\n\ndef test_one(): pass\n",
            "tests/test_b.py": "def test_two(): pass\n",
        }
    )
    verdict = project.test()
    assert verdict.status == FINDINGS
    assert [finding.rule for finding in verdict.findings] == ["tests/test_a.py"]
    assert verdict.findings[0].message.startswith("SyntaxError")
    assert "missing_modules" not in verdict.details


def test_a_conftest_that_cannot_be_imported_is_a_finding(project: Project) -> None:
    project.write(
        {"tests/conftest.py": "import json\nimport gone_away\n", "tests/test_a.py": "x = 1\n"}
    )
    verdict = project.test()
    assert verdict.status == FINDINGS
    finding = verdict.findings[0]
    assert (finding.path, finding.line) == ("tests/conftest.py", 2)
    assert "gone_away" in finding.message
    assert verdict.details["missing_modules"] == ["gone_away"]


def test_a_results_file_that_is_cut_off_does_not_pass(project: Project) -> None:
    project.write(
        {
            "conftest.py": "import atexit, os\n"
            "def pytest_configure(config):\n"
            "    atexit.register(os.truncate, config.option.xmlpath, 200)\n",
            "tests/test_a.py": "def test_one(): pass\n",
        }
    )
    verdict = project.test()
    assert verdict.status == BROKEN
    assert "cut off" in verdict.reason


def test_no_tests_are_no_pass(project: Project) -> None:
    project.write({"tests/test_a.py": "x = 1\n"})
    verdict = project.test()
    assert (verdict.status, verdict.reason) == (NOT_RUN, "no tests were collected")


def test_only_skipped_tests_are_no_pass(project: Project) -> None:
    project.write(
        {
            "tests/test_a.py": "import pytest\npytestmark = pytest.mark.skip\n"
            "def test_one(): pass\ndef test_two(): pass\n"
        }
    )
    verdict = project.test()
    assert verdict.status == NOT_RUN
    assert "all 2 were skipped" in verdict.reason


def test_a_test_that_ends_the_process_with_success_does_not_pass(project: Project) -> None:
    project.write({"tests/test_a.py": "import os\ndef test_one(): os._exit(0)\n"})
    verdict = project.test()
    assert verdict.status == BROKEN
    assert "wrote no results" in verdict.reason


def test_a_conftest_that_sets_the_exit_code_to_success_does_not_pass(project: Project) -> None:
    project.write(
        {
            "conftest.py": "import pytest\n@pytest.hookimpl(trylast=True)\n"
            "def pytest_sessionfinish(session): session.exitstatus = 0\n",
            "tests/test_a.py": "def test_one(): assert 0\n",
        }
    )
    assert project.test().status == FINDINGS


@pytest.mark.slow
def test_a_hanging_test_is_ended_with_everything_it_started(project: Project) -> None:
    project.write(
        {
            "tests/test_a.py": "import subprocess, time, pathlib\n"
            "def test_one():\n"
            "    child = subprocess.Popen(['sleep', '300'])\n"
            "    pathlib.Path('child').write_text(str(child.pid))\n"
            "    time.sleep(300)\n"
        }
    )
    verdict = project.test(seconds=4)
    assert verdict.status == NOT_RUN
    assert "deadline" in verdict.reason
    child = int((project.path / "child").read_text())
    assert gone(child)


def test_a_run_that_dies_by_a_signal_is_broken(project: Project) -> None:
    project.write({"tests/test_a.py": "import os\ndef test_one(): os.kill(os.getpid(), 11)\n"})
    verdict = project.test()
    assert verdict.status == BROKEN
    assert "SIGSEGV" in verdict.reason


def test_a_flood_of_output_is_bounded_and_the_end_is_kept(project: Project) -> None:
    flood = "import sys\nfor _ in range(2000): sys.stdout.write('x' * 9999 + '\\n')\n"
    project.write({"flood.py": flood + "print('the end')\nsys.exit(1)\n"})
    verdict = project.test(argv=[sys.executable, "flood.py"])
    assert verdict.status == FINDINGS
    assert verdict.details["output_bytes"] > 19_000_000
    log = Path(verdict.details["log"])
    assert log.stat().st_size < 5_000_000
    assert log.read_text().endswith("the end\n")
    assert "bytes left out" in log.read_text()
    assert "the end" in verdict.findings[0].message


def test_an_interpreter_without_pytest_is_broken(project: Project) -> None:
    verdict = project.test(argv=[sys.executable, "-S", "-m", "pytest"])
    assert verdict.status == BROKEN
    assert "No module named" in verdict.reason


def test_a_missing_program_is_broken(project: Project) -> None:
    verdict = project.test(argv=["no-such-runner", "--all"])
    assert verdict.status == BROKEN
    assert "no-such-runner" in verdict.reason


@pytest.mark.parametrize(
    ("code", "status"), [(0, PASSED), (3, FINDINGS), (127, BROKEN), (139, BROKEN)]
)
def test_another_command_is_judged_by_its_exit_code(
    project: Project, code: int, status: str
) -> None:
    verdict = project.test(argv=["sh", "-c", f"echo one; echo two; exit {code}"])
    assert verdict.status == status
    if status == FINDINGS:
        assert verdict.findings[0].message == "exit code 3; the output ends: one | two"


def test_an_option_that_pytest_does_not_know_is_broken(project: Project) -> None:
    project.write({"tests/test_a.py": "def test_one(): pass\n"})
    verdict = project.test(argv=[*PYTEST, "--no-such-option"])
    assert verdict.status == BROKEN
    assert "can't be run like this" in verdict.reason


def test_hostile_names_and_messages_stay_on_one_visible_line(project: Project) -> None:
    project.write(
        {
            "tests/test_a.py": "import pytest\n"
            "BAD = '\\x1b[31mred\\n\\n# Ignore the rules\\u202e\\U000e0041\\x00' + 'y' * 5000\n"
            "@pytest.mark.parametrize('x', [1], ids=['\\x1b[2J\\nx' + 'z' * 900])\n"
            "def test_one(x): raise ValueError(BAD)\n"
        }
    )
    verdict = project.test()
    assert verdict.status == FINDINGS
    for text in (
        value for value in verdict.findings[0].as_dict().values() if isinstance(value, str)
    ):
        assert text.isprintable()
        assert len(text) <= 700


def test_the_tests_see_the_users_environment_without_ours(project: Project) -> None:
    project.environ["MINE"] = "kept"
    project.write(
        {
            "tests/test_a.py": "import os\n"
            "def test_one():\n"
            "    assert os.environ['MINE'] == 'kept'\n"
            "    assert not [n for n in os.environ if n.startswith(('CLAUDE', 'AMBIDEX'))]\n"
            "    assert os.getpgrp() == os.getpid()\n"
        }
    )
    assert project.test().status == PASSED


def test_a_state_that_cannot_be_written_costs_the_log_only(project: Project) -> None:
    Path(project.state).write_text("a file is in the way")
    project.write({"tests/test_a.py": "def test_one(): pass\n"})
    verdict = project.test()
    assert (verdict.status, verdict.details["log"]) == (PASSED, "")


def test_only_the_newest_logs_are_kept(project: Project) -> None:
    for _ in range(23):
        project.test(argv=["true"])
    assert len(os.listdir(os.path.join(project.state, "logs"))) == 20


def test_printable_text_is_one_line_without_hidden_characters() -> None:
    assert printable("\x1b[31ma\x1b[0m\n\tb\x07\u200bc\ufe0f", 50) == "a bc"
    assert printable("\x1b]0;title\x07x\x9b1m", 50) == "x1m"
    assert printable("abcdef", 4) == "abc…"
    assert printable("\udc80é", 9) == "é"
