"""Follows what a command line would do, and collects the effects.

Every command is evaluated over all states that the shell may be in; what is not known is marked,
and where the way depends on it, all ways are taken.

Hot path: `os` and `time` only.
"""

from __future__ import annotations

import os
import time

from ambidex.guard import effects as kinds
from ambidex.guard.effects import Effect
from ambidex.guard.invocation import Invocation
from ambidex.guard.scene import below
from ambidex.guard.shell import calling, control, redirect
from ambidex.guard.shell.mending import mended
from ambidex.guard.shell.nodes import Node, Script
from ambidex.guard.shell.parse import UnreadableCommand, parse
from ambidex.guard.shell.state import State, choice, merged
from ambidex.guard.taint import VARIABLE, Source, is_known, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.scene import Scene

# Bounds of one evaluation. Beyond them the effects end with `UNKNOWN`, action `too-long`.
MAX_STEPS = 20_000
MAX_DEPTH = 30
MAX_SECONDS = 0.14
MAX_ALTERNATIVES = 8
# Scripts of the project are read up to this size, in bytes.
MAX_SCRIPT = 65_536


class TooLong(Exception):
    """The evaluation has come to one of its bounds; the message says to which."""


class Picks:
    """Which of the possible values were taken while a command was expanded, and which are left."""

    __slots__ = ("pending", "prefix", "taken")

    def __init__(self, prefix: tuple[int, ...], pending: list[tuple[int, ...]]) -> None:
        self.prefix = prefix
        self.pending = pending
        self.taken: tuple[int, ...] = ()


class Shell:
    """The machine that runs invocations; see `ambidex.guard.invocation.Machine`.

    Attributes:
        scene: where the command line would run.
        sources: the sources of unknown text.
        effects: what was found so far.
        state: the state in which the program at hand runs.
        via: see `Effect.via`.
        shell: the name of the shell that runs the code at hand, `""` for the command line itself.
        deadline: when the evaluation ends, in seconds of `time.process_time`.
        waiting: `>(…)` of the command at hand: the path and what reads from it.
        calls: the functions that run, innermost last, with what was started apart when they began,
            the conditions that were not known then, and their words and variables.
        apart: how many pipelines and background commands surround the command at hand.
        doubtful: how many conditions that are not known surround it.
        plain: whether the code at hand is given to `eval` or `source` in the usual form, in which
            programs print settings for the shell that asks them.
        indirect: whether a program runs the builtin at hand (`env eval …`).
        writes: whether the output of the command at hand goes to a file.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.sources = scene.sources
        self.effects: list[Effect] = []
        self.state = State(scene.cwd)
        self.via = ""
        self.shell = ""
        self.deadline = 0.0
        self.descriptor = 64
        self.waiting: list[tuple[str, Script]] = []
        self.calls: list[tuple[str, int, int, Any]] = []
        self.apart = 0
        self.doubtful = 0
        self.plain = self.indirect = self.writes = False
        self._depth = 0
        self._steps = 0
        self._picks: Picks | None = None
        self._marks: dict[str, str] = {}
        self._parsed: dict[str, Script] = {}

    @property
    def contents(self) -> dict[str, str]:
        """What was written to files so far, see `Machine`."""
        return self.state.contents

    @property
    def links(self) -> dict[str, str]:
        """Links that were made so far, see `Machine`."""
        return self.state.links

    def evaluate(self, text: str) -> list[Effect]:
        """The effects of the command line `text`; what cannot be read is an effect as well."""
        self.deadline = time.process_time() + MAX_SECONDS
        try:
            states = self.source(text, self.state)
            self.leave(states)
        except TooLong as problem:
            self.effects.append(Effect(kinds.UNKNOWN, action="too-long", data=str(problem)))
        except RecursionError:
            self.effects.append(
                Effect(kinds.UNKNOWN, action="too-long", data="it is nested too deeply")
            )
        return self.effects

    # What models of programs ask for

    def run(self, words: list[str], caller: Invocation, changes: dict[str, Any]) -> str:
        """Run one program; returns what it prints."""
        state = self._child(caller, changes)
        outer, self.indirect = self.indirect, True
        try:
            printed = self._within(
                caller, changes, lambda: calling.dispatch(self, state, words, {}, False)
            )
            return self.sources.through(caller.name, printed)
        finally:
            self.indirect = outer

    def run_script(self, text: str, caller: Invocation, changes: dict[str, Any]) -> str:
        """Run shell code; returns what it prints."""
        state = self._child(caller, changes)
        state.functions = {
            name: body
            for name, body in self.state.functions.items()
            if f"{name}()" in self.state.exported
        }
        state.exported |= {f"{name}()" for name in state.functions}
        state.aliases = {}
        arguments = changes.get("arguments")
        if arguments:
            state.zero, state.positional = arguments[0], tuple(arguments[1:])
        else:
            state.positional = ()
        outer, self.shell = self.shell, caller.name or "sh"
        form, self.indirect, self.plain = self.indirect, False, False
        try:
            return self._within(caller, changes, lambda: self.source(text, state))
        finally:
            self.shell, self.indirect = outer, form

    def file_text(self, path: str) -> str | None:
        """The content of a small text file of the project, None when there is none."""
        if not is_known(path) or below(self.scene.root, path) is None:
            return None
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read(MAX_SCRIPT + 1)
        except (OSError, ValueError):
            return None
        return text if len(text) <= MAX_SCRIPT and "\0" not in text else None

    def _child(self, caller: Invocation, changes: dict[str, Any]) -> State:
        """The state of a process that `caller` starts."""
        state = self.state.subshell(changes.get("stdin", caller.stdin))
        state.cwd = changes.get("cwd", caller.cwd)
        variables = {**caller.variables, **changes.get("variables", {})}
        state.variables = dict(variables)
        state.exported = frozenset(variables)
        state.attributes = {}
        state.scopes = ()
        return state

    def _within(self, caller: Invocation, changes: dict[str, Any], act: Any) -> str:
        """Run `act` as a process of its own, on behalf of a model; returns what it prints."""
        via, outer, picks, waiting = self.via, self.state, self._picks, self.waiting
        self.via = changes.get("via", caller.via)
        self._picks, self.waiting = None, []
        self.deeper()
        try:
            states = self.leave(act())
        finally:
            self.shallower()
            self.via, self.state, self._picks, self.waiting = via, outer, picks, waiting
        states = merged(states, self.sources)
        outer.contents, outer.links = states[0].contents, states[0].links
        outputs = [one.output for one in states]
        if all(output == outputs[0] for output in outputs):
            return outputs[0]
        return choice(outputs, f"$({caller.name} …)", self.sources)

    # What the parts of the evaluator ask for

    def source(self, text: str, state: State) -> list[State]:
        """Run shell code in `state`."""
        if not text or text.isspace():
            return [state]
        script = self._parsed.get(text)
        if script is None:
            if is_unknown(text):
                facts = {"target": self.shell or "eval", "flags": ["plain"] if self.plain else []}
                self.emit(kinds.EXECUTE, action="shell", data=text, **facts)
                flows = self.sources.of(text)
                paths, hosts = (
                    [p for s in flows for p in s.paths],
                    [h for s in flows for h in s.hosts],
                )
                state.output += self.sources.mark(Source("output", "$(…)", paths, hosts))
                state.status = None
                return [state]
            script = self._read(text)
            self._parsed[text] = script
        self.deeper()
        try:
            return self.script(script, state)
        finally:
            self.shallower()

    def _read(self, text: str) -> Script:
        """The tree of `text`; of text that is not well formed, the lines that are."""
        try:
            return parse(text, deadline=self.deadline)
        except UnreadableCommand as problem:
            if problem.too_long:
                self._unread("too-long", problem)
                return Script([])
            # As shells do that read a file.
            text = text.replace("\0", "") + "\n" * ("\0" in text)
            script, certain = mended(text, str(problem), self.deadline, self.step)
            if not certain:
                self._unread("unreadable", problem)
            return script

    def _unread(self, action: str, problem: Exception) -> None:
        self.effects.append(Effect(kinds.UNKNOWN, action=action, data=str(problem), via=self.via))

    def script(self, script: Script, state: State) -> list[State]:
        """Run the commands of `script` one after the other."""
        states = [state]
        for command, ending in script.items:
            following: list[State] = []
            for one in states:
                if one.flow is not None:
                    following.append(one)
                elif ending == "&":
                    following += self._background(command, one)
                else:
                    following += self.walk(command, one)
            states = merged(following, self.sources) if len(following) > 1 else following
        return states

    def walk(self, node: Node, state: State) -> list[State]:
        """Run one command."""
        self._steps += 1
        if self._steps > MAX_STEPS or (
            not self._steps & 15 and time.process_time() > self.deadline
        ):
            self.step()
        return control.WALKS[type(node)](self, node, state)

    def _background(self, command: Node, state: State) -> list[State]:
        self.apart += 1
        try:
            ends = self.enclosed(Script([(command, ";")]), state, "")
        finally:
            self.apart -= 1
        following = []
        for end in ends:
            after = state.after(end)
            after.status = True
            redirect.put(self, after, end.output, [])
            following.append(after)
        return following

    def enclosed(self, body: Script, state: State, stdin: str | None) -> list[State]:
        """The states in which a subshell that runs `body` ends; at least one."""
        picks, waiting = self._picks, self.waiting
        self._picks, self.waiting = None, []
        self.deeper()
        try:
            ends = self.leave(self.script(body, state.subshell(stdin)))
        finally:
            self.shallower()
            self._picks, self.waiting = picks, waiting
        return merged(ends, self.sources)

    def leave(self, states: list[State]) -> list[State]:
        """Run the traps of a shell that ends."""
        if not any(state.traps for state in states):
            return states
        ended: list[State] = []
        for state in states:
            traps, state.traps = state.traps, {}
            self.plain = False
            state.flow = None
            going = [state]
            for code in traps.values():
                going = [end for one in going for end in self.source(code, one)]
            ended += going
        return merged(ended, self.sources)

    def alternatives(self, state: State, act: Any) -> list[State]:
        """Run `act(state)` once for each combination of values that the expansions may have."""
        outer = self._picks
        pending: list[tuple[int, ...]] = [()]
        results: list[State] = []
        count = 0
        try:
            while pending and count < MAX_ALTERNATIVES:
                self._picks = Picks(pending.pop(0), pending)
                count += 1
                results += act(state.fork())
        finally:
            self._picks = outer
        return results

    def settled(self) -> None:
        """The expansions of the command at hand are done: what follows has its own choices."""
        self._picks = None

    def choose(self, options: list[str]) -> str | None:
        """One of the values that an expansion may have; None when that cannot be followed."""
        picks = self._picks
        if picks is None:
            return None
        at = len(picks.taken)
        if at < len(picks.prefix):
            number = picks.prefix[at]
        else:
            number = 0
            picks.pending += [(*picks.taken, other) for other in range(1, len(options))]
        picks.taken += (number,)
        return options[number]

    def step(self, cost: int = 1) -> None:
        """Count work done.

        Raises:
            TooLong: it was too much.
        """
        self._steps += cost
        if self._steps > MAX_STEPS:
            raise TooLong(f"it takes more than {MAX_STEPS} steps")
        if time.process_time() > self.deadline:
            raise TooLong(f"it takes longer than {MAX_SECONDS} s")

    def deeper(self) -> None:
        """Enter a script, function or subshell; `shallower` leaves it.

        Raises:
            TooLong: it is nested too deeply.
        """
        if self._depth >= MAX_DEPTH:
            raise TooLong(f"it is nested more than {MAX_DEPTH} levels deep")
        self._depth += 1

    def shallower(self) -> None:
        """Leave what `deeper` entered."""
        self._depth -= 1

    def emit(self, kind: str, **facts: Any) -> None:
        """Record an effect of the shell itself."""
        facts.setdefault("via", self.via)
        self.effects.append(Effect(kind, **facts))

    def mark(self, kind: str, shown: str) -> str:
        """A mark for text that nothing more is known about."""
        return self.sources.mark(Source(kind, shown))

    def variable_mark(self, name: str, kind: str = VARIABLE, shown: str = "") -> str:
        """The mark of a variable's unknown value, the same one every time; `""`: of the input."""
        mark = self._marks.get(name)
        if mark is None:
            mark = self._marks[name] = self.sources.mark(Source(kind, shown or f"${name}"))
        return mark

    def home(self, state: State) -> str:
        """What `~` stands for."""
        value = state.variables.get("HOME")
        return value if isinstance(value, str) else self.scene.home

    def variables_of(self, state: State, given: dict[str, str]) -> dict[str, str]:
        """The environment that a program gets, as far as the command line says."""
        if not state.exported:
            return given
        found = {}
        for name in state.exported:
            value = state.variables.get(name)
            if isinstance(value, str):
                found[name] = value
        return {**found, **given}

    def working_text(self, state: State, path: str) -> str | None:
        """What is in a file, as written by this command line or in the project."""
        written = state.contents.get(path)
        return self.file_text(os.path.normpath(path)) if written is None else written
