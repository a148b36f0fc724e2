"""The shell's syntax: any text is read or refused, and what was read can be written."""

from __future__ import annotations

import random
import time
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ambidex.guard.shell.parse import UnreadableCommand, parse
from ambidex.guard.shell.write import write
from testing.examples import examples
from testing.shell_soup import SEEDS, TOKENS, anything, corpus
from testing.shell_trees import scripts

KNOWN = SEEDS + corpus()
SECONDS = 1.0


def read(text: str) -> Any:
    """The tree, None if the text is refused; anything else is a failure."""
    start = time.monotonic()
    try:
        return parse(text)
    except UnreadableCommand as problem:
        assert str(problem)
        return None
    finally:
        assert time.monotonic() - start < SECONDS


def stable(text: str) -> None:
    tree = read(text)
    if tree is not None:
        written = write(tree)
        assert parse(written) == tree, written
        assert write(parse(written)) == written


@given(scripts(2))
@examples(40, suppress_health_check=list(HealthCheck))
def test_a_tree_is_written_and_read_as_the_same_tree(tree: Any) -> None:
    assert parse(write(tree)) == tree


@given(st.randoms(use_true_random=False))
@examples(200)
def test_a_damaged_command_is_read_or_refused(chance: random.Random) -> None:
    stable(anything(chance, KNOWN))


@given(st.text(st.sampled_from("ab '\"`$(){}[]<>|&;\\\n#!=*@~:-/?%^,+1"), max_size=60))
@examples(200)
def test_any_text_is_read_or_refused(text: str) -> None:
    stable(text)


@given(st.text(max_size=80))
def test_any_characters_are_read_or_refused(text: str) -> None:
    stable(text)


@given(st.lists(st.sampled_from([*TOKENS, " ", "a"]), max_size=40).map("".join))
@examples(200)
def test_any_tokens_are_read_or_refused(text: str) -> None:
    stable(text)


@given(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=4), st.integers(1, 20_000))
@examples(40)
def test_repetition_is_no_way_to_stop_the_reader(tokens: list[str], times: int) -> None:
    read(" ".join(tokens) * times)
    read("".join(tokens) * times)
