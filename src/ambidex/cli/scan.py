"""`ambidex scan`: looks for what is hidden in the files that an agent obeys."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from ambidex.cli.errors import ConfigurationRefused, EnvironmentBroken
from ambidex.cli.exit_codes import ExitCode
from ambidex.cli.project import Project
from ambidex.instructions import files, lock, servers, survey
from ambidex.instructions.hold import ACCEPT
from ambidex.instructions.inspect import Inspected, inspect
from ambidex.printable import printable

_LONGEST_PATH = 300


@click.group("scan")
def command() -> None:
    """Look for what is hidden in the files that an agent obeys."""


@command.command("instructions")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--accept", is_flag=True, help="Accept what there is now; for a person only.")
def instructions(paths: tuple[Path, ...], as_json: bool, accept: bool) -> None:
    """Find hidden characters and injected orders in instructions.

    Without PATHS: CLAUDE.md, skills, agents, commands, rules, hooks and MCP servers of this
    project, of the user, and of installed plugins. A folder stands for the files of instructions
    below it; a file is inspected whatever its name.
    """
    if accept and (paths or as_json):
        raise click.UsageError("--accept takes no paths and prints no JSON.")
    project = Project()
    who = project.require_person(ACCEPT) if accept else ""
    inspected = [inspect(path) for path in _chosen(project, paths)]
    accepted = lock.accepted(project.state)
    changed = [] if paths else _changes(project, inspected)
    if as_json:
        _print_json(inspected, accepted, changed)
    else:
        _print(project, inspected, accepted, changed)
    if accept:
        _accept(project, inspected, who)
        return
    raise SystemExit(_exit_code(inspected, accepted))


def _chosen(project: Project, paths: tuple[Path, ...]) -> list[str]:
    """The files to inspect, each once."""
    found: dict[str, None] = {}
    if not paths:
        found.update(dict.fromkeys(files.usual(project.root, os.environ)))
        seen = {os.path.realpath(path) for path in found}
        for path in files.below(project.root):
            if os.path.realpath(path) not in seen:
                found[path] = None
    for chosen in paths:
        if chosen.is_dir():
            found.update(dict.fromkeys(files.below(os.path.abspath(chosen))))
        elif chosen.exists():
            found[os.path.abspath(chosen)] = None
        else:
            raise ConfigurationRefused(f"{printable(str(chosen), _LONGEST_PATH)} does not exist")
    return list(found)


def _changes(project: Project, inspected: list[Inspected]) -> list[str]:
    """What changed since the last approval, servers included."""
    known = {one.path for one in inspected}
    usual = [path for path in files.usual(project.root, os.environ) if path in known]
    chosen = [one for one in inspected if one.path in set(usual)]
    changed = lock.changes(project.state, survey.locked(project.root, os.environ, chosen))
    approved = lock.servers(project.state)
    if approved is not None:
        present = servers.of_project(project.root)
        changed += [
            f"MCP server: {printable(name, 80)}"
            for name in present
            if present[name] != approved.get(name)
        ]
    return changed


def _is_open(one: Inspected, accepted: frozenset[str]) -> bool:
    return one.is_bad and one.digest not in accepted


def _exit_code(inspected: list[Inspected], accepted: frozenset[str]) -> int:
    if any(_is_open(one, accepted) for one in inspected):
        return ExitCode.FINDINGS
    # What nobody looked at has not passed.
    if not any(one.digest for one in inspected) or any(_is_unread(one) for one in inspected):
        return ExitCode.NOT_RUN
    return ExitCode.PASSED


def _is_unread(one: Inspected) -> bool:
    """Whether a file could not be inspected as a whole; an image in a skill is no text."""
    return bool(one.skipped) and one.skipped != "no text"


def _shown(project: Project, path: str) -> str:
    relative = os.path.relpath(path, project.root)
    shown = path if relative.startswith(os.pardir) else relative
    return printable(shown, _LONGEST_PATH)


def _print(
    project: Project, inspected: list[Inspected], accepted: frozenset[str], changed: list[str]
) -> None:
    for one in inspected:
        name = _shown(project, one.path)
        for trace in one.traces:
            says = f": {trace.says!r}" if trace.says else ""
            mark = " (accepted)" if one.digest in accepted else ""
            kind = "" if trace.severity == "error" else " (warning)"
            click.echo(f"{name}:{trace.line}: {trace.rule}: {trace.message}{says}{kind}{mark}")
        if one.skipped:
            click.echo(f"{name}: not inspected: {one.skipped}")
    for change in changed:
        click.echo(f"since the last approval: {printable(change, _LONGEST_PATH)}")
    read = sum(1 for one in inspected if one.digest and one.skipped != "no text")
    bad = sum(1 for one in inspected if _is_open(one, accepted))
    if not read:
        click.echo("No file of instructions was inspected.")
    else:
        click.echo(f"{read} files inspected, {bad} with findings.")
    if bad or changed:
        click.echo(f"Clean the files, or accept what there is now: {ACCEPT}")


def _print_json(inspected: list[Inspected], accepted: frozenset[str], changed: list[str]) -> None:
    report = {
        "inspected": sum(1 for one in inspected if one.digest and one.skipped != "no text"),
        "skipped": {one.path: one.skipped for one in inspected if one.skipped},
        "findings": [
            {"path": one.path, "accepted": one.digest in accepted, **trace.as_dict()}
            for one in inspected
            for trace in one.traces
        ],
        "changes": changed,
    }
    click.echo(json.dumps(report, indent=2))


def _accept(project: Project, inspected: list[Inspected], who: str) -> None:
    bad = {one.path: one.digest for one in inspected if one.is_bad}
    project.record("instructions.accepted", who, contents=bad)
    try:
        count = survey.approve(project.state, project.root, os.environ, who, findings=True)
    except OSError as error:
        raise EnvironmentBroken(f"the state cannot be written: {error}") from None
    noun = "content" if count == 1 else "contents"
    click.echo(f"Accepted: the instructions as they are now, {count} {noun} with findings.")
