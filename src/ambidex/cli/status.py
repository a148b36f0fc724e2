"""`ambidex status`: what is active here, and what the last verdicts were."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import click

from ambidex import locate
from ambidex.guard import approvals
from ambidex.instructions import hold
from ambidex.ledger import chain
from ambidex.ledger.store import Store
from ambidex.policy import pause, snapshot, trust
from ambidex.report.text import MARKS, WORDS

# Enough to find the newest verdict of every gate.
_ROWS = 60


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Say what is guarded and checked here, and what was found last."""
    facts = gather(dict(os.environ), os.getcwd(), time.time())
    click.echo(json.dumps(facts, indent=2) if as_json else _text(facts))


def gather(environ: dict[str, str], cwd: str, now: float) -> dict[str, Any]:
    """The facts that the command shows, JSON-ready; times are seconds since the epoch."""
    root = locate.project_root(environ, cwd)
    state = locate.repository_state(environ, root)
    policy = snapshot.read(environ, root)
    facts: dict[str, Any] = {
        "project": root,
        "active": policy["active"],
        "policy": policy["source"]["path"],
        "note": policy["note"],
        "track": policy["track"],
        "gates": policy["gates"][policy["track"]],
        "trusted": trust.is_trusted(state, policy["digest"]),
        "approvals": [e for e in approvals.current(state, now) if e["root"] == root],
        "held": _held(state),
        "paused_until": pause.is_paused(state, now),
        "state": state,
        "ledger": {"status": "empty"},
        "verdicts": [],
        "last_stop": None,
    }
    if not os.path.isdir(state):
        return facts
    facts["ledger"] = chain.verify(state).as_dict()
    with Store(state) as store:
        newest: dict[str, dict[str, Any]] = {}
        for row in store.latest_verdicts(root, _ROWS):
            newest.setdefault(row.gate, row.verdict)
        facts["verdicts"] = list(newest.values())
    last = chain.last_by_event(state, ["Stop"]).get("Stop")
    if last:
        step = last.get("stop", {})
        facts["last_stop"] = {
            "ts": last["ts"],
            "action": step.get("action", "pass"),
            "cause": step.get("cause", ""),
        }
    return facts


def _held(state: str) -> list[str]:
    """The files of instructions that hold prompts, skills and agents."""
    try:
        return sorted(hold.held(state))
    except OSError as problem:
        return [f"unknown, {problem}"]


def _text(facts: dict[str, Any]) -> str:
    lines = [f"project   {facts['project']}"]
    if facts["active"]:
        lines.append(f"policy    {facts['policy']}  (track {facts['track']})")
        trusted = "yes" if facts["trusted"] else "no: a person runs `ambidex trust`"
        lines.append(f"trusted   {trusted}")
        lines.append("gates     " + ", ".join(f"{g} {v}" for g, v in facts["gates"].items()))
    else:
        lines.append("policy    none: only the guard's core rules run; `ambidex init` starts here")
    if facts["note"]:
        lines.append(f"note      {facts['note']}")
    if facts["paused_until"]:
        until = time.strftime("%H:%M", time.localtime(facts["paused_until"]))
        lines.append(f"paused    until {until}, by a person; `ambidex pause --end` ends it")
    for entry in facts["approvals"]:
        until = time.strftime("%H:%M", time.localtime(entry["until"]))
        lines.append(f"approved  {entry['what']} until {until}: {entry.get('because', '')}")
    if facts["held"]:
        lines.append(f"held      {', '.join(facts['held'])}; look: `ambidex scan instructions`")
    lines.append(f"ledger    {_ledger(facts['ledger'])}")
    if facts["last_stop"]:
        stop = facts["last_stop"]
        cause = f" ({stop['cause']})" if stop["cause"] else ""
        lines.append(f"last Stop {stop['ts']}  {stop['action']}{cause}")
    if not facts["verdicts"]:
        lines.append("verdicts  none yet")
    for verdict in facts["verdicts"]:
        reason = f": {verdict['reason']}" if verdict["reason"] else ""
        lines.append(
            f"  {MARKS[verdict['status']]} {verdict['gate']:<16} {WORDS[verdict['status']]}{reason}"
        )
    return "\n".join(lines)


def _ledger(report: dict[str, Any]) -> str:
    if report["status"] == "empty":
        return "empty"
    text = f"{report['status']}, {report['records']} records"
    if report["broken"]:
        text += f"; {report['broken']['detail']}"
    return text
