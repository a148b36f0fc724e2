"""`ambidex config`: check, show and explain what the project's ambidex.toml says."""

from __future__ import annotations

import datetime
import json
import os
from typing import Any

import click

from ambidex.cli.exit_codes import ExitCode
from ambidex.cli.project import Project
from ambidex.policy import trust
from ambidex.policy.compile import snapshot_of, write_snapshot
from ambidex.policy.explain import dotted
from ambidex.policy.load import Loaded
from ambidex.policy.model import json_schema
from ambidex.policy.sample import sample, toml

_TABLES = ("guard", "paths", "edits", "tests", "stop", "gates", "tracks", "ledger")


@click.group("config")
def command() -> None:
    """Check and show the project's configuration (ambidex.toml)."""


@command.command("check")
def check() -> None:
    """Report every problem of the configuration, with file, line, key and what to do.

    Exit codes: 0 valid, 2 refused, 3 nothing is configured.
    """
    project = Project()
    loaded = project.load()
    if not loaded.digest:
        click.echo("Nothing is configured here: only the guard's core rules apply.")
        click.echo("Configure the project with: ambidex init")
        click.get_current_context().exit(int(ExitCode.NOT_RUN))
    count = len(_leaves(loaded.table))
    noun = "key is" if count == 1 else "keys are"
    click.echo(f"{os.path.basename(loaded.path)}: valid, {count} {noun} set.")
    click.echo(_trust_line(project, loaded))
    try:
        write_snapshot(project.state, project.root, snapshot_of(loaded))
    except OSError as error:
        click.echo(f"Hooks compile it themselves: the state cannot be written ({error}).", err=True)


@command.command("show")
@click.option("--json", "as_json", is_flag=True, help="The compiled policy, as hooks read it.")
def show(as_json: bool) -> None:
    """Show what applies, and where each value comes from."""
    project = Project()
    loaded = project.load()
    policy = snapshot_of(loaded)
    if as_json:
        click.echo(json.dumps(policy, indent=2, ensure_ascii=False))
        return
    if loaded.digest:
        click.echo(f"# {loaded.path}")
        click.echo(f"# {_trust_line(project, loaded)}")
    else:
        click.echo("# Nothing is configured: only the guard's core rules apply.")
    _section(loaded, (), {"track": policy["track"]})
    for name in _TABLES:
        _section(loaded, (name,), policy[name])


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of ambidex.toml, for editors and other tools."""
    click.echo(schema_text(), nl=False)


@command.command("sample")
def print_sample() -> None:
    """Print an ambidex.toml with every key, its meaning and its default."""
    click.echo(sample(datetime.date.today()), nl=False)


def schema_text() -> str:
    """The published JSON Schema as the file in the package has it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _trust_line(project: Project, loaded: Loaded) -> str:
    entry = trust.granted(project.state).get(loaded.digest)
    if not isinstance(entry, dict):
        return (
            "Not trusted: hooks run nothing of this repository until a person runs: ambidex trust"
        )
    return f"Trusted by {entry.get('who', 'somebody')}."


def _section(loaded: Loaded, path: tuple[str, ...], values: dict[str, Any]) -> None:
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    if path and plain:
        click.echo(f"\n[{dotted(path)}]")
    for key, value in plain.items():
        line = loaded.lines.get((*path, key))
        origin = f"{os.path.basename(loaded.path)}:{line}" if line else "default"
        click.echo(f"{f'{key} = {_value(value)}':<44} # {origin}")
    for key, value in values.items():
        if isinstance(value, dict):
            _section(loaded, (*path, key), value)


def _value(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        items = [
            "{" + ", ".join(f"{k} = {toml(v)}" for k, v in item.items()) + "}" for item in value
        ]
        return f"[{', '.join(items)}]"
    return toml(value)


def _leaves(table: dict[str, Any]) -> list[str]:
    found = []
    for key, value in table.items():
        found += _leaves(value) if isinstance(value, dict) else [key]
    return found
