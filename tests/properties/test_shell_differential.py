"""Other readers of shell text agree: the real bash about syntax, tree-sitter about commands."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import tree_sitter
import tree_sitter_bash
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ambidex.guard.shell import nodes
from ambidex.guard.shell.nodes import Literal, Node
from ambidex.guard.shell.parse import UnreadableCommand, parse
from ambidex.guard.shell.write import write
from testing.bash_syntax import refusals
from testing.examples import FACTOR, examples
from testing.shell_soup import SEEDS, anything, corpus
from testing.shell_trees import scripts

KNOWN = SEEDS + corpus()
TREE_SITTER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def refusal(command: str) -> str:
    try:
        parse(command)
    except UnreadableCommand as problem:
        return str(problem)
    return ""


def only_we_refuse(command: str, why: str) -> bool:
    """What `bash -n` lets pass: it would fail when run, or is nothing that anybody writes."""
    return (
        # Looked at when they are expanded, not when they are read.
        "bad substitution" in why
        or "`" in command
        or "<<" in command
        or ("${" in command and ("[" in command or "never closed" in why))
        # `bash -n` finds the end of `((` by counting brackets, whatever stands between them.
        or "((" in command
        or "=~" in command
        # Names that bash would refuse when the command runs.
        or "the name before" in why
        or "coproc" in command
        # Something directly after the bracket of an array: `x=(a)b`.
        or "=(" in command
    )


def read_differently(command: str) -> bool:
    """What we read as other shells and newer ones do: negated subshells, `${ commands; }`."""
    return any(text in command for text in ("!(", "${ ", "${\n", "${\t", "${|"))


def disagreements(commands: list[str]) -> list[str]:
    found = []
    for command, theirs in zip(commands, refusals(commands), strict=True):
        if read_differently(command):
            continue
        ours = refusal(command)
        if ours and not theirs and not only_we_refuse(command, ours):
            found.append(f"only we refuse {command!r}: {ours}")
        if theirs and not ours:
            found.append(f"only bash refuses {command!r}: {theirs.splitlines()[0]}")
    return found


def test_bash_reads_what_we_read_of_known_commands() -> None:
    assert disagreements(KNOWN) == []


@pytest.mark.parametrize("seed", range(FACTOR))
def test_bash_and_we_refuse_the_same_damaged_commands(seed: int) -> None:
    chance = random.Random(seed)
    commands = [anything(chance, KNOWN) for _ in range(400)]
    assert disagreements(commands) == []


@given(st.lists(scripts(1), min_size=5, max_size=5))
@examples(3, suppress_health_check=list(HealthCheck))
def test_bash_reads_what_we_write(trees: list[Any]) -> None:
    written = [write(tree) for tree in trees]
    assert [(one, answer) for one, answer in zip(written, refusals(written)) if answer] == []


def below(node: Any) -> Iterator[Node]:
    """All nodes of a tree."""
    if isinstance(node, Node):
        yield node
        for name in node.__slots__:
            yield from below(getattr(node, name))
    elif isinstance(node, (list, tuple)):
        for one in node:
            yield from below(one)


def our_commands(tree: Node) -> Counter[str]:
    """The literal names of the simple commands."""
    names: Counter[str] = Counter()
    for node in below(tree):
        if isinstance(node, nodes.Simple) and node.words:
            parts = node.words[0].parts
            if len(parts) == 1 and isinstance(parts[0], Literal) and not parts[0].quoted:
                names[parts[0].text] += 1
    return names


# tree-sitter has nodes of their own for these; `[` and `test` are no commands to it.
OWN_NODES = {"declare", "typeset", "export", "readonly", "local", "unset", "unsetenv", "["}


# tree-sitter-bash 0.25 crashes on some here-documents, takes the words for names of commands, and
# does not look for backticks inside backticks.
MISREAD = ("<<", "coproc", "time", "\\`", "``")


def their_commands(text: str) -> Counter[str] | None:
    """The same as tree-sitter sees them; None if it cannot read the text."""
    names: Counter[str] = Counter()
    if any(part in text for part in MISREAD):
        return None
    root = TREE_SITTER.parse(text.encode()).root_node
    if root.has_error:
        return None
    left = [root]
    while left:
        node = left.pop()
        left += node.children
        if node.type == "command_name":
            names[(node.text or b"").decode()] += 1
    return names


def plain(names: Counter[str]) -> dict[str, int]:
    """Names that both write in the same way."""
    return {
        name: count
        for name, count in names.items()
        if name not in OWN_NODES and all(c.isalnum() or c in "./-_:" for c in name)
    }


# What tree-sitter reads as bash does.
COMPARED = [
    command for command in KNOWN if their_commands(command) is not None and not refusal(command)
]


def test_tree_sitter_reads_enough_to_compare() -> None:
    assert len(COMPARED) > 0.8 * len(KNOWN)


@pytest.mark.parametrize("command", COMPARED)
def test_tree_sitter_sees_the_same_commands(command: str) -> None:
    theirs = their_commands(command)
    assert theirs is not None
    assert plain(our_commands(parse(command))) == plain(theirs)


@given(scripts(1))
@examples(30, suppress_health_check=list(HealthCheck))
def test_tree_sitter_sees_the_commands_that_we_write(tree: Any) -> None:
    text = write(tree)
    theirs = their_commands(text)
    if theirs is not None:
        assert plain(our_commands(tree)) == plain(theirs), text
