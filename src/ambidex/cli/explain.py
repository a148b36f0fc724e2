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
from ambidex.guard.explain import explain
from ambidex.guard.scene import Scene
from ambidex.policy import snapshot
from ambidex.verdict import ALLOW, REWRITE

# Of a long list this much is shown to a person; JSON has all of it.
_MOST_LINES = 24


@click.command()
@click.argument("call", metavar="[COMMAND]", required=False)
@click.option(
    "--tool",
    default="Bash",
    show_default=True,
    help="Another tool, for example Write; COMMAND is then its input as a JSON object.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one object for each command.")
@click.option(
    "--file",
    "file",
    type=click.File("r", encoding="utf-8", errors="replace"),
    help="Judge many: one JSON object with `command` per line, `-` for standard input; with "
    "`expect` (`block` or `allow`) the lines that differ are counted.",
)
def command(call: str | None, tool: str, as_json: bool, file: Any) -> None:
    """Show how the guard reads COMMAND: its tree, its effects, the rules tried, the decision.

    Nothing is run. Exits with 0 when the command would pass, 1 when it is denied or asked about;
    with --file, 1 when a line differs from what it expects.
    """
    if (call is None) == (file is None):
        raise click.UsageError("Give one COMMAND, or --file.")
    if file is not None and tool != "Bash":
        raise click.UsageError("--file has shell commands; it goes with no other --tool.")
    cwd = os.getcwd()
    root = locate.project_root(os.environ, cwd)
    policy = snapshot.read(os.environ, root)

    def told(tool_input: dict[str, Any]) -> dict[str, Any]:
        scene = Scene(
            cwd=cwd,
            root=root,
            policy=policy,
            environ=os.environ,
            state=locate.repository_state(os.environ, root),
        )
        return explain(tool, tool_input, scene)

    if call is None:
        sys.exit(_many(file, told, as_json))
    answer = told({"command": call} if tool == "Bash" else _input(call, tool))
    click.echo(json.dumps(answer) if as_json else _text(answer))
    sys.exit(ExitCode.PASSED if answer["action"] in _RUNS else ExitCode.FINDINGS)


_RUNS = (ALLOW, REWRITE)


def _input(text: str, tool: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise click.UsageError(f"The input of {tool} is no JSON: {problem}.") from None
    if not isinstance(given, dict):
        raise click.UsageError(f'The input of {tool} is a JSON object, like {{"file_path": "…"}}.')
    return given


def _text(told: dict[str, Any]) -> str:
    lines = []
    if "reads" in told:
        lines += _labelled("reads", told["reads"])
    elif "unreadable" in told:
        lines.append(f"reads   nothing: {told['unreadable']}")
    effects = list(dict.fromkeys(_effect(effect) for effect in told["effects"]))
    lines += _labelled("effects", effects or ["none"])
    lines += _labelled("tried", [_tried(told["rules"])])
    applying = dict.fromkeys(
        f"{hit['rule']}: {hit['saw']} → {hit['decision']}"
        + (f" ({hit['because']})" if hit["because"] else "")
        for hit in told["hits"]
    )
    lines += _labelled("applies", list(applying) or ["none"])
    lines.append(f"answer  {told['action']}" + (f" by {told['rule']}" if told["rule"] else ""))
    if told["reason"]:
        lines.append(f"why     {told['reason']}")
    if told["instead"]:
        lines.append(f"instead {told['instead']}")
    return "\n".join(_printable(line) for line in lines)


def _tried(rules: list[str]) -> str:
    packs: dict[str, int] = {}
    for rule in rules:
        pack = rule.rpartition(".")[0].removeprefix("ambidex.")
        packs[pack] = packs.get(pack, 0) + 1
    listed = ", ".join(f"{pack} {count}" for pack, count in packs.items())
    return f"{len(rules)} rules" + (f": {listed}" if listed else "")


def _printable(line: str) -> str:
    """A line that no character of the command can move, colour or hide in a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line)


def _labelled(label: str, lines: list[str]) -> list[str]:
    if len(lines) > _MOST_LINES:
        left = len(lines) - _MOST_LINES
        lines = [*lines[:_MOST_LINES], f"… and {left} more; --json has them all"]
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
        except (ValueError, RecursionError) as problem:
            raise click.UsageError(f"Line {number} is not JSON: {problem}.") from None
        if not isinstance(entry, dict) or not isinstance(entry.get("command"), str):
            raise click.UsageError(
                f'Line {number} has no command; each line is {{"command": "…"}}, also with '
                '"expect": "block" or "allow".'
            )
        if entry.get("expect") not in (None, "block", "allow"):
            raise click.UsageError(
                f"Line {number} expects {entry['expect']!r}; allowed: block, allow."
            )
        yield entry


def _many(file: Any, told: Any, as_json: bool) -> ExitCode:
    # Read before anything is judged: a broken line must not look like the end of a good file.
    try:
        entries = list(_commands(file))
    except OSError as problem:
        raise click.UsageError(f"{file.name} cannot be read: {problem.strerror}.") from None
    if not entries:
        raise click.UsageError("The file has no commands, so nothing was judged.")
    answers: dict[str, int] = {}
    differing = 0
    for entry in entries:
        answer = told({"command": entry["command"]})
        answers[answer["action"]] = answers.get(answer["action"], 0) + 1
        differs = "expect" in entry and (answer["action"] in _RUNS) != (entry["expect"] == "allow")
        differing += differs
        if as_json:
            click.echo(json.dumps(answer))
        else:
            mark = "≠ " if differs else "  "
            rule = f"  {answer['rule']}" if answer["rule"] else ""
            click.echo(f"{mark}{answer['action']:8}{json.dumps(entry['command'])}{rule}")
    summary = ", ".join(f"{number} {action}" for action, number in sorted(answers.items()))
    click.echo(f"{len(entries)} commands: {summary}; {differing} differ", err=True)
    return ExitCode.FINDINGS if differing else ExitCode.PASSED
