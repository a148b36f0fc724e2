"""The pack: a hook answers the same from it, without it, and when it is outdated or damaged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ambidex import pack
from ambidex.setup.bytecode import compile_all
from testing.hooks import REPOSITORY

INTERPRETER = getattr(sys, "_base_executable", sys.executable)
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from ambidex import pack
pack.install(sys.argv[2], sys.argv[1] + "/ambidex")
from ambidex.guard.shell.evaluate import Shell
from ambidex.guard import taint
packed = [name for name, module in sys.modules.items() if name.startswith("ambidex.")
          and getattr(module, "__cached__", None) is None]
print(len(packed), "ambidex.guard.taint" in packed, taint.__file__, taint.__name__,
      sys.modules["ambidex.guard"].taint is taint, Shell.__module__)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's root beside a data home with its pack."""
    folder = tmp_path_factory.mktemp("packed")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("src", "hooks"):
        shutil.copytree(REPOSITORY / name, folder / "root" / name, ignore=ignore)
    assert compile_all(INTERPRETER, str(folder / "root"), str(folder / "data"))
    return folder


@pytest.fixture
def place(built: Path, tmp_path: Path) -> Path:
    # The pack knows where its package was; times are kept, so it stays fresh.
    shutil.copytree(built / "data", tmp_path / "data")
    return tmp_path


def ask(built: Path, data: Path) -> list[str]:
    command = [INTERPRETER, "-I", "-S", "-X", f"pycache_prefix={data}/pycache", "-c", ASK]
    done = subprocess.run(
        [*command, str(built / "root" / "src"), str(data / "pycache")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_modules_come_from_the_pack_and_look_as_usual(built: Path, place: Path) -> None:
    count, taint, file, name, bound, of = ask(built, place / "data")
    assert int(count) > 25
    assert (taint, name, bound) == ("True", "ambidex.guard.taint", "True")
    assert file == str(built / "root" / "src" / "ambidex" / "guard" / "taint.py")
    assert of == "ambidex.guard.shell.evaluate"


def test_a_changed_module_is_imported_from_its_source(built: Path, place: Path) -> None:
    source = built / "root" / "src" / "ambidex" / "guard" / "taint.py"
    before = source.read_text()
    try:
        source.write_text(before + "\nCHANGED = True\n")
        assert ask(built, place / "data")[1] == "False"
    finally:
        source.write_text(before)


@pytest.mark.parametrize(
    "content", [b"", b"0000", b"0000000000000004None", b"9" * 16, b"\xff" * 500, None]
)
def test_a_damaged_or_missing_pack_is_as_good_as_none(
    built: Path, place: Path, content: bytes | None
) -> None:
    (path,) = (place / "data" / "pycache").glob("*.pack")
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert ask(built, place / "data")[1] == "False"


def test_a_pack_that_was_cut_off_is_used_as_far_as_it_goes(built: Path, place: Path) -> None:
    (path,) = (place / "data" / "pycache").glob("*.pack")
    whole = path.read_bytes()
    length = int(whole[:16]) + 16
    path.write_bytes(whole[: length + 2000])
    assert ask(built, place / "data")[3] == "ambidex.guard.taint"


def test_a_pack_of_another_folder_is_not_used(built: Path, place: Path) -> None:
    other = place / "root" / "src"
    shutil.copytree(built / "root" / "src", other)
    command = [INTERPRETER, "-I", "-S", "-c", ASK, str(other), str(place / "data" / "pycache")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == "False"


def test_the_pack_is_named_after_the_interpreter() -> None:
    assert sys.implementation.cache_tag in pack.name()
