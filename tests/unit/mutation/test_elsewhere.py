"""However a project is installed, a process that runs in the copy imports the copy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex import inside

PROGRAM = """
import importlib.util, json, sys
sys.path[:0] = {path!r}
{before}
spec = importlib.util.spec_from_file_location("elsewhere", {elsewhere!r})
elsewhere = importlib.util.module_from_spec(spec)
spec.loader.exec_module(elsewhere)
elsewhere.install({root!r}, {copy!r})
import shop, shop.price
found = [shop.__file__, *shop.__path__, shop.price.__file__]
print(json.dumps([str(each) for each in found]))
"""

# As setuptools writes it for an editable installation with a source folder of its own.
FINDER = """
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location
class Editable:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "shop":
            return spec_from_file_location(name, {init!r})
sys.meta_path.append(Editable)
"""
NAMESPACE = """
from importlib.machinery import ModuleSpec
class Editable:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "shop":
            spec = ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [{folder!r}]
            return spec
sys.meta_path.append(Editable)
"""


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("root", "copy"):
        folder = tmp_path / name / "src/shop"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text("")
        (folder / "price.py").write_text("")
    return tmp_path / "root", tmp_path / "copy"


def imported(trees: tuple[Path, Path], path: list[str], before: str = "") -> list[str]:
    root, copy = trees
    program = PROGRAM.format(
        path=path,
        before=before,
        elsewhere=f"{Path(inside.__file__).parent}/elsewhere.py",
        root=str(root),
        copy=str(copy),
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def expected(folder: Path) -> list[str]:
    package = folder / "src/shop"
    return [str(package / "__init__.py"), str(package), str(package / "price.py")]


def test_a_folder_on_the_path(trees: tuple[Path, Path]) -> None:
    root, copy = trees
    assert imported(trees, [f"{root}/src"]) == expected(copy)


def test_a_finder_of_an_editable_installation(trees: tuple[Path, Path]) -> None:
    root, copy = trees
    before = FINDER.format(init=f"{root}/src/shop/__init__.py")
    assert imported(trees, [], before) == expected(copy)


def test_a_finder_of_a_namespace(trees: tuple[Path, Path]) -> None:
    root, copy = trees
    for folder in trees:
        (folder / "src/shop/__init__.py").unlink()
    found = imported(trees, [], NAMESPACE.format(folder=f"{root}/src/shop"))
    assert found == ["None", *expected(copy)[1:]]


def test_what_was_imported_while_the_interpreter_started(trees: tuple[Path, Path]) -> None:
    root, copy = trees
    assert imported(trees, [f"{root}/src"], "import shop.price") == expected(copy)


def test_an_environment_inside_the_project_stays_where_it_is(trees: tuple[Path, Path]) -> None:
    root, copy = trees
    (root / "src").rename(root / "env")
    (copy / "src/shop/price.py").unlink()
    (copy / "env").symlink_to(root / "env")
    found = imported(trees, [f"{root}/env"])
    assert found[0] == str(root / "env/shop/__init__.py")


def test_a_file_that_only_the_original_has(trees: tuple[Path, Path]) -> None:
    root, copy = trees
    (copy / "src/shop/price.py").unlink()
    before = f"import sys\nsys.path.append({str(root / 'late')!r})"
    (root / "late").mkdir()
    (root / "late/shop.py").write_text("raise RuntimeError")
    with pytest.raises(AssertionError, match=r"shop\.price"):
        imported(trees, [f"{root}/src"], before)
