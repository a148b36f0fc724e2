"""A command line that is not well formed is read as far as it says what was meant."""

import time
from pathlib import Path

import pytest

from ambidex.guard.shell.mending import mended
from ambidex.guard.shell.parse import UnreadableCommand, parse
from testing.guarding import decision_on, programs_run, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("mending") / "project")


@pytest.mark.parametrize(
    ("command", "run"),
    [
        ("| git push --force", [["git", "push", "--force"]]),
        ("&& ls -l", [["ls", "-l"]]),
        (";; ls", [["ls"]]),
        ("rm x; ls (", [["rm", "x"]]),
        ("cp a 'b", [["cp", "a", "b"]]),
        ("if", []),
    ],
)
def test_what_was_meant_is_followed(command: str, run: list[list[str]], root: Path) -> None:
    assert programs_run(command, scene(root)) == run
    assert decision_on(command, scene(root)).action != "allow"


@pytest.mark.parametrize("command", ['echo "a b', "ls 'a", 'grep "x'])
def test_a_missing_quote_behind_what_only_shows_something_is_no_matter(
    command: str, root: Path
) -> None:
    assert decision_on(command, scene(root)).action == "allow"


@pytest.mark.parametrize(
    "command", ['rm "a b', 'echo x > "a', 'x=1 echo "a', 'echo "$(ls)', 'ls; echo "a', 'echo "`x']
)
def test_otherwise_it_is_not_certain(command: str) -> None:
    with pytest.raises(UnreadableCommand) as raised:
        parse(command)
    steps: list[int] = []
    _, certain = mended(command, str(raised.value), time.monotonic() + 5, steps.append)
    assert not certain


def test_the_trials_are_counted_and_bounded() -> None:
    steps: list[int] = []
    tree, certain = mended("( " * 500 + "; (" * 500, "?", time.monotonic() + 5, steps.append)
    assert tree.items == []
    assert not certain
    assert 0 < len(steps) < 40
