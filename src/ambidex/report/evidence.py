"""Evidence of a Stop, in the project, for people and for other programs.

    .ambidex/
        .gitignore              keeps all of this out of git
        last-stop.txt           the last verdicts, to be read
        evidence/
            <time>-<n>.json     one record per Stop that judged, put off or gave up; the newest 50
            latest.json         the newest of them
            survivors.json      mutants that the tests did not notice, where there are any

`evidence.schema.json` beside this module describes a record. What is written here is a copy for
whoever looks; decisions rest on the ledger and the store, which the agent can't write.
"""

from __future__ import annotations

import os
import time

from ambidex.report import text
from ambidex.secrets.redact import redact_text
from ambidex.verdict import NOT_RUN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.verdict import Verdict

FOLDER = ".ambidex"
FILE = "last-stop.txt"
RECORDS = os.path.join(FOLDER, "evidence")
LATEST = "latest.json"
SURVIVORS = "survivors.json"
VERSION = 1

MOST_RECORDS = 50
_MOST_FINDINGS = 100
_MOST_SURVIVORS = 500
_MOST_MEMBERS = 200
_MOST_CHARACTERS = 2_000
_DEEPEST = 8


class Judged:
    """A work tree that was judged.

    Attributes:
        worktree: its top.
        base: id of the tree that is not blamed.
        tree: id of the tree that was judged.
        verdicts: what the gates said, in order.
    """

    __slots__ = ("base", "tree", "verdicts", "worktree")

    def __init__(self, worktree: str, base: str, tree: str, verdicts: Sequence[Verdict]) -> None:
        self.worktree = worktree
        self.base = base
        self.tree = tree
        self.verdicts = verdicts


def prepare(root: str) -> bool:
    """Make the folder, with a file of its own that keeps it out of git.

    Returns:
        Whether the file is new.

    Raises:
        OSError: the project can't be written to.
    """
    folder = os.path.join(root, FOLDER)
    os.makedirs(folder, exist_ok=True)
    try:
        with open(os.path.join(folder, ".gitignore"), "x", encoding="utf-8") as file:
            file.write("*\n")
    except FileExistsError:
        return False
    return True


def record(
    judged: Sequence[Judged],
    *,
    overall: str,
    levels: Mapping[str, str],
    began: float,
    ended: float,
    facts: Mapping[str, Any],
    tools: Mapping[str, str],
) -> dict[str, Any]:
    """One Stop as the schema has it, bounded in size.

    Args:
        judged: the work trees that were judged; one that could not be has empty ids.
        overall: what the verdicts amount to.
        levels: how much each gate counts in this track; those without a verdict are listed.
        began: seconds since the epoch.
        ended: the same, when all verdicts were there.
        facts: the members `event`, `session`, `prompt`, `agent`, `track`, `policy`, `stop` and
            `commit`, as in the schema.
        tools: versions by name.
    """
    checks = [_check(one, verdict, levels) for one in judged for verdict in one.verdicts]
    reached = {check["gate"] for check in checks}
    not_run = [
        {"gate": check["gate"], "why": check["reason"]}
        for check in checks
        if check["status"] == NOT_RUN
    ]
    for gate, level in levels.items():
        if gate not in reached and gate not in _AT_OTHER_TIMES:
            why = "off in this track" if level == "off" else "not reached"
            not_run.append({"gate": gate, "why": why})
    return {
        "version": VERSION,
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(began)),
        **facts,
        "overall": overall,
        "seconds": round(ended - began, 3),
        "trees": [{"worktree": one.worktree, "base": one.base, "tree": one.tree} for one in judged],
        "checks": checks,
        "not_run": not_run,
        "tools": dict(tools),
    }


# Gates of the policy that have nothing to say at Stop.
_AT_OTHER_TIMES = frozenset({"guard"})


def _check(judged: Judged, verdict: Verdict, levels: Mapping[str, str]) -> dict[str, Any]:
    data = verdict.as_dict()
    details = dict(data["details"])
    reused = details.pop("reused_from", None)
    survivors = details.pop("survivors", None)
    if survivors:
        details["survivors"] = len(survivors)
        details["survivors_in"] = f"{RECORDS}/{SURVIVORS}"
    return {
        "gate": verdict.gate,
        "worktree": judged.worktree,
        "level": levels.get(verdict.gate, "off"),
        "status": verdict.status,
        "reason": _bounded(verdict.reason),
        "seconds": data["seconds"],
        "reused_from": reused,
        "findings": _bounded(data["findings"][:_MOST_FINDINGS]),
        "findings_in_all": len(data["findings"]),
        "details": _bounded(details),
    }


def survivors(judged: Sequence[Judged]) -> list[Any]:
    """What gates left in `details["survivors"]`, bounded."""
    found = [
        survivor
        for one in judged
        for verdict in one.verdicts
        for survivor in verdict.details.get("survivors") or ()
    ]
    return [_bounded(survivor) for survivor in found[:_MOST_SURVIVORS]]


def write(root: str, made: Mapping[str, Any], verdicts: list[Verdict], left: Sequence[Any]) -> None:
    """Write one Stop's evidence into `.ambidex/`.

    The folder is made where it is missing, as in a fresh clone. Nothing happens where it leads
    elsewhere or can't be written: the ledger has it all.

    Args:
        root: the project's root.
        made: what `record` returned.
        verdicts: what the gates said.
        left: what `survivors` returned.
    """
    import json

    folder = os.path.join(root, FOLDER)
    records = os.path.join(root, RECORDS)
    # A link would have us write wherever the one who made it wants.
    if os.path.islink(folder) or os.path.islink(records):
        return
    stamp = time.strftime("%Y-%m-%d %H:%M:%S %z")
    data = json.dumps(made, indent=1, ensure_ascii=True) + "\n"
    try:
        prepare(root)
        os.makedirs(records, exist_ok=True)
        _replace(folder, FILE, f"{stamp}\n\n{text.render(verdicts, made['overall'])}")
        _replace(records, _name(made["at"]), data)
        _replace(records, LATEST, data)
        if left:
            _replace(records, SURVIVORS, json.dumps(left, indent=1, ensure_ascii=True) + "\n")
        elif os.path.exists(os.path.join(records, SURVIVORS)) and _was_looked_for(verdicts):
            os.unlink(os.path.join(records, SURVIVORS))
        for name in _old(records):
            os.unlink(os.path.join(records, name))
    except OSError:
        return


def _was_looked_for(verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.gate == "mutation" and verdict.is_fine for verdict in verdicts)


def _name(at: str) -> str:
    stamp = "".join(character for character in at if character.isalnum())
    # Two Stops of one second, perhaps of two sessions.
    return f"{stamp}-{time.time_ns() % 1_000_000_000:09d}.json"


def _old(folder: str) -> list[str]:
    names = sorted(name for name in os.listdir(folder) if _is_record(name))
    return names[:-MOST_RECORDS]


def _is_record(name: str) -> bool:
    stamp, _, rest = name.partition("-")
    return len(stamp) == 16 and rest[-5:] == ".json" and rest[:-5].isdigit()


def _replace(folder: str, name: str, content: str) -> None:
    path = os.path.join(folder, name)
    draft = f"{path}.{os.getpid()}.new"
    try:
        # Exclusive, so that a link put there in advance is not followed.
        with open(draft, "x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(content)
        os.replace(draft, path)
    except FileExistsError:
        os.unlink(draft)
    except OSError:
        if os.path.lexists(draft):
            os.unlink(draft)
        raise


def _bounded(value: Any, depth: int = 0) -> Any:
    """The value without secrets, long strings cut, long lists shortened, deep ones left out."""
    if isinstance(value, str):
        cut = value if len(value) <= _MOST_CHARACTERS else value[:_MOST_CHARACTERS] + "…"
        return redact_text(cut).encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, dict):
        members = list(value.items())[:_MOST_MEMBERS]
        return {str(key)[:_MOST_CHARACTERS]: _bounded(one, depth + 1) for key, one in members}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_bounded(one, depth + 1) for one in list(value)[:_MOST_MEMBERS]]
    return _bounded(str(value))
