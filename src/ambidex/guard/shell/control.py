"""Compound commands: lists, pipelines, groups, branches, functions.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.shell import conditions, expand, patterns, redirect, simple
from ambidex.guard.shell.loops import LOOPS
from ambidex.guard.shell.nodes import (
    AndOr,
    ArithmeticCommand,
    Case,
    Coprocess,
    Function,
    Group,
    If,
    Pipeline,
    Script,
    Simple,
    Subshell,
    Test,
)
from ambidex.guard.shell.state import State, failed, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.shell.evaluate import Shell


def _and_or(shell: Shell, node: AndOr, state: State) -> list[State]:
    states = shell.walk(node.first, state)
    for operator, command in node.rest:
        wanted = operator == "&&"
        following: list[State] = []
        for one in states:
            if one.flow is not None or one.status is (not wanted):
                following.append(one)
                continue
            if one.status is None:
                skipped = failed(one) if wanted else one.fork()
                skipped.status = not wanted
                following.append(skipped)
                shell.doubtful += 1
                following += shell.walk(command, one if wanted else failed(one))
                shell.doubtful -= 1
            else:
                following += shell.walk(command, one)
        states = merged(following, shell.sources)
    return states


def _pipeline(shell: Shell, node: Pipeline, state: State) -> list[State]:
    commands = node.commands
    if len(commands) == 1:
        states = shell.walk(commands[0], state)
        if node.negated:
            for one in states:
                one.status = None if one.status is None else not one.status
        return states
    shell.apart += 1
    try:
        stages = [state.subshell(redirect.stdin_of(shell, state))]
        for command in commands[:-1]:
            ends: list[State] = []
            for stage in stages:
                ends += shell.enclosed(Script([(command, ";")]), stage, stage.stdin)
            stages = []
            for end in merged(ends, shell.sources):
                following = state.after(end).subshell(end.output)
                stages.append(following)
        last = commands[-1]
        results: list[State] = []
        for stage in stages:
            if "lastpipe" in state.options:
                one = state.after(stage)
                one.stdin = stage.stdin
                for end in shell.walk(last, one):
                    end.stdin = state.stdin
                    results.append(end)
                continue
            for end in shell.enclosed(Script([(last, ";")]), stage, stage.stdin):
                after = state.after(end)
                redirect.put(shell, after, end.output, [])
                results.append(after)
    finally:
        shell.apart -= 1
    if node.negated:
        for one in results:
            one.status = None if one.status is None else not one.status
    return merged(results, shell.sources)


def _group(shell: Shell, node: Group, state: State) -> list[State]:
    return simple.redirected(shell, node, state, lambda one: shell.script(node.body, one))


def _subshell(shell: Shell, node: Subshell, state: State) -> list[State]:
    def act(one: State) -> list[State]:
        found = []
        for end in shell.enclosed(node.body, one, one.stdin):
            after = one.after(end)
            redirect.put(shell, after, end.output, [])
            found.append(after)
        return found

    return simple.redirected(shell, node, state, act)


def _if(shell: Shell, node: If, state: State) -> list[State]:
    def act(state: State) -> list[State]:
        results: list[State] = []
        going = [state]
        doubtful = shell.doubtful
        for condition, body in node.branches:
            following: list[State] = []
            for one in going:
                for end in shell.script(condition, one):
                    if end.flow is not None:
                        results.append(end)
                        continue
                    if end.status is not True:
                        following.append(failed(end) if end.status is None else end)
                    if end.status is not False:
                        shell.doubtful += end.status is None
                        results += shell.script(body, end.fork() if end.status is None else end)
            going = merged(following, shell.sources)
            shell.doubtful += bool(going)
        for one in going:
            if node.otherwise is not None:
                results += shell.script(node.otherwise, one)
            else:
                one.status = True
                results.append(one)
        shell.doubtful = doubtful
        return merged(results, shell.sources)

    return simple.redirected(shell, node, state, act)


def _case(shell: Shell, node: Case, state: State) -> list[State]:
    def act(state: State) -> list[State]:
        text = expand.text(shell, state, node.word)
        shell.settled()
        results: list[State] = []
        falling: list[State] = []
        open_ended = True  # nothing has matched for certain yet
        doubtful = shell.doubtful
        for choices, body, ending in node.items:
            verdicts = [
                patterns.matches(expand.pattern(shell, state, one), text) for one in choices
            ]
            matched = True if True in verdicts else None if None in verdicts else False
            entering = falling
            falling = []
            if open_ended and matched is not False:
                entering = [*entering, state.fork()]
                if matched and ending != ";;&":
                    open_ended = False
            shell.doubtful += matched is None
            ends = [end for one in entering for end in shell.script(body, one)]
            if ending == ";&":
                falling = ends
            else:
                results += ends
        shell.doubtful = doubtful
        results += falling
        if open_ended:
            state.status = True
            results.append(state)
        return merged(results, shell.sources)

    def each(state: State) -> list[State]:
        return shell.alternatives(state, act)

    return simple.redirected(shell, node, state, each)


def _function(_shell: Shell, node: Function, state: State) -> list[State]:
    state.functions = {**state.functions, node.name: node.body}
    state.status = True
    return [state]


def _coprocess(shell: Shell, node: Coprocess, state: State) -> list[State]:
    found = []
    for end in shell.enclosed(Script([(node.body, ";")]), state, ""):
        after = state.after(end)
        after.descriptors = {**after.descriptors, "63": ("text", end.output), "60": ("err",)}
        after.contents["/dev/fd/63"] = end.output
        after.assign(node.name or "COPROC", {0: "63", 1: "60"})
        found.append(after)
    return found


def _test(shell: Shell, node: Test, state: State) -> list[State]:
    def act(state: State) -> list[State]:
        state.status = conditions.double(shell, state, node.words)
        return [state]

    return simple.redirected(shell, node, state, act)


def _arithmetic(shell: Shell, node: ArithmeticCommand, state: State) -> list[State]:
    def act(state: State) -> list[State]:
        value = expand.calculate(shell, state, node.parts)
        state.status = None if value is None else value != 0
        return [state]

    return simple.redirected(shell, node, state, act)


WALKS: dict[type, Callable[[Shell, Any, State], list[State]]] = {
    Simple: simple.run,
    Pipeline: _pipeline,
    AndOr: _and_or,
    Script: lambda shell, node, state: shell.script(node, state),
    Group: _group,
    Subshell: _subshell,
    If: _if,
    **LOOPS,
    Case: _case,
    Function: _function,
    Coprocess: _coprocess,
    Test: _test,
    ArithmeticCommand: _arithmetic,
}
