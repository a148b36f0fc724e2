"""Fires every registered hook of every installation and says which did not answer as it should."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ambidex.doctor.check import GOOD, PROBLEM, Check
from ambidex.doctor.installations import Installation
from ambidex.doctor.rehearsal import Rehearsal
from ambidex.doctor.scenes import Outcome, play

GROUP = "hooks"
_REPORT = "run `ambidex doctor --json` and report it with its output"


def check(
    environ: Mapping[str, str],
    project: str,
    installation: Installation,
    missing: Collection[str],
    path: str,
) -> list[Check]:
    """What came of firing the hooks of one installation.

    Args:
        environ: the person's environment.
        project: the project's root.
        installation: whose hooks are fired.
        missing: programs that are known to be missing.
        path: the PATH of its hooks.

    Raises:
        OSError: there is no room for a temporary repository.
    """
    with Rehearsal(environ, project, installation, path) as rehearsal:
        outcomes = play(rehearsal, missing)
        facts = {
            "scenes": [
                {
                    "event": outcome.scene.event,
                    "what": outcome.scene.what,
                    "problem": outcome.problem,
                    "skipped": outcome.skipped,
                }
                for outcome in outcomes
            ],
            "fired": rehearsal.fired,
            "slowest": {"event": rehearsal.slowest[1], "seconds": rehearsal.slowest[0]},
        }
    wrong = _by_problem(outcomes)
    if not outcomes:
        return [Check(GROUP, installation.name, PROBLEM, "no hook is registered to be fired")]
    if wrong:
        return [
            Check(
                GROUP,
                _events(failed),
                PROBLEM,
                f"{_wanted(failed)}: {problem} ({installation.name})",
                _REPORT,
                facts,
            )
            for problem, failed in wrong.items()
        ]
    skipped = sum(1 for outcome in outcomes if outcome.skipped)
    found = (
        f"{len(rehearsal.fired)} events of {installation.name} fired, "
        f"{len(outcomes) - skipped} answers as they should be"
    )
    if skipped:
        found += f", {skipped} not tried because something is missing"
    return [Check(GROUP, installation.name, GOOD, found, details=facts)]


def _by_problem(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """What went wrong, with every scene in which it did: one cause is one line."""
    wrong: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.problem:
            # The same message names the event in the words of the hook itself.
            key = outcome.problem.replace(f"the {outcome.scene.event} hook", "the hook")
            wrong.setdefault(key, []).append(outcome)
    return wrong


def _events(outcomes: Sequence[Outcome]) -> str:
    events = list(dict.fromkeys(outcome.scene.event for outcome in outcomes))
    return events[0] if len(events) == 1 else f"{events[0]} and {len(events) - 1} more"


def _wanted(outcomes: Sequence[Outcome]) -> str:
    events = list(dict.fromkeys(outcome.scene.event for outcome in outcomes))
    if len(events) > 1:
        return f"{', '.join(events)} do not answer as they should; instead"
    return f"expected that {' and '.join(o.scene.what for o in outcomes)}; instead"
