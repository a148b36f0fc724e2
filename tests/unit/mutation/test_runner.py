"""What the runner does with covering tests, controls, cold mutants and workers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from ambidex.mutation.runner import judge
from ambidex.proof.command import Command
from testing.mutated_shop import DIES, GOOD_TEST, HALF, SURVIVES, Shop, fates
from testing.python_project import PYTEST

MORE = """
import shop

LIMIT = shop.LIMIT

def test_weak():
    shop.half(1)

def test_half():
    assert shop.half(9) == 4

def test_limit():
    assert LIMIT == 10

def test_import():
    assert shop.start
"""
MODULE = "LIMIT = 10\nstart = bool(LIMIT)\n\n\ndef half(x, by=2):\n    return x // 2\n"
WEAK, LIMIT, IMPORT = (f"test_shop.py::test_{name}" for name in ("weak", "limit", "import"))
AT_IMPORT = ("<module>", "LIMIT = 10", "LIMIT = 11", "import")
NO_IMPORT = ("<module>", "LIMIT = 10", "LIMIT = 1 / 0", "import")
SAME_AT_IMPORT = ("<module>", "LIMIT = 10", "LIMIT = 2 * 5", "import")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, {"shop.py": MODULE, "test_shop.py": MORE})


def test_tests_run_in_the_given_order_until_one_fails(shop: Shop) -> None:
    run = shop.judge([WEAK, HALF, IMPORT])
    dead, alive = run.judged
    assert (dead.status, dead.killer, dead.ran, dead.covering) == ("killed", HALF, 2, 3)
    assert (alive.status, alive.killer, alive.ran, alive.covering) == ("survived", "", 3, 3)
    assert run.collected == 4
    assert dead.seconds > 0
    assert run.seconds > run.phases["judged"] > run.phases["collected"] > run.phases["copied"]
    assert Path(run.log).stat().st_mode & 0o077 == 0


def test_only_covering_tests_run(shop: Shop) -> None:
    assert fates(shop.judge([WEAK])) == ["survived", "survived"]


def test_code_at_import_goes_to_a_process_of_its_own(shop: Shop) -> None:
    run = shop.judge([IMPORT, LIMIT], AT_IMPORT, SAME_AT_IMPORT, NO_IMPORT)
    assert fates(run) == ["killed", "survived", "killed"]
    assert run.judged[0].killer == LIMIT
    assert run.judged[2].killer == IMPORT


def test_so_does_what_was_not_said_to_be_at_import(shop: Shop) -> None:
    run = shop.judge([HALF, LIMIT], DIES, AT_IMPORT[:3], ("half", "by=2", "by=3"))
    assert fates(run) == ["killed", "killed", "survived"]


@pytest.mark.slow
def test_where_time_is_short_a_survivor_runs_some_of_its_tests(shop: Shop) -> None:
    slow = (
        "\n\ndef test_slow{0}():\n    import time\n    time.sleep(0.2)\n    assert half(9) == 4\n"
    )
    shop.write({"test_shop.py": GOOD_TEST + "".join(slow.format(at) for at in range(20))})
    names = [f"test_shop.py::test_slow{at}" for at in range(20)]
    alike = [("half", "x // 2", f"x // 2 + 0 * {at}") for at in range(1, 40)]
    seconds = dict.fromkeys(names, 0.2)
    run = shop.judge(names, *alike, seconds=seconds, limit=25, workers=1)
    first = run.judged[0]
    assert first.status == "survived"
    assert 0 < first.ran < first.covering == 20
    assert sum(each.status == "survived" for each in run.judged) >= 3


def test_nothing_runs_for_what_nothing_covers(shop: Shop) -> None:
    mutants = shop.mutants(DIES, SURVIVES)
    run = judge(
        shop.root,
        shop.state,
        Command(PYTEST, configured=True),
        mutants,
        {mutants[0].id: [HALF], mutants[1].id: []},
        seconds={HALF: 0.01},
        environ=shop.environ,
        deadline=time.monotonic() + 60,
    )
    assert fates(run) == ["killed", "uncovered"]


def test_a_module_that_is_not_the_one_that_was_mutated(shop: Shop) -> None:
    mutants = shop.mutants(DIES)
    common = {
        "seconds": {},
        "environ": shop.environ,
        "deadline": time.monotonic() + 60,
    }
    command = Command(PYTEST, configured=True)
    covering = {mutants[0].id: [HALF]}
    texts = {"shop.py": MODULE.replace("10", "12")}
    run = judge(shop.root, shop.state, command, mutants, covering, texts=texts, **common)
    assert fates(run) == ["not_judged"]
    assert run.judged[0].reason == "shop.py has changed since the mutants were made"
    shop.write({"shop.py": "\n" + MODULE})
    run = judge(shop.root, shop.state, command, mutants, covering, **common)
    assert fates(run) == ["not_judged"]
    assert run.judged[0].reason == "shop.py has changed since the mutants were made"


def test_the_user_s_own_program_and_environment(shop: Shop) -> None:
    """A launcher is started in the project, and the tests run in the copy all the same."""
    seen = "\n\ndef test_where():\n    import os, pathlib\n    here = {!r}\n    assert {}\n"
    asks = "'AMBIDEX_WARM' not in os.environ and os.getcwd() != here and MARK in os.environ"
    where = seen.format(shop.root, asks.replace("MARK", "'MARK'"))
    shop.write({"test_shop.py": GOOD_TEST + where, "bin/uv": '#!/bin/sh\nshift\nexec "$@"\n'})
    launcher = shop.path / "bin/uv"
    launcher.chmod(0o755)
    launcher.write_text('#!/bin/sh\ntest -f shop.py && touch "$HERE"\nshift\nexec "$@"\n')
    shop.environ["HERE"] = f"{shop.root}-was-here"
    shop.environ["MARK"] = shop.environ["AMBIDEX_WARM"] = "1"
    argv = [str(launcher), "run", *PYTEST[:1], "-m", "pytest", "-q"]
    run = shop.judge(["test_shop.py::test_where", HALF], argv=argv)
    assert fates(run) == ["killed", "survived"], run.left_out
    assert run.left_out == {}
    assert os.path.exists(shop.environ["HERE"])


def test_options_that_name_the_project_mean_the_copy(shop: Shop) -> None:
    shop.write({"conf/pytest.ini": "[pytest]\npythonpath = ..\n"})
    argv = [*PYTEST, "-c", f"{shop.root}/conf/pytest.ini", f"--rootdir={shop.root}", "-q", "."]
    run = shop.judge([HALF], argv=argv)
    assert fates(run) == ["killed", "survived"]
