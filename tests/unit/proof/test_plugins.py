"""Our plugins lie outside of the installation when the tests' Python loads them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ambidex import inside
from ambidex.proof import plugins

SOURCE = Path(inside.__file__).parent


def test_all_of_them_are_in_a_private_folder_that_is_used_again(tmp_path: Path) -> None:
    environ = {"AMBIDEX_DATA_HOME": str(tmp_path / "data")}
    folder = Path(plugins.folder(environ))
    assert {path.name for path in folder.iterdir()} == {path.name for path in SOURCE.glob("*.py")}
    assert (folder / "elsewhere.py").read_bytes() == (SOURCE / "elsewhere.py").read_bytes()
    assert os.stat(folder).st_mode & 0o077 == 0
    assert plugins.folder(environ) == str(folder)
    assert [path.name for path in (tmp_path / "data" / "inside").iterdir()] == [folder.name]


def test_bytecode_is_written_there(tmp_path: Path) -> None:
    folder = plugins.folder({"AMBIDEX_DATA_HOME": str(tmp_path / "data")})
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": folder}
    subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "ambidex_properties", "--collect-only"],
        env=environ,
        cwd=tmp_path,
        check=False,
        capture_output=True,
    )
    assert list(Path(folder).glob("__pycache__/*.pyc"))


def test_an_old_copy_goes_when_there_is_a_new_one(tmp_path: Path) -> None:
    home = tmp_path / "data" / "inside"
    for name, age in (("old", 0), ("recent", 4_000_000_000)):
        (home / name).mkdir(parents=True)
        os.utime(home / name, (age, age))
    folder = plugins.folder({"AMBIDEX_DATA_HOME": str(tmp_path / "data")})
    assert {path.name for path in home.iterdir()} == {"recent", os.path.basename(folder)}


def test_where_nothing_can_be_written_the_installed_ones_are_used(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert plugins.folder({"AMBIDEX_DATA_HOME": str(tmp_path / "data")}) == str(SOURCE)
