"""What a scripted model says: turns, and the scripts made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ambidex.client.requests import Request


@dataclass(frozen=True)
class Text:
    """The model says `text`; alone in a turn it ends the turn."""

    text: str


@dataclass(frozen=True)
class ToolCall:
    """The model calls the tool `name` with `input`."""

    name: str
    input: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiError:
    """The API refuses the request.

    Attributes:
        status: HTTP status, for example 529 (the client tries again) or 400 (it gives up).
        type: the error's type, for example `overloaded_error`.
        message: the error's message.
    """

    status: int
    type: str
    message: str


Block: TypeAlias = "Text | ToolCall"
Answer: TypeAlias = "Text | ToolCall | ApiError | Sequence[Text | ToolCall]"
Turn: TypeAlias = "Answer | Callable[[Request], Answer]"


@dataclass(frozen=True)
class Script:
    """Everything that the model will say during one run.

    Attributes:
        turns: the answers to the main conversation, in order. An API error is a turn of its own:
            the client's next try gets the next turn.
        then: the answer to the main conversation when `turns` are used up.
        subagents: answers to subagents. The key is text that occurs in the subagent's prompt (the
            `prompt` of its `Agent` call) or in its system text; the first key that fits is used.
        judgements: answers to hooks of type `prompt` and `agent`, in order; when they are used up,
            the condition is met.
        summary: the answer to a request for a summary of the conversation (`/compact`).
    """

    turns: Sequence[Turn] = ()
    then: Turn = Text("done")
    subagents: Mapping[str, Sequence[Turn]] = field(default_factory=dict)
    judgements: Sequence[Turn] = ()
    summary: str = "A summary of the conversation."


def as_script(script: Script | Sequence[Turn]) -> Script:
    """A script, also from a bare list of the main conversation's turns."""
    return script if isinstance(script, Script) else Script(turns=tuple(script))
