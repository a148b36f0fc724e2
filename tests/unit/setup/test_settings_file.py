from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambidex.setup.settings_file import MAX_BYTES, SettingsFile, SettingsFileError


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder that this process may read but not write, even where the tests run as root."""
    folder = Path(tempfile.mkdtemp())
    (folder / "settings.json").write_text("{}")
    folder.chmod(0o555)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    yield folder
    if was_root:
        os.seteuid(0)
    folder.chmod(0o755)
    (folder / "settings.json").unlink()
    folder.rmdir()


def test_mode_and_link_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    real.chmod(0o640)
    link = tmp_path / "settings.json"
    link.symlink_to("dotfiles.json")
    SettingsFile(str(link)).replace('{"a": 1}')
    assert link.is_symlink()
    assert real.read_text() == '{"a": 1}'
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["dotfiles.json", "settings.json"]


def test_an_edit_between_read_and_write_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    file = SettingsFile(str(path))
    path.write_text('{"saved": "meanwhile"}')
    for content in ("{}", None):
        with pytest.raises(SettingsFileError, match="edited meanwhile"):
            file.replace(content)
    assert path.read_text() == '{"saved": "meanwhile"}'
    assert os.listdir(tmp_path) == ["settings.json"]


def test_a_file_that_appears_between_read_and_write_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    file = SettingsFile(str(path))
    path.write_text("{}")
    with pytest.raises(SettingsFileError, match="edited meanwhile"):
        file.replace("{}")


def test_a_read_only_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    path.chmod(0o444)
    with pytest.raises(SettingsFileError, match=r"read-only; chmod u\+w"):
        SettingsFile(str(path)).replace("{ }")
    assert path.read_text() == "{}"


def test_a_folder_that_cannot_be_written_is_refused(unprivileged: Path) -> None:
    if os.geteuid() == 0:
        raise AssertionError("the fixture did not drop its privileges")
    file = SettingsFile(str(unprivileged / "settings.json"))
    with pytest.raises(SettingsFileError, match="cannot be written: Permission denied"):
        file.replace("{ }")
    assert (unprivileged / "settings.json").read_text() == "{}"


def test_a_folder_of_that_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    with pytest.raises(SettingsFileError, match="not a file"):
        SettingsFile(str(tmp_path / "settings.json"))


def test_a_pipe_of_that_name_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.json")
    with pytest.raises(SettingsFileError, match="not a file"):
        SettingsFile(str(tmp_path / "settings.json"))


def test_a_dangling_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "settings.json").symlink_to("gone.json")
    with pytest.raises(SettingsFileError, match="a link to"):
        SettingsFile(str(tmp_path / "settings.json"))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with open(tmp_path / "settings.json", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(SettingsFileError, match="are not edited"):
        SettingsFile(str(tmp_path / "settings.json"))


def test_text_that_is_not_utf_8_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(b'{"a": "\xe9"}')
    with pytest.raises(SettingsFileError, match="byte 7"):
        SettingsFile(str(tmp_path / "settings.json")).text()
