"""Suites that behave badly: mutants in them get the verdict that they deserve, or none."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from testing.checkout import ROOT
from testing.mutated_shop import DIES, GOOD_TEST, HALF, SURVIVES, Shop, fates
from testing.processes import gone, start
from testing.untouched import snapshot

TOML = "[tool.pytest.ini_options]\n"
SHUFFLE = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
# The options of pytest-cov, and what it does with them: start early, fail at the end.
COVERAGE = """
import pytest

def pytest_addoption(parser):
    parser.addoption("--cov", dest="cov_source", action="append", default=[])
    parser.addoption("--cov-fail-under", dest="cov_fail_under", type=float)

@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    if early_config.known_args_namespace.cov_source:
        raise pytest.UsageError("coverage was started")
"""
ASYNC = """
import asyncio
from shop import half

async def later():
    await asyncio.sleep(0)
    return half(9)

def test_half():
    assert asyncio.run(later()) == 4
"""
CHDIR = GOOD_TEST.replace("    assert", "    import os\n    os.chdir('/')\n    assert")
FORKS = """
import os
from shop import half

def test_half():
    assert half(9) == 4
    pid = os.fork()
    if pid:
        assert os.waitpid(pid, 0)[1] == 0
    # and the child comes back into pytest
"""
PARAMETERS = """
import pytest
from shop import half

@pytest.mark.parametrize("seen", [[]])
def test_half(seen):
    seen.append(half(9))
    assert seen == [4]
"""
LEAKS = """
import socket
from shop import half

def test_half():
    assert half(9) == 4
"""
RELOADS = """
import importlib
import shop

def test_half():
    importlib.reload(shop)
    assert shop.half(9) == 4
"""
FIXTURES = """
import pytest
from shop import half

@pytest.fixture(scope="session")
def late():
    yield
    assert half(9) == 4

def test_half(late, tmp_path, capfd):
    print(tmp_path)
    assert capfd.readouterr().out.strip() == str(tmp_path)
"""

SUITES = {
    "xdist": {"pyproject.toml": TOML + 'addopts = "-n 2"\n'},
    "stops at the first failure": {"pyproject.toml": TOML + 'addopts = "-x --maxfail=1"\n'},
    "no cache, no terminal": {"pyproject.toml": TOML + 'addopts = "-p no:cacheprovider"\n'},
    "no capture": {"pyproject.toml": TOML + 'addopts = "-s"\n'},
    "capture of sys only": {"pyproject.toml": TOML + 'addopts = "--capture=sys"\n'},
    "collects only": {"pyproject.toml": TOML + 'addopts = "--collect-only -q"\n'},
    "warnings are errors": {
        "pyproject.toml": TOML + 'filterwarnings = ["error"]\n',
        "test_shop.py": LEAKS,
    },
    "random order": {"conftest.py": SHUFFLE},
    "coverage": {
        "cover.py": COVERAGE,
        "pyproject.toml": TOML + 'addopts = "-p cover --cov=shop --cov-fail-under=100"\n',
    },
    "asyncio": {"test_shop.py": ASYNC},
    "changes directory": {"test_shop.py": CHDIR},
    "forks": {"test_shop.py": FORKS},
    "reloads the module": {"test_shop.py": RELOADS},
    "fails in teardown": {"test_shop.py": FIXTURES},
    "exits": {"test_shop.py": GOOD_TEST.replace("assert half(9) == 4", "half(9) == 4 or exit(0)")},
    "ends the process": {
        "test_shop.py": "import os\n" + GOOD_TEST.replace("assert", "half(9) == 4 or os._exit(0)#")
    },
    "a source in Windows' way": {"shop.py": "# ½\r\ndef half(x):\r\n    return x // 2\r\n"},
    "a byte order mark": {"shop.py": "\ufeffdef half(x):\n    return x // 2\n"},
    "another test file is no Python": {"test_other.py": "def ("},
    "modules called as ours": {"elsewhere.py": "1 / 0", "ambidex_swap.py": "1 / 0"},
}


@pytest.mark.parametrize("files", SUITES.values(), ids=SUITES)
def test_the_verdicts_are_right(tmp_path: Path, files: dict[str, str]) -> None:
    shop = Shop(tmp_path, files)
    before = snapshot(shop.path)
    run = shop.judge()
    assert snapshot(shop.path) == before
    assert fates(run) == ["killed", "survived"], Path(run.log).read_text()
    assert run.left_out == {}
    assert run.judged[0].killer == HALF


def test_parameters_that_a_test_changes_are_new_for_each_mutant(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"test_shop.py": PARAMETERS})
    assert fates(shop.judge([f"{HALF}[seen0]"])) == ["killed", "survived"]


WRITES = """
import pathlib
from shop import half

def test_half():
    note = pathlib.Path("note.txt")
    note.write_text(note.read_text() + "." if note.exists() else ".")
    assert half(9) == 4
"""


def test_a_suite_that_writes_into_the_tree_writes_into_the_copy(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"test_shop.py": WRITES})
    before = snapshot(shop.path)
    run = shop.judge()
    assert snapshot(shop.path) == before
    assert fates(run) == ["killed", "survived"]
    assert run.notes == ["the tests write into the work tree: one mutant at a time"]
    left = list(Path(shop.state).rglob("note.txt"))
    assert left
    shop.judge(["test_shop.py::test_gone"])
    assert not left[0].exists(), "the copy is repaired by the next run"


ORDER = """
from shop import half
seen = []

def test_first():
    seen.append(half(9))

def test_second():
    assert seen and half(9) == 4

def test_half():
    assert half(9) == 4
"""


def test_a_test_that_needs_another_kills_nobody_alone(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"test_shop.py": ORDER})
    run = shop.judge(["test_shop.py::test_second", HALF])
    assert fates(run) == ["killed", "survived"]
    assert run.judged[0].killer == HALF
    assert list(run.left_out) == ["test_shop.py::test_second"]


POLLUTED = """
import shop
calls = []

def test_early():
    calls.append(shop.half(9))

def test_half():
    assert shop.half(9) == 4

def test_fails_after_itself_alone():
    calls.append(shop.half(9))
    assert len(calls) != 1 or shop.half(9) == -1
"""


def test_what_killed_must_pass_in_the_same_order_without_a_change(tmp_path: Path) -> None:
    # The control runs all three; for the second function only the last is left, and it fails alone.
    shop = Shop(tmp_path, {"test_shop.py": POLLUTED})
    name = "test_shop.py::test_fails_after_itself_alone"
    mutants = shop.mutants()
    from ambidex.mutation.runner import judge
    from ambidex.proof.command import Command
    from testing.python_project import PYTEST

    covering = {
        mutants[0].id: ["test_shop.py::test_early", HALF, name],
        mutants[1].id: [name],
    }
    run = judge(
        shop.root,
        shop.state,
        Command(PYTEST, configured=True),
        mutants,
        covering,
        seconds={},
        environ=shop.environ,
        deadline=time.monotonic() + 60,
        workers=1,
    )
    assert fates(run) == ["killed", "not_judged"]
    assert "without any change" in run.judged[1].reason
    assert list(run.left_out) == [name]


def test_a_test_that_fails_anyway_is_left_out(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"test_shop.py": GOOD_TEST + "\ndef test_red():\n    assert half(1)\n"})
    run = shop.judge(["test_shop.py::test_red", HALF])
    assert fates(run) == ["killed", "survived"]
    assert run.left_out == {"test_shop.py::test_red": "it fails without any change"}


def test_if_all_fail_anyway_nothing_is_judged(tmp_path: Path) -> None:
    shop = Shop(tmp_path, {"test_shop.py": GOOD_TEST.replace("4", "5")})
    run = shop.judge()
    assert (
        run.broken
        == "without any change, every covering test fails here: it fails without any change"
    )
    assert [each.status for each in run.judged] == ["not_judged"] * 2
    assert run.judged[0].reason == run.broken


@pytest.mark.slow
def test_a_test_that_hangs_anyway_is_left_out(tmp_path: Path) -> None:
    hangs = "\n\ndef test_hangs():\n    import time\n    time.sleep(600)\n"
    shop = Shop(tmp_path, {"test_shop.py": GOOD_TEST + hangs})
    name = "test_shop.py::test_hangs"
    run = shop.judge([name, HALF], seconds={name: 0.01})
    assert fates(run) == ["killed", "survived"]
    assert "timeout" in run.left_out[name]


def test_a_mutant_that_does_not_end_is_dead(tmp_path: Path) -> None:
    source = "def half(x):\n    while x % 2:\n        x -= 1\n    return x // 2\n"
    shop = Shop(tmp_path, {"shop.py": source})
    run = shop.judge(
        [HALF], ("half", "x -= 1", "x -= 0"), ("half", "x -= 1", "__import__('time').sleep(99)")
    )
    assert fates(run) == ["timeout", "timeout"]
    assert run.judged[0].dead
    assert run.judged[0].killer == HALF


def test_tests_that_are_gone_are_left_out(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    run = shop.judge(["test_gone.py::test_x", "test_shop.py::test_gone", HALF])
    assert fates(run) == ["killed", "survived"]
    assert set(run.left_out) == {"test_gone.py::test_x", "test_shop.py::test_gone"}
    run = shop.judge(["test_gone.py::test_x"])
    assert run.broken == "the files of the covering tests are not there any more"


GRANDCHILD = """
import subprocess
from shop import half

def test_half():
    other = subprocess.Popen(["sleep", "300"])
    with open({path!r}, "a") as file:
        print(other.pid, file=file)
    assert half(9) == 4
"""


def test_what_tests_start_dies_with_the_mutant(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    shop = Shop(tmp_path, {"test_shop.py": GRANDCHILD.format(path=str(pids))})
    assert fates(shop.judge()) == ["killed", "survived"]
    started = [int(line) for line in pids.read_text().split()]
    assert len(started) >= 3
    assert [pid for pid in started if not gone(pid)] == []


@pytest.mark.slow
def test_the_deadline_in_the_middle(tmp_path: Path) -> None:
    slow = GOOD_TEST.replace("    assert", "    import time\n    time.sleep(0.5)\n    assert")
    shop = Shop(tmp_path, {"test_shop.py": slow})
    changes = [("half", "x // 2", f"x // 2 + {number}") for number in range(1, 60)]
    run = shop.judge([HALF], *changes, limit=12, workers=1)
    found = [each.status for each in run.judged]
    assert set(found) == {"killed", "not_judged"}
    assert found.count("not_judged") > 20
    assert run.broken == ""
    assert run.seconds < 13
    assert run.judged[-1].reason == "the deadline passed"


def test_no_time_at_all(tmp_path: Path) -> None:
    run = Shop(tmp_path).judge(limit=0)
    assert run.broken
    assert [each.status for each in run.judged] == ["not_judged"] * 2


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "job").symlink_to("/dev/full")
    monkeypatch.setattr("tempfile.mkdtemp", lambda prefix: str(scratch))
    run = Shop(tmp_path).judge()
    assert "No space left" in run.broken
    assert [each.status for each in run.judged] == ["not_judged"] * 2
    assert not scratch.exists()


def test_results_that_cannot_be_written(tmp_path: Path) -> None:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    run = Shop(tmp_path, {"conftest.py": limit}).judge()
    assert "File too large" in run.broken
    assert [each.status for each in run.judged] == ["not_judged"] * 2


KILLED = """
import sys
sys.path.insert(0, sys.argv[3])
from pathlib import Path
from testing.mutated_shop import Shop
shop = Shop.__new__(Shop)
shop.path, shop.root, shop.state = Path(sys.argv[1]), sys.argv[1], sys.argv[2]
shop.environ = {"PATH": "/usr/bin:/bin"}
shop.judge(limit=100)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_in_the_middle(tmp_path: Path, number: int) -> None:
    pids = tmp_path / "pids"
    waits = f"    open({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')\n    time.sleep(300)\n"
    hangs = f"import os, time\nfrom shop import half\n\n\ndef test_half():\n{waits}"
    shop = Shop(tmp_path, {"test_shop.py": hangs})
    before = snapshot(shop.path)
    process = start(KILLED, shop.root, shop.state, str(ROOT))
    while not pids.exists() or not pids.read_text():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(number)
    process.communicate()
    assert snapshot(shop.path) == before
    assert [pid for pid in map(int, pids.read_text().split()) if not gone(pid)] == []
    # The next run must not wait for the copy, nor find anything of this one in it.
    shop.write({"test_shop.py": GOOD_TEST})
    os.utime(shop.path / "test_shop.py", (1, 1))
    assert fates(shop.judge()) == ["killed", "survived"]


def test_a_conftest_that_fails(tmp_path: Path) -> None:
    run = Shop(tmp_path, {"conftest.py": "import nothing_of_that_name\n"}).judge()
    assert "nothing_of_that_name" in run.broken


def test_tests_of_other_code(tmp_path: Path) -> None:
    """Whoever swallows everything, or imports an installed copy, proves nothing."""
    other = "import sys\nsys.path.insert(0, {!r})\n" + GOOD_TEST
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / "shop.py").write_text("def half(x):\n    return x // 2\n")
    run = Shop(tmp_path, {"test_shop.py": other.format(str(folder))}).judge()
    assert "the code that runs is not the code that was changed" in run.broken


def test_a_mutant_that_is_no_python_or_no_longer_fits_is_not_judged(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    run = shop.judge([HALF], ("half", "x // 2", "x //"), DIES)
    assert fates(run) == ["not_judged", "killed"]
    assert "SyntaxError" in run.judged[0].reason
    mutants = shop.mutants(DIES, SURVIVES)
    mutants[0].line = 77
    assert mutants[0].id != mutants[1].id


def test_a_command_that_is_no_pytest(tmp_path: Path) -> None:
    run = Shop(tmp_path).judge(argv=["make", "test"])
    assert run.broken == "the test command is not pytest"


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    run = Shop(tmp_path).judge(argv=["/nowhere/pytest"])
    assert "No such file" in run.broken


def test_nothing_covers_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    assert fates(shop.judge([])) == ["uncovered", "uncovered"]
    assert not os.path.exists(shop.state), "nothing was run for that"
