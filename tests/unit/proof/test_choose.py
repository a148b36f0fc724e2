"""Which tests a change affects, by the test map."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ambidex.proof import testmap
from ambidex.proof.choose import Chosen, changed_functions, choose
from ambidex.proof.recording import Ran, Recording
from ambidex.proof.subject import Subject
from testing.python_project import Change, Project, policy

_SHOP = """\
import os

RATE = 2


def price(amount):
    return amount * RATE


@property
def half(amount,
         by=2):
    # a remark
    text = '''
# no remark
'''
    return amount / by


class Cart:
    size = 3

    def add(self, item):
        def inner():
            return item
        return inner()

    async def later(self): return 1


if RATE:
    def rare():
        return 0
"""


def changed(old: str, new: str) -> list[str] | None:
    assert old in _SHOP
    return changed_functions(_SHOP.encode(), _SHOP.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("amount * RATE", "amount * RATE + 1", ["price"]),
        ("    return amount * RATE", "    x = 1\n    return amount * RATE", ["price"]),
        ("# no remark", "# another", ["half"]),
        ("            return item", "            return 1", ["Cart.add"]),
        ("        return inner()\n", "", ["Cart.add"]),
        ("amount * RATE", "amount", ["price"]),
        ("\n\n\nclass", "\n\n\n# a remark\n\nclass", []),
        ("by=2", "by=3", None),
        ("@property\n", "", None),
        ("RATE = 2", "RATE = 3", None),
        ("size = 3", "size = 4", None),
        ("class Cart", "class Cart(dict)", None),
        ("def price", "def cost", None),
        ("class Cart", "def more():\n    return 1\n\n\nclass Cart", None),
        ("self): return 1", "self): return 2", None),
        ("        return 0", "        return 1", None),
        ("return 0", "return (", None),
    ],
)
def test_changed_functions(old: str, new: str, expected: list[str] | None) -> None:
    assert changed(old, new) == expected


def test_two_functions_of_one_name_cannot_be_told_apart() -> None:
    text = b"def a():\n    return 1\n\ndef a():\n    return 2\n"
    assert changed_functions(text, text.replace(b"return 2", b"return 3")) is None


_LINES = {
    "tests/test_a.py::test_price": {"shop.py": [7]},
    "tests/test_a.py::test_half": {"shop.py": [14, 17]},
    "tests/test_b.py::test_cart": {"shop.py": [24, 25, 26]},
    "tests/test_c.py::test_cart": {"shop.py": [26]},
    "tests/test_c.py::test_other": {"other.py": [2]},
    "tests/test_d.py::test_other": {"other.py": [2]},
    "tests/test_e.py::test_other": {"other.py": [2]},
}


@pytest.fixture
def shop(project: Project) -> Project:
    project.write({"shop.py": _SHOP, "other.py": "def other():\n    return 1\n"})
    for letter in "abc":
        project.write({f"tests/test_{letter}.py": "import shop\n"})
    for letter in "cde":
        project.write({f"tests/test_{letter}.py": "import other\n"})
    project.write({"tests/test_c.py": "import other, shop\n"})
    return project


def _record(project: Project, *, starts: str = "", failed: str = "") -> None:
    recording = Recording()
    recording.lines = True
    recording.bits = {"shop.py": {"": sum(1 << line for line in (1, 3, 6, 10, 20))}}
    for node, files in _LINES.items():
        recording.tests[node] = Ran(
            "failed" if node == failed else "passed", 0.1, node == starts, []
        )
        for path, lines in files.items():
            bits = sum(1 << line for line in lines)
            recording.bits.setdefault(path, {})[node] = bits
    assert testmap.merge(project.state, project.root, recording, "tree")


def _choose(project: Project, *paths: str) -> Chosen:
    subject = Subject(
        root=project.root,
        state=project.state,
        policy=policy(),
        changes=[Change(path) for path in paths],
        environ={},
        deadline=time.monotonic() + 60,
    )
    return choose(subject, testmap.load(project.state, project.root))


def _edit(project: Project, name: str, old: str, new: str) -> None:
    path = Path(project.root) / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_tests_that_reach_the_changed_function(shop: Project) -> None:
    _record(shop)
    _edit(shop, "shop.py", "amount * RATE", "amount * 3")
    chosen = _choose(shop, "shop.py")
    assert (chosen.nodes, chosen.whole, chosen.tests) == (["tests/test_a.py::test_price"], "", 1)


def test_all_tests_of_a_file_are_asked_for_by_its_name(shop: Project) -> None:
    _record(shop)
    _edit(shop, "shop.py", "return inner()", "return inner")
    chosen = _choose(shop, "shop.py")
    assert chosen.nodes == ["tests/test_b.py", "tests/test_c.py::test_cart"]


def test_code_of_the_module_affects_whoever_imports_it(shop: Project) -> None:
    _record(shop)
    _edit(shop, "shop.py", "RATE = 2", "RATE = 3")
    # Three of five files with four of seven tests: more than half of the time.
    assert _choose(shop, "shop.py").whole == "most of the suite's time is affected"
    _edit(shop, "other.py", "def other", "X = 1\n\n\ndef other")
    assert _choose(shop, "other.py").nodes == []


def test_a_function_that_no_test_reaches_affects_whoever_imports_it(shop: Project) -> None:
    shop.write({"lonely.py": "def one():\n    return 1\n"})
    shop.write({"tests/test_d.py": "import lonely, other\n"})
    _record(shop)
    _edit(shop, "lonely.py", "return 1", "return 2")
    assert _choose(shop, "lonely.py").nodes == ["tests/test_d.py"]


def test_changed_and_unknown_test_files_are_run(shop: Project) -> None:
    _record(shop)
    shop.write({"tests/test_new.py": "import shop\n", "tests/test_far.py": "import json\n"})
    _edit(shop, "tests/test_e.py", "import other", "import other  # more")
    _edit(shop, "shop.py", "amount * RATE", "amount * 3")
    assert _choose(shop, "shop.py", "tests/test_e.py").nodes == [
        "tests/test_e.py",
        "tests/test_new.py",
        "tests/test_a.py::test_price",
    ]


def test_a_test_that_starts_processes_always_runs(shop: Project) -> None:
    _record(shop, starts="tests/test_d.py::test_other")
    _edit(shop, "shop.py", "amount * RATE", "amount * 3")
    assert _choose(shop, "shop.py").nodes == ["tests/test_a.py::test_price", "tests/test_d.py"]


def test_configuration_and_fixtures_for_all_run_everything(shop: Project) -> None:
    _record(shop)
    shop.write({"pyproject.toml": "", "tests/conftest.py": ""})
    assert _choose(shop, "pyproject.toml").whole == "pyproject.toml changed"
    assert _choose(shop, "tests/conftest.py").nodes == []


def test_a_test_that_failed_always_runs(shop: Project) -> None:
    _record(shop, failed="tests/test_d.py::test_other")
    _edit(shop, "shop.py", "amount * RATE", "amount * 3")
    assert _choose(shop, "shop.py").nodes == ["tests/test_a.py::test_price", "tests/test_d.py"]


def test_a_map_that_has_forgotten_a_test_decides_nothing(shop: Project) -> None:
    _record(shop)
    _edit(shop, "other.py", "return 1", "return 2")
    part = Recording()
    part.lines = True
    part.tests = {"tests/test_c.py::test_other": Ran("passed", 0.1, False, [])}
    part.bits = {"other.py": {"tests/test_c.py::test_other": 1 << 2}}
    nodes = ["tests/test_c.py::test_other"]
    found = testmap.merge(shop.state, shop.root, part, "tree", nodes)
    assert found is not None
    assert not found.complete
    shop.write({"tests/test_d.py": ""})
    _edit(shop, "other.py", "return 2", "return 3")
    assert _choose(shop, "other.py").nodes == ["tests/test_c.py", "tests/test_e.py"]


def test_without_a_map_imports_decide(shop: Project) -> None:
    _edit(shop, "other.py", "return 1", "return 2")
    shop.write({f"tests/test_{letter}.py": "" for letter in "cd"})
    assert _choose(shop, "other.py").nodes == ["tests/test_e.py"]


def test_a_function_that_runs_at_import_affects_whoever_imports_it(shop: Project) -> None:
    recording = Recording()
    recording.lines = True
    recording.tests = {node: Ran("passed", 0.1, False, []) for node in _LINES}
    recording.bits = {"other.py": {"": 1 << 2, "tests/test_c.py::test_other": 1 << 2}}
    assert testmap.merge(shop.state, shop.root, recording, "tree")
    _edit(shop, "other.py", "return 1", "return 2")
    chosen = _choose(shop, "other.py")
    assert chosen.whole
