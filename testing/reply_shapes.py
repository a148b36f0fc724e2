"""What a hook may answer: the shapes that the client was observed to accept, by event."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SHAPES = Path(__file__).with_suffix(".json")


def check(event: str, reply: dict[str, Any] | None) -> None:
    """Assert that the client would take `reply` to `event` as it is meant.

    An event without a shape of its own may say something to the user only.

    Raises:
        AssertionError: it would ignore the reply, or a part of it.
    """
    if reply is None:
        return
    shapes = _shapes()
    problems = [
        f"{error.json_path}: {error.message}"
        for error in _validator(event if event in shapes["$defs"] else "quiet").iter_errors(reply)
    ]
    specific = reply.get("hookSpecificOutput")
    if isinstance(specific, dict) and specific.get("hookEventName") != event:
        problems.append(f"$.hookSpecificOutput names another event than {event}")
    assert not problems, f"{event} was answered with {reply}: {'; '.join(problems)}"


@cache
def _shapes() -> dict[str, Any]:
    shapes: dict[str, Any] = json.loads(SHAPES.read_text())
    return shapes


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    schema = {**_shapes(), "$ref": f"#/$defs/{name}"}
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
