"""New tests that prove little: they assert nothing, or only what was done with a mock.

Only a warning: such a test takes nothing away, and calls of a collaborator are sometimes all
that there is to see. Whether it notices anything is measured by the gates `inert` and `mutation`.
"""

from __future__ import annotations

from ambidex.proof.weakening.checks import asks_private, is_mock_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.proof.weakening.contents import Test


def new(before: list[Test], after: list[Test]) -> Iterator[tuple[Test, str]]:
    """New tests that prove little, each with why."""
    known = {test.name for test in before} | {test.body for test in before}
    for test in after:
        if test.is_helper or test.name in known or test.body in known or not test.checks:
            continue
        why = hollow(test)
        if why:
            yield test, why


def hollow(test: Test) -> str:
    """Why a test proves little, `""` if it does not."""
    if all(check.rank == 0 for check in test.checks):
        return "asserts only what is always true"
    if all(check.kind == "runs" for check in test.checks):
        return "asserts nothing"
    if all(check.rank == 0 or is_mock_state(check) for check in test.checks):
        return "asserts only calls of a mock"
    if all(asks_private(check) for check in test.checks):
        return "asserts only private names"
    return ""
