"""Do the guard's rules judge their own examples as they say?"""

from __future__ import annotations

import os
import tempfile

from ambidex.doctor.check import GOOD, PROBLEM, Check
from ambidex.guard import examples
from ambidex.guard.rulebook import all_rules

GROUP = "rules"
_REPORT = "run `ambidex doctor --json` and report it with its output"


def check() -> list[Check]:
    """One check of all examples of all rules; commands are judged, none is run.

    Raises:
        OSError: there is no room for temporary files.
    """
    rules = all_rules()
    with tempfile.TemporaryDirectory(prefix="ambidex-rules-") as folder:
        root = os.path.realpath(folder)
        examples.lay_out(root)
        wrong = [problem for rule in rules for problem in examples.failing(rule, root)]
    count = sum(len(rule.match) + len(rule.not_match) for rule in rules)
    if not count:
        return [Check(GROUP, "examples", PROBLEM, "the guard has no rules", _REPORT)]
    if wrong:
        found = f"{len(wrong)} of {count} examples are judged otherwise: {wrong[0]}"
        return [Check(GROUP, "examples", PROBLEM, found, _REPORT, {"wrong": wrong})]
    found = f"{len(rules)} rules judge their {count} examples as they say"
    return [Check(GROUP, "examples", GOOD, found)]
