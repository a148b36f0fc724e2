"""Reads the event, lets its handler answer, prints the reply, writes the record.

Whatever goes wrong has a defined answer: before a tool call the policy's `on_error` (ask, which
a headless run treats as deny), anywhere else a line to the user and never a block. A process that
dies without printing the sentinel is answered for by `hooks/launch`.

Hot path: `os` and `sys`; the rest is imported by the event that needs it.
"""

from __future__ import annotations

import os
import sys

from ambidex import fastjson
from ambidex.hook.context import Context
from ambidex.protocol import replies
from ambidex.protocol.events import Event, PayloadError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ambidex.protocol.replies import Reply

SENTINEL = "ambidex:answered"

# Larger payloads are not read: a Write of this size is no source file. Bytes.
MAX_PAYLOAD = 64 * 1024 * 1024

# Seconds until the process is ended, below the timeout that hooks.json gives the client: a hook
# that the client has to cancel lets the tool run.
DEADLINES = {
    "PreToolUse": 6,
    "PostToolUse": 50,
    "PostToolUseFailure": 50,
    "SessionStart": 25,
    "Setup": 25,
    "UserPromptSubmit": 15,
    "Stop": 580,
    "SubagentStop": 580,
    "SessionEnd": 4,
}
DEFAULT_DEADLINE = 8

# Event → the module in this package whose `handle(context)` returns the reply.
HANDLERS = {
    "SessionStart": "session_start",
    "Setup": "session_start",
    "UserPromptSubmit": "user_prompt",
    "UserPromptExpansion": "prompt_expansion",
    "PreToolUse": "before_tool",
    "PostToolUse": "after_tool",
    "PostToolUseFailure": "after_tool",
    "PostToolBatch": "after_batch",
    "Stop": "stop",
    "SubagentStop": "stop",
    "InstructionsLoaded": "instructions_loaded",
    "ConfigChange": "configuration",
    "FileChanged": "configuration",
    "SessionEnd": "session_end",
}


def answer(name: str) -> None:
    """Answer the event `name` from standard input on standard output, and end the process."""
    _arm(DEADLINES.get(name, DEFAULT_DEADLINE))
    try:
        reply = respond(name, _read(), os.environ)
    except Exception as problem:
        reply = failed(name, problem, os.environ)
    text = "" if reply is None else fastjson.dumps(reply) + "\n"
    sys.stdout.write(text + SENTINEL)
    sys.stdout.flush()
    # Nothing is left to clean up, and tearing the interpreter down costs a millisecond.
    os._exit(0)


def _arm(seconds: int) -> None:
    """End the process by a signal after `seconds`, whatever it is doing then."""
    # `signal` imports enum, which costs more than the hook's own work; this is what it wraps.
    import _signal  # type: ignore[import-not-found]

    _signal.signal(_signal.SIGALRM, _signal.SIG_DFL)
    _signal.alarm(seconds)


def _read() -> bytes:
    data = sys.stdin.buffer.read(MAX_PAYLOAD + 1)
    if len(data) > MAX_PAYLOAD:
        raise PayloadError("", f"over {MAX_PAYLOAD} bytes long", "a smaller one")
    return data


def respond(name: str, data: bytes, environ: Mapping[str, str]) -> Reply | None:
    """The reply to one event.

    Args:
        name: the event that the hook is registered for.
        data: what came on standard input.
        environ: the process environment.

    Raises:
        PayloadError: the payload cannot be understood.
        Exception: anything that a handler did not foresee; `failed` answers for it.
    """
    try:
        payload = fastjson.loads(data)
    except ValueError as problem:
        raise PayloadError("", f"not JSON ({problem})", "one JSON object") from None
    event = parse(payload, name)
    context = Context(event, environ)
    module = HANDLERS.get(name)
    paused = name != "SessionStart" and context.paused_until
    if paused:
        context.record["paused_until"] = paused
    reply = None
    if module is None:
        # Nothing to decide: the event's own fields are the record.
        context.record["fields"] = {field: getattr(event, field) for field in event.FIELDS}
    elif paused:
        _keep(context, ("tool_name", "tool"), ("tool_input", "input"))
    else:
        reply = _handler(module)(context)
    _write_record(context)
    if context.remarks:
        reply = replies.with_note(reply, "Ambidex: " + " ".join(context.remarks))
    return reply


def _keep(context: Context, *names: tuple[str, str]) -> None:
    """Record fields of the event, under the names that the ledger has for them."""
    for field, member in names:
        if field in context.event.FIELDS:
            context.record[member] = getattr(context.event, field)


def _handler(module: str) -> Callable[[Context], Reply | None]:
    if module != "before_tool":
        # Switched off for a quick start; the others may run for minutes.
        import gc

        gc.enable()
    found = __import__(f"ambidex.hook.{module}", fromlist=["handle"])
    handle: Callable[[Context], Reply | None] = found.handle
    return handle


def _write_record(context: Context) -> None:
    """Append the event to the ledger; a ledger that cannot be written stops nothing."""
    from ambidex.ledger.append import append

    record = context.record
    event: Event = context.event
    tool_use = getattr(event, "tool_use_id", "")
    record["trace"] = ":".join(
        part for part in (event.session_id, event.prompt_id, tool_use) if part
    )
    try:
        append(context.state, record)
    except OSError as problem:
        _complain(f"the audit log was not written: {problem}")


def failed(name: str, problem: BaseException, environ: Mapping[str, str]) -> Reply | None:
    """The answer when the event could not be judged."""
    what = (
        str(problem)
        if isinstance(problem, PayloadError)
        else f"{type(problem).__name__}: {problem}"
    )
    _log_failure(name, problem, environ)
    if name != "PreToolUse":
        return replies.note(
            f"Ambidex: the {name} hook failed ({what[:300]}); nothing was checked here. "
            "See: ambidex doctor"
        )
    return replies.permission(
        _on_error(environ),
        f"ambidex.guard.failed: this call could not be judged ({what[:300]}). "
        "Make the call simpler, or ask the user; another route to the same effect is refused too.",
    )


def _on_error(environ: Mapping[str, str]) -> str:
    try:
        from ambidex import locate
        from ambidex.policy import snapshot

        root = locate.project_root(environ, locate.working_directory())
        return str(snapshot.read(environ, root)["guard"]["on_error"])
    except Exception:
        return "deny"


def _log_failure(name: str, problem: BaseException, environ: Mapping[str, str]) -> None:
    """Keep the traceback for `ambidex doctor`; the failure itself goes into the ledger."""
    try:
        from ambidex import __version__, locate
        from ambidex.ledger.append import append

        root = locate.project_root(environ, locate.working_directory())
        record: dict[str, Any] = {
            "event": name,
            "failure": f"{type(problem).__name__}: {problem}"[:2000],
            "where": _frames(problem),
            "version": __version__,
        }
        append(locate.repository_state(environ, root), record)
    except Exception as second:
        _complain(f"{problem!r}; and the record failed: {second!r}")


def _complain(text: str) -> None:
    """Say it where the client keeps it for debugging; without a standard error there is nowhere."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"ambidex: {text}\n")
    except OSError:
        return


def _frames(problem: BaseException) -> list[str]:
    """File and line of each frame, innermost last; `traceback` would cost 10 ms to import."""
    frames: list[str] = []
    trace = problem.__traceback__
    while trace is not None and len(frames) < 50:
        code = trace.tb_frame.f_code
        frames.append(f"{os.path.basename(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames
