"""Install and uninstall: what is written where, in which order, and how it is taken back.

Install makes everything ready before the settings, so that hooks go live last; uninstall starts
with the settings, so that no hook ever points at something that is gone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

from ambidex import __version__, locate
from ambidex.setup import bytecode, launcher, record, settings, template
from ambidex.setup import root as roots
from ambidex.setup.json_spans import JsonError
from ambidex.setup.settings_file import SettingsFile, SettingsFileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

PROJECT, LOCAL, USER = FORMS = ("project", "local", "user")
_TOOLS = ("ruff", "semgrep")


class SetupError(Exception):
    """It cannot be done; the message says why and what to do. No settings were changed."""


class Report:
    """What was done.

    Attributes:
        changed: whether any settings were changed.
        done: sentences for a person, in order.
        warnings: sentences about what is likely not meant.
    """

    __slots__ = ("changed", "done", "warnings")

    def __init__(self) -> None:
        self.changed = False
        self.done: list[str] = []
        self.warnings: list[str] = []


def settings_path(environ: Mapping[str, str], project: str, form: str) -> str:
    """The settings file of one of the `FORMS`.

    Raises:
        SetupError: `project` is the home folder, whose `.claude` belongs to the user's settings.
    """
    home = roots.claude_home(environ)
    if form == USER:
        return os.path.join(home, "settings.json")
    folder = os.path.join(project, ".claude")
    if os.path.realpath(folder) == os.path.realpath(home):
        raise SetupError(
            f"{project} is your home folder, not a project: go to a project, or use --user"
        )
    return os.path.join(folder, "settings.json" if form == PROJECT else "settings.local.json")


def install(environ: Mapping[str, str], project: str, form: str, *, hooks: bool = True) -> Report:
    """Put Ambidex's hooks and rules into one settings file; doing it twice changes nothing.

    Args:
        environ: the process environment.
        project: the project's root; unused for the user form.
        form: one of `FORMS`.
        hooks: False merges the permission rules alone, for use beside the plugin.

    Raises:
        SetupError: see its message.
    """
    report = Report()
    path = settings_path(environ, project, form)
    try:
        root = roots.plugin_root()
        wanted = _wanted(environ, root, form, hooks=hooks)
        file = SettingsFile(path)
        old = record.installs(environ).get(file.target)
        merged, kept = _merge(file, old, wanted)
        if merged is not None:
            file.check_writable()
        folder = os.path.dirname(path)
        made = [folder] if not os.path.isdir(folder) else []
        os.makedirs(folder, exist_ok=True)
        if hooks:
            _make_ready(environ, root, report)
            made += launcher.vendor(os.path.join(folder, "ambidex"), private=form == LOCAL)
        elif not _used_by_others(folder, path):
            launcher.remove(os.path.join(folder, "ambidex"))
        if merged is None:
            if old is None:
                record.keep(environ, file.target, {"form": form, "adopted": True})
            report.done.append(f"{path} has Ambidex's entries already")
        else:
            fresh = file.data is None or (not kept and bool(old and old.get("created_file")))
            record.keep(environ, file.target, _entry(form, merged, old, made, fresh))
            try:
                file.replace(merged.text)
            except SettingsFileError:
                record.keep(environ, file.target, old)
                raise
            report.changed = True
            report.done.append(f"merged into {path}")
    except (SettingsFileError, launcher.NotOurs, roots.NoRoot) as error:
        raise SetupError(str(error)) from error
    except JsonError as error:
        raise SetupError(_not_json(path, error)) from error
    except settings.SettingsShapeError as error:
        raise SetupError(f"{path}: {error}. Correct it and retry") from error
    except OSError as error:
        raise SetupError(_unwritable(error)) from error
    _warn(environ, project, form, path, report, hooks=hooks)
    return report


def uninstall(environ: Mapping[str, str], project: str, form: str) -> Report:
    """Take Ambidex's entries out of one settings file, and what only they needed.

    An unedited file gets back every byte; in an edited one only our entries go.

    Raises:
        SetupError: see its message.
    """
    report = Report()
    path = settings_path(environ, project, form)
    try:
        file = SettingsFile(path)
        old = record.installs(environ).get(file.target)
        _restore(environ, file, old, form, report)
        folder = os.path.dirname(path)
        if not _used_by_others(folder, path):
            launcher.remove(os.path.join(folder, "ambidex"))
        for made in reversed((old or {}).get("created_folders", [])):
            launcher.remove_if_empty(made)
        record.keep(environ, file.target, None)
        if old is not None and not record.installs(environ):
            _remove_machine_files(environ, report)
    except SettingsFileError as error:
        raise SetupError(str(error)) from error
    except JsonError as error:
        raise SetupError(_not_json(path, error)) from error
    except OSError as error:
        raise SetupError(_unwritable(error)) from error
    return report


def purge(environ: Mapping[str, str], project: str) -> str | None:
    """Delete the state of the project's repository, audit log included; returns its path, if any.

    Raises:
        SetupError: it cannot be deleted.
    """
    state = locate.repository_state(environ, project)
    if not os.path.isdir(state):
        return None
    try:
        shutil.rmtree(state)
    except OSError as error:
        raise SetupError(_unwritable(error)) from error
    return state


def plugin_enabled(environ: Mapping[str, str], project: str) -> str | None:
    """The settings file that enables the plugin form of Ambidex, or None."""
    for path in _settings_files(environ, project):
        enabled = _parsed(path).get("enabledPlugins")
        if isinstance(enabled, dict) and any(
            name.split("@")[0] == "ambidex" and on is True for name, on in enabled.items()
        ):
            return path
    return None


def _wanted(environ: Mapping[str, str], root: str, form: str, *, hooks: bool) -> dict[str, Any]:
    shipped = template.load(root)
    if form == USER:
        return template.for_user(shipped, environ, hooks=hooks)
    return template.for_project(shipped, hooks=hooks)


def _merge(
    file: SettingsFile, old: dict[str, Any] | None, wanted: dict[str, Any]
) -> tuple[settings.Merged | None, str]:
    """The merge to write (None: all is there), and the text without any entries of ours."""
    text = file.text()
    if file.data is not None and settings.contains(text, wanted):
        return None, text
    clean = _without(text, file.data, old, wanted)
    return settings.merge(clean, wanted), clean


def _without(
    text: str, data: bytes | None, old: dict[str, Any] | None, wanted: dict[str, Any]
) -> str:
    if old is not None and old.get("digest") == _digest(data):
        return settings.cut(text, old["spans"])
    if old is None or "digest" not in old:
        return settings.take_out(text, None, None, wanted)
    return settings.take_out(text, old["rules"], old["created"], wanted)


def _entry(
    form: str, merged: settings.Merged, old: dict[str, Any] | None, made: list[str], fresh: bool
) -> dict[str, Any]:
    folders = (old or {}).get("created_folders", [])
    return {
        "form": form,
        "version": __version__,
        "digest": _digest(merged.text.encode("utf-8")),
        "spans": merged.spans,
        "created": merged.created,
        "rules": merged.rules,
        "created_file": fresh,
        "created_folders": folders + [folder for folder in made if folder not in folders],
    }


def _restore(
    environ: Mapping[str, str],
    file: SettingsFile,
    old: dict[str, Any] | None,
    form: str,
    report: Report,
) -> None:
    if file.data is None:
        report.done.append(f"{file.path} does not exist; nothing to remove")
        return
    text = file.text()
    wanted = _wanted(environ, roots.plugin_root(), form, hooks=True)
    clean = _without(text, file.data, old, wanted)
    if clean == text:
        report.done.append(f"nothing of Ambidex is in {file.path}")
        return
    ours_alone = bool(old and old.get("created_file")) and (not clean or settings.is_empty(clean))
    file.replace(None if ours_alone else clean)
    report.changed = True
    if ours_alone:
        report.done.append(f"removed {file.path}, which held nothing else")
    elif old is None or "digest" not in old:
        report.done.append(
            f"removed from {file.path} what starts Ambidex's launcher, and its rules; there is no "
            "record of the installation on this machine, so compare the file with your history"
        )
    elif old["digest"] == _digest(file.data):
        report.done.append(f"restored {file.path} as it was, byte for byte")
    else:
        report.done.append(f"removed Ambidex's entries from {file.path}, edited since; no others")


def _make_ready(environ: Mapping[str, str], root: str, report: Report) -> None:
    launcher.point(environ, root)
    compiled = bytecode.compile_all(launcher.interpreter(), root, roots.user_data_home(environ))
    if not compiled:
        report.warnings.append("the hooks could not be compiled ahead; they will start slower")
    tools = os.path.join(sys.prefix, "bin")
    absent = [name for name in _TOOLS if not os.access(os.path.join(tools, name), os.X_OK)]
    if absent:
        report.warnings.append(
            f"{' and '.join(absent)} not found in {tools}: install Ambidex into an environment of "
            "its own (pipx install ambidex, or python3 -m venv)"
        )


def _remove_machine_files(environ: Mapping[str, str], report: Report) -> None:
    launcher.unpoint(environ)
    data = roots.user_data_home(environ)
    shutil.rmtree(os.path.join(data, "pycache"), ignore_errors=True)
    launcher.remove_if_empty(data)
    report.done.append(
        "that was the last installation on this machine: projects whose committed settings call "
        "Ambidex now go on without it, with a note when a session starts"
    )


def _used_by_others(folder: str, path: str) -> bool:
    """Whether another settings file in `folder` still calls the launcher beside it."""
    names = ("settings.json", "settings.local.json")
    others = [os.path.join(folder, name) for name in names]
    return any(
        any(settings.our_groups(_parsed(other)).values()) for other in others if other != path
    )


def _warn(
    environ: Mapping[str, str], project: str, form: str, path: str, report: Report, *, hooks: bool
) -> None:
    if not hooks:
        return
    enabled = plugin_enabled(environ, project)
    if enabled:
        report.warnings.append(
            f"the Ambidex plugin is enabled in {enabled}: every hook will run twice. Either "
            "`claude plugin disable ambidex`, or `ambidex uninstall` and "
            "`ambidex install --rules-only`, which adds what a plugin cannot carry"
        )
    for other in _settings_files(environ, project):
        if other != path and any(settings.our_groups(_parsed(other)).values()):
            report.warnings.append(f"{other} has Ambidex's hooks too: each may run twice")
    if form == PROJECT and _is_ignored(project, ".claude/ambidex/launch"):
        report.warnings.append(
            "git ignores .claude/ambidex/launch: commit it (git add -f), or the settings will "
            "call a file that a fresh clone does not have"
        )


def _is_ignored(project: str, path: str) -> bool:
    try:
        done = subprocess.run(
            ["git", "-C", project, "check-ignore", "-q", path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _settings_files(environ: Mapping[str, str], project: str) -> list[str]:
    return [
        os.path.join(roots.claude_home(environ), "settings.json"),
        os.path.join(project, ".claude", "settings.json"),
        os.path.join(project, ".claude", "settings.local.json"),
    ]


def _parsed(path: str) -> dict[str, Any]:
    """A neighbouring settings file for a question that does not matter when it is unreadable."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            value = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _digest(data: bytes | None) -> str:
    return hashlib.sha256(data or b"").hexdigest()


def _not_json(path: str, error: JsonError) -> str:
    return (
        f"{path}:{error.line}:{error.column}: {error.problem}. Claude Code ignores settings that "
        "are not strict JSON; correct it and retry"
    )


def _unwritable(error: OSError) -> str:
    return f"{error.filename or 'a file'}: {error.strerror or error}"
