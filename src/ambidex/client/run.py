"""What came of one run of the client: lines, hooks, tools, and what the model was told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ambidex.client.requests import MAIN, Request, texts


@dataclass(frozen=True)
class HookRun:
    """One hook that ran, as the client reports it in its stream or in its debug log.

    Only the log names the command; only the stream has what the hook printed.

    Attributes:
        event: for example `PreToolUse`.
        name: event and matched value, for example `PreToolUse:Bash`.
        exit_code: None when the client did not say (cancelled, or not a command).
        stdout: what the hook printed.
        stderr: what it printed to standard error.
        outcome: the client's word: `success`, `error`, `cancelled`; `""` from the log.
        command: the hook's command line, `""` from the stream.
    """

    event: str
    name: str
    exit_code: int | None
    stdout: str
    stderr: str
    outcome: str
    command: str = ""


# How the log tells of hooks that the stream keeps silent about, in all versions tried.
_LOGGED = re.compile(
    r"^\S+ \[DEBUG\] (?P<name>(?P<event>[A-Z]\w+)(?::\S*)?) \[(?P<command>.*?)\]"
    r" completed with status (?P<code>\d+)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class ToolUse:
    """One tool call of the model and what came back to it.

    Attributes:
        id: the call's id.
        name: the tool.
        input: as the model gave it; a hook may have changed what was run.
        result: the text that the model got, None when nothing came back (the turn was stopped).
        is_error: whether the result was marked as an error (denied calls are).
        agent: the subagent that called, `""` for the main conversation.
    """

    id: str
    name: str
    input: Mapping[str, Any]
    result: str | None
    is_error: bool
    agent: str


@dataclass(frozen=True)
class Run:
    """One finished run.

    Attributes:
        returncode: the client's exit code.
        stdout: all that it printed.
        stderr: all that it printed to standard error.
        requests: what the model was asked.
        isolated: whether the client had a network with nothing on it but the model.
        debug: the client's debug log.
        seconds: wall-clock time.
        script_errors: what went wrong in callable turns; empty when all is well.
        lines: the JSON objects it printed (one for output `json`, none for `text`).
    """

    returncode: int
    stdout: str
    stderr: str
    requests: Sequence[Request]
    isolated: bool
    debug: str
    seconds: float
    script_errors: Sequence[str] = ()
    lines: Sequence[dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lines", list(json_lines(self.stdout)))

    @property
    def results(self) -> list[dict[str, Any]]:
        """The result objects, one per prompt (more when something woke the session)."""
        return [line for line in self.lines if line.get("type") == "result"]

    @property
    def result(self) -> dict[str, Any]:
        """The last result object.

        Raises:
            LookupError: the client printed none; the message shows what it printed instead.
        """
        if not self.results:
            shown = (self.stdout + self.stderr)[-2000:]
            raise LookupError(f"no result (exit code {self.returncode}): {shown}")
        return self.results[-1]

    @property
    def session(self) -> str:
        """The session's id, for `resume`."""
        return str(self.result["session_id"])

    @property
    def hooks(self) -> list[HookRun]:
        """The hooks that ran: those of the stream in order, then those of the debug log.

        Only output `stream-json` has a stream. The log has Pre- and PostCompact, StopFailure,
        InstructionsLoaded, ConfigChange, CwdChanged, FileChanged and SessionEnd. A SessionEnd hook
        that the client cut off is in neither.
        """
        streamed = [hook_run(line) for line in self.lines if line.get("subtype") == "hook_response"]
        return streamed + logged_hooks(self.debug)

    @property
    def tools(self) -> list[ToolUse]:
        """The tool calls of all conversations, in order, with their results."""
        return tool_uses(self.requests, self.lines)

    @property
    def told(self) -> str:
        """What the model was told in the main conversation, request after request."""
        return "\n".join(r.told for r in self.requests if r.kind == MAIN)


def json_lines(output: str) -> Iterator[dict[str, Any]]:
    """The JSON objects among the lines of `output`."""
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                yield json.loads(line)
            except ValueError:
                continue


def hook_run(line: Mapping[str, Any]) -> HookRun:
    """The hook run that a `hook_response` line reports."""
    return HookRun(
        event=str(line.get("hook_event", "")),
        name=str(line.get("hook_name", "")),
        exit_code=line.get("exit_code"),
        stdout=str(line.get("stdout", "")),
        stderr=str(line.get("stderr", "")),
        outcome=str(line.get("outcome", "")),
    )


def logged_hooks(debug: str) -> list[HookRun]:
    """The hook runs that a debug log tells of and a stream does not."""
    return [
        HookRun(
            event=found["event"],
            name=found["name"],
            exit_code=int(found["code"]),
            stdout="",
            stderr="",
            outcome="",
            command=found["command"],
        )
        for found in _LOGGED.finditer(debug)
    ]


def tool_uses(requests: Sequence[Request], lines: Iterable[Mapping[str, Any]]) -> list[ToolUse]:
    """Pair the model's tool calls with their results.

    Args:
        requests: what the model was asked and answered.
        lines: the client's stream, for results that no later request carries.
    """
    results: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        content = (line.get("message") or {}).get("content") if line.get("type") == "user" else None
        for block in content if isinstance(content, list) else ():
            if block.get("type") == "tool_result":
                results[block["tool_use_id"]] = block
    for request in requests:
        for block in request.blocks("tool_result"):
            results[block["tool_use_id"]] = block
    found = []
    for request in requests:
        for block in request.answer.get("content", ()):
            if block["type"] != "tool_use":
                continue
            result = results.get(block["id"])
            found.append(
                ToolUse(
                    id=block["id"],
                    name=block["name"],
                    input=block["input"],
                    result=None if result is None else texts(result.get("content")),
                    is_error=bool(result and result.get("is_error")),
                    agent=request.agent,
                )
            )
    return found
