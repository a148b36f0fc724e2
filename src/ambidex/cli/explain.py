"""`ambidex explain`: how the guard reads a command, what it would do, and which rule decides."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from ambidex import locate
from ambidex.cli.exit_codes import ExitCode
from ambidex.guard.explain import explain, outline
from ambidex.guard.scene import Scene
from ambidex.policy import snapshot
from ambidex.verdict import ALLOW


@click.command()
@click.argument("shell_command", metavar="[COMMAND]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object for each command.")
@click.option(
    "--file",
    "file",
    type=click.File("r", encoding="utf-8"),
    help="Judge many: one JSON object with `command` per line, `-` for standard input; with "
    "`expect` (`block` or `allow`) the lines that differ are counted.",
)
def command(shell_command: str | None, as_json: bool, file: Any) -> None:
    """Show how the guard reads COMMAND: its tree, its effects, the rules tried, the decision.

    Nothing is run. Exits with 0 when the command would pass, 1 when it is denied or asked about;
    with --file, 1 when a line differs from what it expects.
    """
    if (shell_command is None) == (file is None):
        raise click.UsageError("Give one COMMAND, or --file.")
    cwd = os.getcwd()
    root = locate.project_root(os.environ, cwd)
    policy = snapshot.read(os.environ, root)

    def told(text: str) -> dict[str, Any]:
        scene = Scene(
            cwd=cwd,
            root=root,
            policy=policy,
            environ=os.environ,
            state=locate.repository_state(os.environ, root),
        )
        return explain(text, scene)

    if shell_command is None:
        sys.exit(_many(file, told, as_json))
    answer = told(shell_command)
    click.echo(json.dumps(answer) if as_json else _text(answer))
    sys.exit(ExitCode.PASSED if answer["action"] == ALLOW else ExitCode.FINDINGS)


def _text(told: dict[str, Any]) -> str:
    lines = []
    if "tree" in told:
        lines += _labelled("reads", outline(told["tree"]))
    else:
        lines.append(f"reads   nothing: {told['unreadable']}")
    lines += _labelled("effects", [_effect(effect) for effect in told["effects"]] or ["none"])
    lines += _labelled("tried", [f"{len(told['rules'])} rules"])
    applying = [
        f"{hit['rule']}: {hit['saw']} → {hit['decision']}"
        + (f" ({hit['because']})" if hit["because"] else "")
        for hit in told["hits"]
    ]
    lines += _labelled("applies", applying or ["none"])
    lines.append(f"answer  {told['action']}" + (f" by {told['rule']}" if told["rule"] else ""))
    if told["reason"]:
        lines.append(f"why     {told['reason']}")
    if told["instead"]:
        lines.append(f"instead {told['instead']}")
    return "\n".join(lines)


def _labelled(label: str, lines: list[str]) -> list[str]:
    return [f"{label if at == 0 else '':7} {line}" for at, line in enumerate(lines)]


def _effect(effect: dict[str, Any]) -> str:
    facts = [
        effect["kind"],
        *(effect[key] for key in ("action", "path", "target") if key in effect),
    ]
    if "flags" in effect:
        facts.append("[" + " ".join(effect["flags"]) + "]")
    if "data" in effect:
        facts.append("← " + json.dumps(effect["data"][:60], ensure_ascii=False))
    if "via" in effect:
        facts.append(f"(via {effect['via']})")
    return " ".join(facts)


def _commands(file: Any) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as problem:
            raise click.ClickException(f"line {number} is not JSON: {problem}") from None
        if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
            raise click.ClickException(
                f'line {number} has no command; each line is {{"command": "…"}}, also with '
                '"expect": "block" or "allow"'
            )
        if entry.get("expect") not in (None, "block", "allow"):
            raise click.ClickException(
                f"line {number} expects {entry['expect']!r}; allowed: block, allow"
            )
        yield entry


def _many(file: Any, told: Any, as_json: bool) -> ExitCode:
    answers: dict[str, int] = {}
    differing = 0
    count = 0
    for entry in _commands(file):
        answer = told(entry["command"])
        count += 1
        answers[answer["action"]] = answers.get(answer["action"], 0) + 1
        passes = answer["action"] in (ALLOW, "rewrite")
        differs = "expect" in entry and passes != (entry["expect"] == "allow")
        differing += differs
        if as_json:
            click.echo(json.dumps(answer))
        else:
            mark = "≠ " if differs else "  "
            rule = f"  {answer['rule']}" if answer["rule"] else ""
            click.echo(f"{mark}{answer['action']:8}{json.dumps(entry['command'])}{rule}")
    summary = ", ".join(f"{number} {action}" for action, number in sorted(answers.items()))
    click.echo(f"{count} commands: {summary or 'none'}; {differing} differ", err=True)
    if not count:
        raise click.ClickException("the file has no commands, so nothing was judged")
    return ExitCode.FINDINGS if differing else ExitCode.PASSED
