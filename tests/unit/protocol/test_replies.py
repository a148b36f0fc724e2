"""Replies have the shapes that the client was observed to accept, and no others."""

import pytest

from ambidex.protocol import replies


def test_a_deny_names_its_event_and_reason() -> None:
    assert replies.permission("deny", "because") == {
        "hookSpecificOutput": {
            "hookEventName": "PreToolUse",
            "permissionDecision": "deny",
            "permissionDecisionReason": "because",
        }
    }


@pytest.mark.parametrize(("decision", "reason"), [("maybe", "x"), ("deny", ""), ("defer", "x")])
def test_a_permission_that_the_client_would_void_is_refused(decision: str, reason: str) -> None:
    with pytest.raises(ValueError, match="decision"):
        replies.permission(decision, reason)


def test_a_rewrite_leaves_the_permission_to_the_users_rules() -> None:
    specific = replies.rewrite({"command": "ls"}, "safer")["hookSpecificOutput"]
    assert specific["updatedInput"] == {"command": "ls"}
    assert "permissionDecision" not in specific


@pytest.mark.parametrize("event", ["SessionEnd", "Notification", "PreToolUse", "FileChanged"])
def test_an_event_that_cannot_block_is_not_blocked(event: str) -> None:
    with pytest.raises(ValueError, match="cannot block"):
        replies.block(event, "reason")


@pytest.mark.parametrize("event", ["SessionEnd", "PreCompact", "ConfigChange"])
def test_an_event_without_a_channel_to_the_model_carries_no_context(event: str) -> None:
    with pytest.raises(ValueError, match="cannot carry context"):
        replies.context(event, "text")


def test_a_text_over_the_clients_limit_is_cut_in_the_middle_and_says_so() -> None:
    text = replies.clip("a" * 20_000 + "end")
    assert len(text) <= replies.LONGEST_TEXT
    assert text.endswith("end")
    assert "characters left out" in text


def test_two_replies_become_one() -> None:
    merged = replies.merge(
        replies.context("Stop", "text"), None, replies.note("to the user"), {"continue": True}
    )
    assert merged is not None
    assert merged["systemMessage"] == "to the user"
    assert merged["hookSpecificOutput"]["additionalContext"] == "text"
    assert replies.merge(None, None) is None


def test_contradicting_replies_are_refused() -> None:
    with pytest.raises(ValueError, match="two replies set systemMessage"):
        replies.merge(replies.note("a"), replies.note("b"))
