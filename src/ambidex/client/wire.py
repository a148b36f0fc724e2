"""The Messages API's answers as bytes: one JSON object, or a stream of server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ambidex.client.turns import ApiError, Text, ToolCall


def error(answer: ApiError) -> bytes:
    """The body of an API error."""
    return _json({"type": "error", "error": {"type": answer.type, "message": answer.message}})


def message(
    blocks: Sequence[Text | ToolCall], model: str, message_id: str, tool_ids: Sequence[str]
) -> dict[str, Any]:
    """A whole assistant message.

    Args:
        blocks: what the model says and calls.
        model: the model's name, as the request gave it.
        message_id: the message's id.
        tool_ids: one id for every `ToolCall` in `blocks`, in order.
    """
    ids = iter(tool_ids)
    content = [_content(block, ids) for block in blocks]
    calls = any(isinstance(block, ToolCall) for block in blocks)
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 100,
            "output_tokens": 10,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        },
    }


def _content(block: Text | ToolCall, ids: Iterator[str]) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"type": "text", "text": block.text}
    return {"type": "tool_use", "id": next(ids), "name": block.name, "input": dict(block.input)}


def whole(body: dict[str, Any]) -> bytes:
    """The message as the answer to a request without `stream`."""
    return _json(body)


def stream(body: dict[str, Any]) -> bytes:
    """The message as server-sent events, from `message_start` to `message_stop`."""
    return b"".join(
        b"event: %s\ndata: %s\n\n" % (event["type"].encode(), _json(event))
        for event in _events(body)
    )


def _events(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {
        "type": "message_start",
        "message": {**body, "content": [], "stop_reason": None},
    }
    for index, block in enumerate(body["content"]):
        empty: dict[str, Any]
        if block["type"] == "text":
            empty = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            empty = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": body["stop_reason"], "stop_sequence": None},
        "usage": {"output_tokens": body["usage"]["output_tokens"]},
    }
    yield {"type": "message_stop"}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
