from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from ambidex.client.requests import JUDGEMENT, MAIN, SIDE, SUBAGENT, SUMMARY, Request
from ambidex.client.run import Run, logged_hooks, tool_uses
from ambidex.client.scripted import ScriptedModel
from ambidex.client.turns import ApiError, Script, Text, ToolCall

TOOLS = [{"name": "Bash"}, {"name": "Agent"}]


def body(*messages: object, **more: object) -> dict[str, Any]:
    said = [{"role": "user", "content": m} if isinstance(m, str) else m for m in messages]
    return {"model": "a-model", "messages": said, "tools": TOOLS, **more}


def ask(model: ScriptedModel, asked: dict[str, Any], path: str = "/v1/messages?beta=true") -> bytes:
    data = json.dumps(asked).encode()
    with urllib.request.urlopen(urllib.request.Request(model.url + path, data)) as answer:
        return bytes(answer.read())


def test_the_turns_come_in_order_and_then_done() -> None:
    with ScriptedModel([Text("one"), Text("two")]) as model:
        said = [json.loads(ask(model, body("go")))["content"][0]["text"] for _ in range(3)]
    assert said == ["one", "two", "done"]


def test_a_stream_carries_the_same_message() -> None:
    with ScriptedModel([[Text("look"), ToolCall("Bash", {"command": "ls"})]]) as model:
        raw = ask(model, body("go", stream=True)).decode()
    events = [json.loads(line[6:]) for line in raw.splitlines() if line.startswith("data: ")]
    assert [events[0]["type"], events[-1]["type"]] == ["message_start", "message_stop"]
    starts = [e["content_block"]["type"] for e in events if e["type"] == "content_block_start"]
    assert starts == ["text", "tool_use"]
    deltas = [e["delta"] for e in events if e["type"] == "content_block_delta"]
    assert deltas[0]["text"] == "look"
    assert json.loads(deltas[1]["partial_json"]) == {"command": "ls"}
    assert events[-2]["delta"]["stop_reason"] == "tool_use"


def test_an_api_error_has_its_status_and_type() -> None:
    with (
        ScriptedModel([ApiError(529, "overloaded_error", "busy")]) as model,
        pytest.raises(urllib.error.HTTPError) as raised,
    ):
        ask(model, body("go"))
    assert raised.value.code == 529
    assert json.loads(raised.value.read())["error"] == {
        "type": "overloaded_error",
        "message": "busy",
    }


def test_tokens_are_counted_and_probes_answered() -> None:
    with ScriptedModel() as model:
        assert json.loads(ask(model, body("go"), "/v1/messages/count_tokens"))["input_tokens"]
        head = urllib.request.Request(model.url + "/", method="HEAD")
        assert urllib.request.urlopen(head).status == 200
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(model, {}, "/v1/something/else")
    assert model.requests == []


@pytest.mark.parametrize(
    ("asked", "headers", "kind"),
    [
        (body("go"), {}, MAIN),
        (body("go", tools=[]), {}, SIDE),
        (body("go"), {"x-claude-code-agent-id": "a1"}, SUBAGENT),
        (body("go", system=[{"type": "text", "text": "cc_is_subagent=true;"}]), {}, SUBAGENT),
        (body("write a summary of the conversation so far"), {}, SUMMARY),
        (
            body("met?", tools=[], output_config={"format": {"schema": {"ok": "boolean"}}}),
            {},
            JUDGEMENT,
        ),
        (
            body("met?", tools=[{"name": "StructuredOutput"}], system="verify a hook condition"),
            {},
            JUDGEMENT,
        ),
    ],
)
def test_a_request_is_known_by_what_it_carries(
    asked: dict[str, Any], headers: dict[str, str], kind: str
) -> None:
    assert Request(asked, headers).kind == kind


def test_only_the_main_conversation_uses_up_its_turns() -> None:
    script = Script([Text("main")], subagents={"the left": [Text("sub")]})
    model = ScriptedModel(script)

    def answer(asked: dict[str, Any], **headers: str) -> str:
        dashed = {name.replace("_", "-"): value for name, value in headers.items()}
        (block,) = json.loads(model.reply(Request(asked, dashed))[2])["content"]
        return str(block["text"])

    answer(body("title?", tools=[]))
    assert answer(body("look at the left"), x_claude_code_agent_id="a1") == "sub"
    assert answer(body("look at the right"), x_claude_code_agent_id="a2") == "done"
    assert answer(body("look at the left"), x_claude_code_agent_id="a1") == "done"
    assert answer(body("go")) == "main"


def test_told_is_what_came_after_the_models_last_words() -> None:
    result = {
        "type": "tool_result",
        "tool_use_id": "t",
        "content": [{"type": "text", "text": "42"}],
    }
    request = Request(
        body(
            "the prompt",
            {"role": "assistant", "content": [{"type": "text", "text": "hm"}]},
            {"role": "user", "content": [result, {"type": "text", "text": "a reminder"}]},
            {"role": "system", "content": "a note"},
        ),
        {},
    )
    assert request.told == "42\na reminder\na note"
    assert request.opening == "the prompt"


def test_a_tool_without_a_result_says_so() -> None:
    model = ScriptedModel([[ToolCall("Bash", {"command": "a"}), ToolCall("Bash", {})]])
    model.reply(Request(body("go"), {}))
    first, second = (block["id"] for block in model.requests[0].answer["content"])
    block = {"type": "tool_result", "tool_use_id": second, "content": "no", "is_error": True}
    line = {"type": "user", "message": {"content": [block]}}
    uses = tool_uses(model.requests, [line])
    assert [(use.id, use.result, use.is_error) for use in uses] == [
        (first, None, False),
        (second, "no", True),
    ]


def test_the_log_tells_of_hooks_that_the_stream_does_not() -> None:
    log = (
        "2026-01-01T00:00:00.000Z [DEBUG] Registered 1 hooks from 1 plugins\n"
        "2026-01-01T00:00:01.000Z [DEBUG] PreCompact:manual [sh -c cat [x]\n"
        "true] completed with status 2\n"
        "2026-01-01T00:00:02.000Z [DEBUG] StopFailure [sh a] completed with status 0\n"
    )
    found = [(hook.event, hook.name, hook.exit_code, hook.command) for hook in logged_hooks(log)]
    assert found == [
        ("PreCompact", "PreCompact:manual", 2, "sh -c cat [x]\ntrue"),
        ("StopFailure", "StopFailure", 0, "sh a"),
    ]


def test_a_run_without_a_result_shows_what_was_printed() -> None:
    run = Run(1, "", "cannot do that", [], False, "", 0.1)
    with pytest.raises(LookupError, match=r"exit code 1.*cannot do that"):
        _ = run.result


def test_a_model_that_does_not_listen_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="context manager"):
        _ = ScriptedModel().url
