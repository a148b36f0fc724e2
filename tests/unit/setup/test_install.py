from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ambidex.setup import install as setup
from ambidex.setup import record, settings
from ambidex.setup.install import LOCAL, PROJECT, USER, SetupError, install, uninstall

# Foreign hooks for our events, a rule of ours, odd indentation, escapes, no newline at the end.
AWKWARD = (
    b'{  "model":"opus",\r\n     "hooks" :{ "Stop":[{"hooks":[{"type":"command",'
    b'"command":"make \\u0063heck"}]} ],\r\n\t"Unknown": [] },\r\n'
    b'     "permissions" : {\r\n  "deny": [ "Read(.env)" ,"Bash(chmod 777:*)" ] , "allow":[]}  }'
)


@pytest.fixture(autouse=True)
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling takes half a second and changes nothing that is looked at here."""
    monkeypatch.setattr(setup.bytecode, "compile_all", lambda *args: True)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def write(project: Path, data: bytes, name: str = "settings.json") -> Path:
    path = project / ".claude" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", [PROJECT, LOCAL, USER])
@pytest.mark.parametrize(
    "data", [AWKWARD, b"{}", b"{\n}\n", b"", b" \n", b'\xef\xbb\xbf{"a":[]}', b'{"hooks":{}}']
)
def test_uninstall_restores_every_byte(
    environ: dict[str, str], project: Path, form: str, data: bytes
) -> None:
    path = Path(setup.settings_path(environ, str(project), form))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    (path.parent / "commands.jsonc").write_text('{"a": 1, // a comment of a neighbour\n}')
    (path.parent / "CLAUDE.md").write_text("notes\n")
    before = tree(path.parent)
    install(environ, str(project), form)
    value = json.loads(path.read_bytes().decode("utf-8-sig"))
    assert settings.our_groups(value)["PreToolUse"]
    report = uninstall(environ, str(project), form)
    assert tree(path.parent) == before
    assert "byte for byte" in report.done[0]


@pytest.mark.parametrize("form", [PROJECT, LOCAL, USER])
def test_nothing_is_left_where_nothing_was(
    environ: dict[str, str], project: Path, form: str
) -> None:
    install(environ, str(project), form)
    uninstall(environ, str(project), form)
    assert tree(project) == {}
    assert not (project / ".claude").exists()
    assert not (Path(environ["HOME"]) / ".claude").exists()
    data = Path(environ["HOME"]) / ".local/share/ambidex"
    assert not data.exists()


def test_installing_twice_is_installing_once(environ: dict[str, str], project: Path) -> None:
    write(project, AWKWARD)
    assert install(environ, str(project), PROJECT).changed
    once = tree(project)
    assert not install(environ, str(project), PROJECT).changed
    assert tree(project) == once
    uninstall(environ, str(project), PROJECT)
    assert tree(project) == {".claude/settings.json": AWKWARD}


def test_entries_of_an_older_version_are_replaced_and_still_restorable(
    environ: dict[str, str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, AWKWARD)
    real = setup.template.load

    def older(root: str) -> dict[str, Any]:
        text = json.dumps(real(root)).replace('"timeout": 600', '"timeout": 60')
        value: dict[str, Any] = json.loads(text)
        del value["hooks"]["PreToolUse"]
        return value

    monkeypatch.setattr(setup.template, "load", older)
    install(environ, str(project), PROJECT)
    monkeypatch.setattr(setup.template, "load", real)
    assert install(environ, str(project), PROJECT).changed
    value = json.loads((project / ".claude/settings.json").read_bytes())
    assert len(settings.our_groups(value)["Stop"]) == 1
    assert len(settings.our_groups(value)["PreToolUse"]) == 1
    uninstall(environ, str(project), PROJECT)
    assert tree(project) == {".claude/settings.json": AWKWARD}


def test_settings_edited_since_lose_our_entries_only(
    environ: dict[str, str], project: Path
) -> None:
    path = write(project, AWKWARD)
    install(environ, str(project), PROJECT)
    path.write_bytes(path.read_bytes().replace(b'"opus"', b'"haiku",   "added":[ 1 ]'))
    report = uninstall(environ, str(project), PROJECT)
    assert path.read_bytes() == AWKWARD.replace(b'"opus"', b'"haiku",   "added":[ 1 ]')
    assert "edited since" in report.done[0]


def test_a_file_that_we_created_stays_when_somebody_added_to_it(
    environ: dict[str, str], project: Path
) -> None:
    install(environ, str(project), PROJECT)
    path = project / ".claude/settings.json"
    path.write_bytes(path.read_bytes().replace(b"{\n", b'{\n  "model": "opus",\n', 1))
    uninstall(environ, str(project), PROJECT)
    assert json.loads(path.read_bytes()) == {"model": "opus"}
    assert sorted(tree(project)) == [".claude/settings.json"]


def test_a_lost_record_is_said_and_our_entries_go_all_the_same(
    environ: dict[str, str], project: Path
) -> None:
    path = write(project, AWKWARD)
    install(environ, str(project), PROJECT)
    shutil.rmtree(environ["AMBIDEX_STATE_HOME"])
    report = uninstall(environ, str(project), PROJECT)
    assert "no record" in report.done[0]
    assert path.read_bytes() == AWKWARD
    assert not (project / ".claude/ambidex").exists()


def test_a_team_mate_who_installs_committed_settings_changes_nothing(
    environ: dict[str, str], project: Path
) -> None:
    write(project, AWKWARD)
    install(environ, str(project), PROJECT)
    committed = tree(project)
    shutil.rmtree(environ["AMBIDEX_STATE_HOME"])
    shutil.rmtree(Path(environ["HOME"]) / ".local")
    assert not install(environ, str(project), PROJECT).changed
    assert tree(project) == committed
    assert (Path(environ["HOME"]) / ".local/share/ambidex/root").exists()
    uninstall(environ, str(project), PROJECT)
    assert tree(project) == {".claude/settings.json": AWKWARD}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{\n  // mine\n  "a": 1\n}', r"settings\.json:2:3: a comment"),
        (b'{"a": 1,}', r"settings\.json:1:9: a comma before }"),
        (b'{"hooks": []}', r"hooks has to be an object; found: array"),
        (b'{"a": "\xff"}', r"not UTF-8"),
        (b"[" * 9999, r"levels"),
    ],
)
def test_settings_that_are_not_usable_are_refused_and_nothing_is_written(
    environ: dict[str, str], project: Path, data: bytes, message: str
) -> None:
    write(project, data)
    with pytest.raises(SetupError, match=message):
        install(environ, str(project), PROJECT)
    assert tree(project) == {".claude/settings.json": data}
    assert tree(Path(environ["HOME"])) == {}


def test_read_only_settings_are_refused_and_nothing_is_written(
    environ: dict[str, str], project: Path
) -> None:
    write(project, b"{}").chmod(0o444)
    with pytest.raises(SetupError, match="read-only"):
        install(environ, str(project), PROJECT)
    assert tree(project) == {".claude/settings.json": b"{}"}
    assert tree(Path(environ["HOME"])) == {}


def test_a_home_that_cannot_be_written_is_said_before_settings_change(
    environ: dict[str, str], project: Path
) -> None:
    (Path(environ["HOME"]) / ".local").write_text("a file where a folder belongs")
    write(project, b"{}")
    with pytest.raises(SetupError, match=r"\.local.*Not a directory"):
        install(environ, str(project), PROJECT)
    assert tree(project) == {".claude/settings.json": b"{}"}


def test_settings_edited_during_the_install_keep_the_edit_and_leave_no_record(
    environ: dict[str, str], project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(project, b"{}")

    def slow(*args: str) -> bool:
        path.write_bytes(b'{"edited": "meanwhile"}')
        return True

    monkeypatch.setattr(setup.bytecode, "compile_all", slow)
    with pytest.raises(SetupError, match="edited meanwhile"):
        install(environ, str(project), PROJECT)
    assert path.read_bytes() == b'{"edited": "meanwhile"}'
    assert record.installs(environ) == {}


def test_a_foreign_file_in_the_launchers_place_is_not_overwritten(
    environ: dict[str, str], project: Path
) -> None:
    foreign = project / ".claude/ambidex/launch"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("#!/bin/sh\necho mine\n")
    with pytest.raises(SetupError, match="not a launcher of Ambidex"):
        install(environ, str(project), PROJECT)
    assert foreign.read_text() == "#!/bin/sh\necho mine\n"
    uninstall(environ, str(project), PROJECT)
    assert foreign.exists()


def test_no_machine_path_is_in_committed_or_user_settings(
    environ: dict[str, str], project: Path, tmp_path: Path
) -> None:
    for form in (PROJECT, USER):
        install(environ, str(project), form)
        text = Path(setup.settings_path(environ, str(project), form)).read_text()
        for secret in (str(tmp_path), os.path.expanduser("~"), os.getcwd()):
            assert secret not in text


def test_user_settings_have_no_rules_about_a_projects_own_files(
    environ: dict[str, str], project: Path
) -> None:
    install(environ, str(project), USER)
    deny = json.loads((Path(environ["HOME"]) / ".claude/settings.json").read_text())
    rules = deny["permissions"]["deny"]
    assert rules[:2] == ["Edit(~/.claude/ambidex/**)", "Edit(~/.claude/settings.json)"]
    assert not [rule for rule in rules if "golden" in rule or "ambidex.toml" in rule]
    assert "Bash(git push --force:*)" in rules


def test_local_settings_leave_git_status_alone(environ: dict[str, str], project: Path) -> None:
    install(environ, str(project), LOCAL)
    assert (project / ".claude/ambidex/.gitignore").read_text() == "*\n"
    install(environ, str(project), PROJECT)
    assert not (project / ".claude/ambidex/.gitignore").exists()
    uninstall(environ, str(project), LOCAL)
    assert (project / ".claude/ambidex/launch").exists()
    uninstall(environ, str(project), PROJECT)
    assert tree(project) == {}


def test_rules_alone_can_be_installed_beside_the_plugin(
    environ: dict[str, str], project: Path
) -> None:
    report = install(environ, str(project), PROJECT, hooks=False)
    value = json.loads((project / ".claude/settings.json").read_text())
    assert list(value) == ["permissions"]
    assert report.warnings == []
    assert not (project / ".claude/ambidex").exists()
    uninstall(environ, str(project), PROJECT)
    assert tree(project) == {}


def test_hooks_that_would_run_twice_are_warned_of(environ: dict[str, str], project: Path) -> None:
    user = Path(environ["HOME"]) / ".claude"
    user.mkdir()
    (user / "settings.json").write_text('{"enabledPlugins": {"ambidex@ambidex": true}}')
    assert any("twice" in line for line in install(environ, str(project), PROJECT).warnings)
    (user / "settings.json").write_text('{"enabledPlugins": {"ambidex@ambidex": false}}')
    assert not any("twice" in line for line in install(environ, str(project), PROJECT).warnings)
    assert any("twice" in line for line in install(environ, str(project), USER).warnings)


def test_a_launcher_that_git_ignores_is_warned_of(environ: dict[str, str], project: Path) -> None:
    (project / ".gitignore").write_text(".claude/\n")
    assert any("git add -f" in line for line in install(environ, str(project), PROJECT).warnings)


def test_the_home_folder_is_not_a_project(environ: dict[str, str]) -> None:
    with pytest.raises(SetupError, match="use --user"):
        install(environ, environ["HOME"], PROJECT)
    assert tree(Path(environ["HOME"])) == {}


def test_symlinked_settings_stay_a_link(
    environ: dict[str, str], project: Path, tmp_path: Path
) -> None:
    (tmp_path / "dotfiles.json").write_bytes(AWKWARD)
    (project / ".claude").mkdir()
    (project / ".claude/settings.json").symlink_to(tmp_path / "dotfiles.json")
    install(environ, str(project), PROJECT)
    assert b"ambidex/launch" in (tmp_path / "dotfiles.json").read_bytes()
    uninstall(environ, str(project), PROJECT)
    assert (project / ".claude/settings.json").is_symlink()
    assert (tmp_path / "dotfiles.json").read_bytes() == AWKWARD


def test_another_project_keeps_this_machines_launcher_working(
    environ: dict[str, str], project: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    install(environ, str(project), PROJECT)
    install(environ, str(other), PROJECT)
    uninstall(environ, str(project), PROJECT)
    pointer = Path(environ["HOME"]) / ".local/share/ambidex/root"
    assert pointer.exists()
    uninstall(environ, str(other), PROJECT)
    assert not pointer.exists()


def test_uninstall_where_nothing_is_installed_says_so(
    environ: dict[str, str], project: Path
) -> None:
    report = uninstall(environ, str(project), PROJECT)
    assert not report.changed
    assert "nothing to remove" in report.done[0]
    write(project, AWKWARD)
    assert "nothing of Ambidex" in uninstall(environ, str(project), PROJECT).done[0]
    assert tree(project) == {".claude/settings.json": AWKWARD}


def test_purge_deletes_the_state_of_this_repository_only(
    environ: dict[str, str], project: Path
) -> None:
    state = Path(setup.locate.repository_state(environ, str(project)))
    other = state.parent / "other-0000000000000000"
    for folder in (state, other):
        (folder / "audit").mkdir(parents=True)
    assert setup.purge(environ, str(project)) == str(state)
    assert not state.exists()
    assert other.exists()
    assert setup.purge(environ, str(project)) is None
