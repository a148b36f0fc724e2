"""Loops: `for`, `while`, `until`, `select`, and those that never end.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.shell import expand, simple
from ambidex.guard.shell.nodes import (
    ArithmeticFor,
    For,
    Function,
    Literal,
    Node,
    Script,
    Simple,
    While,
)
from ambidex.guard.shell.state import State, choice, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell

# Words of a `for` that are looked at one by one, and turns of a loop whose end is known.
MAX_TURNS = 64
# Turns of a loop whose end is not known.
DOUBTFUL_TURNS = 2


def _while(shell: Shell, node: While, state: State) -> list[State]:
    def act(state: State) -> list[State]:
        done: list[State] = []
        going = [state]
        doubt = 0
        for turn in range(MAX_TURNS):
            before = [one.fork() for one in going]
            entered: list[State] = []
            for one in going:
                for end in shell.script(node.condition, one):
                    status = end.status
                    if node.until and status is not None:
                        status = not status
                    if end.flow is not None or status is False:
                        done.append(end)
                    else:
                        if status is None:
                            done.append(end.fork())
                            doubt += 1
                        entered.append(end)
            if turn == 0 and entered and not doubt and not done:
                _look_for_unbounded(shell, node)
            if not entered:
                break
            shell.doubtful += bool(doubt)
            ends = [end for one in entered for end in shell.script(node.body, one)]
            shell.doubtful -= bool(doubt)
            going = _turned(merged(ends, shell.sources), done)
            if doubt >= DOUBTFUL_TURNS or not going or _alike(before, going):
                done += going
                break
        else:
            done += going
        for one in done:
            one.status = None if one.status is None else True
        return merged(_left(done), shell.sources)

    return simple.redirected(shell, node, state, act)


def _alike(before: list[State], after: list[State]) -> bool:
    return len(before) == len(after) and all(a.same(b) for a, b in zip(before, after))


def _turned(states: list[State], done: list[State]) -> list[State]:
    """The states in which a loop goes on; those that left it are added to `done`."""
    going = []
    for one in states:
        if one.flow is None:
            going.append(one)
        elif one.flow[0] == "continue" and one.flow[1] <= 1:
            one.flow = None
            going.append(one)
        else:
            done.append(one)
    return going


def _left(states: list[State]) -> list[State]:
    """The states after a loop: a `break` of it is over."""
    for one in states:
        if one.flow is not None and one.flow[0] in ("break", "continue"):
            one.flow = (one.flow[0], one.flow[1] - 1) if one.flow[1] > 1 else None
    return states


def _look_for_unbounded(shell: Shell, node: Node) -> None:
    """A loop without an end that starts one process after the other."""
    jobs = _outline(node.body)
    if "&" not in jobs or "break" in jobs:
        return
    last = len(jobs) - 1 - jobs[::-1].index("&")
    if "wait" in jobs[last:]:
        return
    shell.emit(effects.HOST, action="fork-bomb", flags={"unbounded"}, words=("while", "true"))


def _outline(node: Any, depth: int = 0) -> list[str]:
    """`&` for background jobs, `wait`, `break` for what ends a loop, in their order."""
    found: list[str] = []
    if depth > 30:
        return found
    if isinstance(node, Script):
        for command, ending in node.items:
            found += _outline(command, depth + 1)
            if ending == "&":
                found.append("&")
    elif isinstance(node, Simple):
        first = node.words[0].parts if node.words else []
        name = first[0].text if len(first) == 1 and isinstance(first[0], Literal) else ""
        if name in ("break", "return", "exit", "exec"):
            found.append("break")
        elif name in ("wait", "fg", "sem"):
            found.append("wait")
    elif isinstance(node, (list, tuple)):
        for one in node:
            found += _outline(one, depth + 1)
    elif isinstance(node, Node) and not isinstance(node, Function):
        for slot in node.__slots__:
            found += _outline(getattr(node, slot), depth + 1)
    return found


def _for(shell: Shell, node: For, state: State) -> list[State]:
    def act(state: State) -> list[State]:
        if node.words is None:
            words = list(state.positional)
        else:
            words = expand.fields(shell, state, node.words)
        if len(words) > MAX_TURNS:
            words = [*words[:MAX_TURNS], choice(words[MAX_TURNS:], f"${node.name}", shell.sources)]
        shell.settled()
        done: list[State] = []
        going = [state]
        for word in words:
            ends: list[State] = []
            for one in going:
                one.assign(node.name, word)
                ends += shell.script(node.body, one)
            going = _turned(merged(ends, shell.sources), done)
            if not going:
                break
        return merged(_left(done + going), shell.sources)

    def each(state: State) -> list[State]:
        return shell.alternatives(state, act)

    return simple.redirected(shell, node, state, each)


def _arithmetic_for(shell: Shell, node: ArithmeticFor, state: State) -> list[State]:
    texts = "".join(getattr(part, "text", "") for part in node.parts).split(";")
    if not all(isinstance(part, Literal) for part in node.parts) or len(texts) != 3:
        texts = ["", "x_unknown_x", ""]

    def act(state: State) -> list[State]:
        expand.number_of(shell, state, texts[0])
        done: list[State] = []
        going = [state]
        unknown = 0
        if not texts[1].strip():
            _look_for_unbounded(shell, node)
        for _ in range(MAX_TURNS):
            ends: list[State] = []
            for one in going:
                value = 1 if not texts[1].strip() else expand.number_of(shell, one, texts[1])
                if value == 0:
                    done.append(one)
                    continue
                unknown += value is None
                ends += shell.script(node.body, one)
            going = _turned(merged(ends, shell.sources), done)
            for one in going:
                expand.number_of(shell, one, texts[2])
            if not going or unknown >= DOUBTFUL_TURNS:
                break
        return merged(_left(done + going), shell.sources)

    return simple.redirected(shell, node, state, act)


LOOPS: dict[type, Callable[[Shell, Any, State], list[State]]] = {
    While: _while,
    For: _for,
    ArithmeticFor: _arithmetic_for,
}
