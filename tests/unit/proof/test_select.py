from __future__ import annotations

import time

import pytest

from ambidex.proof.imports import imports
from ambidex.proof.relevance import paths_of, relevant
from ambidex.proof.select import affected, python_files
from testing.python_project import Change, Project, policy

SHOP = {
    "src/shop/__init__.py": "from .cart import Cart\n",
    "src/shop/cart.py": "from shop import price\n",
    "src/shop/price.py": "import json\n",
    "src/shop/stock.py": "from .price import (\n    cost,\n)\n",
    "src/shop/mail/__init__.py": "",
    "src/shop/mail/send.py": "def send():\n    from ..stock import left\n",
    "src/shop/data.json": "{}",
    "tests/conftest.py": "",
    "tests/helper.py": "",
    "tests/test_cart.py": "import shop\n",
    "tests/test_price.py": "from shop.price import cost\n",
    "tests/test_mail.py": "import shop.mail.send as s\n",
    "tests/test_patch.py": "def test(monkeypatch): monkeypatch.setattr('shop.price.cost', 1)\n",
    "tests/test_lone.py": "import helper\n",
    "tests/test_read.py": "open('src/shop/data.json')\n",
    "tests/deep/conftest.py": "import shop.mail\n",
    "tests/deep/test_deep.py": "",
    **{f"tests/other/test_{n}.py": "" for n in range(8)},
}


@pytest.fixture
def shop(project: Project) -> Project:
    project.write(SHOP)
    return project


@pytest.mark.parametrize(
    ("changed", "files"),
    [
        ("tests/test_lone.py", ["test_lone.py"]),
        ("tests/helper.py", ["test_lone.py"]),
        ("src/shop/price.py", ["test_patch.py", "test_price.py", "test_cart.py", "test_mail.py"]),
        ("src/shop/stock.py", ["test_mail.py"]),
        ("src/shop/cart.py", ["test_cart.py"]),
        ("src/shop/mail/send.py", ["test_mail.py"]),
        ("src/shop/data.json", ["test_read.py"]),
        ("tests/deep/conftest.py", ["deep/test_deep.py"]),
        ("src/shop/mail/__init__.py", ["test_mail.py", "deep/test_deep.py"]),
        ("src/shop/deleted.py", []),
    ],
)
def test_the_files_that_reach_a_change_are_affected_nearest_first(
    shop: Project, changed: str, files: list[str]
) -> None:
    selection = affected(shop.root, policy(), [changed])
    assert selection.files == [f"tests/{name}" for name in files]


def test_a_deleted_module_still_affects_who_imports_it(shop: Project) -> None:
    (shop.path / "src/shop/stock.py").unlink()
    assert affected(shop.root, policy(), ["src/shop/stock.py"]).files == ["tests/test_mail.py"]


def test_a_changed_package_affects_whoever_imports_anything_from_it(shop: Project) -> None:
    files = affected(shop.root, policy(), ["src/shop/__init__.py"]).files
    assert {"tests/test_cart.py", "tests/test_price.py", "tests/test_mail.py"} <= set(files)


@pytest.mark.parametrize(
    ("changed", "why"),
    [("pyproject.toml", "pyproject.toml changed"), ("tests/conftest.py", "most test files")],
)
def test_what_concerns_all_tests_runs_the_suite_at_once(
    shop: Project, changed: str, why: str
) -> None:
    selection = affected(shop.root, policy(), [changed])
    assert selection.files == []
    assert why in selection.whole


def test_a_selection_that_takes_too_long_names_the_suite(shop: Project) -> None:
    selection = affected(shop.root, policy(), ["src/shop/price.py"], time.monotonic() - 1)
    assert (selection.files, selection.whole) == ([], "selection took too long")


def test_environments_hidden_folders_and_excluded_files_are_not_read(project: Project) -> None:
    project.write(
        {
            "a.py": "",
            ".venv/lib/b.py": "",
            "env/pyvenv.cfg": "",
            "env/lib/c.py": "",
            "node_modules/d.py": "",
            "made/e.py": "",
        }
    )
    assert python_files(project.root, ["made"]) == ["a.py"]


def test_imports_are_found_wherever_python_allows_them() -> None:
    source = (
        b"import a, b.c as d  # x\n"
        b"from .e import (f,  # why\n   g as h)\n"
        b"if x: import i\n"
        b"    from ... import j\n"
        b"from k import l, \\\n    m\n"
        b"y = 1; import n\n"
        b'"""\nfrom the beginning import was hard\n"""\n'
        b"from o import *\r\n"
        b"x = '\xff'\n"
    )
    assert {(item.level, item.module, item.name) for item in imports(source)} == {
        (0, "a", ""),
        (0, "b.c", ""),
        (1, "e", "f"),
        (1, "e", "g"),
        (0, "i", ""),
        (3, "", "j"),
        (0, "k", "l"),
        (0, "k", "m"),
        (0, "n", ""),
        (0, "o", "*"),
    }


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("app.py", True),
        ("deep/down/tool.py", True),
        ("pyproject.toml", True),
        ("requirements-dev.txt", True),
        ("uv.lock", True),
        ("tests/data/page.md", True),
        ("tests/shot.png", True),
        ("src/shop/words.txt", True),
        ("package/words.txt", True),
        ("README.md", False),
        ("src/shop/README.md", False),
        ("src/shop/logo.svg", False),
        ("docs/guide.txt", False),
        ("LICENSE", False),
        ("Dockerfile", False),
        ("made/by_tool.py", False),
    ],
)
def test_what_can_change_the_outcome_of_the_tests_is_relevant(
    project: Project, path: str, matters: bool
) -> None:
    project.write({"package/__init__.py": ""})
    found = relevant(project.root, policy(exclude=["made/**"]), [path])
    assert found == ([path] if matters else [])


def test_for_another_test_command_everything_but_documentation_is_relevant(
    project: Project,
) -> None:
    paths = ["lib/index.js", "Makefile", "README.md"]
    assert relevant(project.root, policy(), paths, any_language=True) == paths[:2]


def test_both_names_of_a_renamed_file_count() -> None:
    assert paths_of([Change("docs/a.md", "R", "src/a.py"), Change("b.py")]) == [
        "b.py",
        "docs/a.md",
        "src/a.py",
    ]
