"""A request that the client sent to the model: who asked, and what the model was told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAIN = "main"
SUBAGENT = "subagent"
JUDGEMENT = "judgement"
SUMMARY = "summary"
SIDE = "side"
KINDS = (MAIN, SUBAGENT, JUDGEMENT, SUMMARY, SIDE)

# The tool through which hooks of type `agent` answer; every other request with tools is a
# conversation.
_VERDICT_TOOL = "StructuredOutput"
_SUMMARY_WORDS = ("summary of the conversation", "summary of the recent portion")


@dataclass
class Request:
    """One request for a message, as the client sent it.

    Attributes:
        body: the whole JSON body.
        headers: HTTP headers, names in lower case.
        kind: one of `KINDS`. `main` is the conversation with the user, `judgement` a hook of type
            `prompt` or `agent`, `summary` a compaction, `side` everything else (titles, probes).
        agent: the subagent's id, `""` elsewhere.
        answer: the message or error that was sent back.
    """

    body: dict[str, Any]
    headers: dict[str, str]
    kind: str = field(init=False)
    agent: str = field(init=False)
    answer: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.agent = self.headers.get("x-claude-code-agent-id", "")
        self.kind = self._classify()

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation so far."""
        messages: list[dict[str, Any]] = self.body.get("messages", [])
        return messages

    @property
    def system(self) -> str:
        """The system text, its parts joined by newlines."""
        return "\n".join(_texts(self.body.get("system")))

    @property
    def tools(self) -> list[str]:
        """The names of the tools that the model may call."""
        return [tool.get("name", "") for tool in self.body.get("tools") or []]

    @property
    def told(self) -> str:
        """What is new: everything after the model's last message, text only.

        Tool results, system reminders and hook feedback included, joined by newlines. For a first
        request it is the whole opening: context, prompt, lists of agents and skills.
        """
        parts: list[str] = []
        for message in reversed(self.messages):
            if message.get("role") == "assistant":
                break
            parts[:0] = _texts(message.get("content"))
        return "\n".join(parts)

    @property
    def opening(self) -> str:
        """The text before the model's first message: for a subagent, its prompt is in it."""
        parts: list[str] = []
        for message in self.messages:
            if message.get("role") == "assistant":
                break
            parts += _texts(message.get("content"))
        return "\n".join(parts)

    def blocks(self, kind: str) -> Iterator[dict[str, Any]]:
        """The content blocks of one type in the conversation, for example `tool_result`."""
        for message in self.messages:
            content = message.get("content")
            if isinstance(content, list):
                for block in content:
                    if block.get("type") == kind:
                        yield block

    def _classify(self) -> str:
        tools = self.tools
        schema = json.dumps((self.body.get("output_config") or {}).get("format") or "")
        if _VERDICT_TOOL in tools and "hook" in self.system.lower():
            return JUDGEMENT
        if not tools and '"ok"' in schema:
            return JUDGEMENT
        if any(words in self._last_text() for words in _SUMMARY_WORDS):
            return SUMMARY
        if not tools:
            return SIDE
        if self.agent or "cc_is_subagent=true" in self.system:
            return SUBAGENT
        return MAIN

    def _last_text(self) -> str:
        for message in reversed(self.messages):
            if message.get("role") == "user":
                texts = list(_texts(message.get("content")))
                return texts[-1] if texts else ""
        return ""


def _texts(content: object) -> Iterator[str]:
    """The texts in a message's content, those inside tool results included."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for block in content:
            yield from _texts(block)
    elif isinstance(content, Mapping):
        if content.get("type") == "text":
            yield str(content.get("text", ""))
        elif content.get("type") == "tool_result":
            yield from _texts(content.get("content"))


def texts(content: object) -> str:
    """The text of a message's content, its parts joined by newlines."""
    return "\n".join(_texts(content))
