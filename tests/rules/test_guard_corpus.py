"""The guard's answers to the whole corpus: nothing that must be stopped passes, nothing else is."""

from collections import Counter
from pathlib import Path

import pytest

from testing.corpus import Case, cases
from testing.guarding import decision_on, project, scene

CASES = cases()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("corpus") / "project")


@pytest.mark.parametrize("family", sorted({case.family for case in CASES}))
def test_every_command_of_a_family_gets_the_answer_it_must(family: str, root: Path) -> None:
    wrong = []
    for case in CASES:
        if case.family == family:
            decision = decision_on(case.command, scene(root))
            if decision.action != case.expect or (case.rule and decision.rule != case.rule):
                wrong.append(_line(case, decision.action, decision.rule))
    assert not wrong, "\n".join(wrong)


def _line(case: Case, action: str, rule: str) -> str:
    return f"{action:5} instead of {case.expect:5} {case.rule}: {case.command!r} {rule} {case.why}"


def test_no_command_stands_there_twice() -> None:
    counted = Counter(case.command for case in CASES)
    assert not [command for command, count in counted.items() if count > 1]


def test_the_corpus_is_large_and_a_third_of_it_is_harmless() -> None:
    counted = Counter(case.expect for case in CASES)
    assert len(CASES) >= 1500
    assert counted["allow"] >= len(CASES) / 3
    assert counted["deny"] >= 400
