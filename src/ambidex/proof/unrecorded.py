"""Why it is not known which lines the tests execute, and whether anybody has to hear of it.

Coverage and mutants need the test map. Where there can be none, because of what the project is or
what a person switched off, there is nothing to inspect. Where there should be one and is none, the
first gate that needs it says so, and the others do not repeat it.
"""

from __future__ import annotations

from ambidex.verdict import NOT_RUN, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.proof.subject import Subject


def verdict(gate: str, subject: Subject) -> Verdict:
    """The `not_run` of a gate that finds no map of these files.

    Args:
        gate: the gate's name.
        subject: the change; of its earlier verdicts, that of `tests` says whether they ran.

    Returns:
        With `owed` 0 where this project can have no map, and where another gate has said why there
        is none; `details["unrecorded"]` is that reason.

    Raises:
        NoCommandError: nothing can run the tests.
    """
    tests = next((each for each in subject.verdicts if each.gate == "tests"), None)
    if tests is None:
        return _owes_nothing(gate, "the gate tests is off, and no tests ran")
    if tests.status == NOT_RUN:
        return _owes_nothing(gate, f"no tests ran ({tests.reason})")
    if not subject.command().is_pytest:
        return _owes_nothing(gate, "the tests are not run by pytest, which alone can be recorded")
    reason = _why(tests, subject)
    details = {"unrecorded": reason}
    text = f"which lines the tests execute is not known: {reason}"
    said = any(each.details.get("unrecorded") == reason for each in subject.verdicts)
    return Verdict(gate, NOT_RUN, text, details={**details, "owed": 0} if said else details)


def _why(tests: Verdict, subject: Subject) -> str:
    from ambidex.proof import testmap

    recorded = tests.details.get("recorded")
    if isinstance(recorded, str):
        return recorded
    if testmap.is_slow(subject.state, subject.root):
        return "the suite does not end in time while it is recorded"
    return "no run of the tests on these files was recorded"


def _owes_nothing(gate: str, reason: str) -> Verdict:
    return Verdict(gate, NOT_RUN, reason, details={"owed": 0})
