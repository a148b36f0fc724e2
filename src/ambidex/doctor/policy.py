"""Does the project's configuration hold, and may hooks act on it?"""

from __future__ import annotations

import os
import time

from ambidex.doctor.check import GOOD, NOTE, PROBLEM, Check
from ambidex.policy import pause, trust
from ambidex.policy.compile import compile_policy
from ambidex.policy.errors import PolicyError

GROUP = "policy"


def check(project: str, state: str) -> list[Check]:
    """What is to be said about the configuration of `project`, trust in it, and a pause."""
    checks = []
    until = pause.is_paused(state, time.time())
    if until:
        clock = time.strftime("%H:%M", time.localtime(until))
        found = f"a person paused the gates until {clock}"
        checks.append(Check(GROUP, "pause", NOTE, found, "ambidex pause --end"))
    try:
        policy = compile_policy(project)
    except PolicyError as error:
        return checks + [
            Check(
                GROUP,
                f"{problem.file}:{problem.line}" if problem.line else problem.file,
                PROBLEM,
                f"{problem.key}: {problem.found}" if problem.key else problem.found,
                (f"did you mean {problem.nearest}? " if problem.nearest else "") + problem.action,
                {"problem": str(problem)},
            )
            for problem in error.problems
        ]
    if not policy["active"]:
        found = "no ambidex.toml: only the guard's core rules run"
        return [*checks, Check(GROUP, "ambidex.toml", NOTE, found, "ambidex init")]
    name = os.path.basename(policy["source"]["path"])
    checks.append(Check(GROUP, name, GOOD, f"{name} is valid"))
    if trust.is_trusted(state, policy["digest"]):
        checks.append(Check(GROUP, "trust", GOOD, "trusted"))
    else:
        found = f"{name} is not trusted, so hooks run none of this project's tools and tests"
        checks.append(Check(GROUP, "trust", NOTE, found, "ambidex trust"))
    return checks
