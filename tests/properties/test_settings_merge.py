"""Merging and taking out, for settings that nobody thought of."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ambidex.setup import json_spans
from ambidex.setup.settings import contains, cut, merge, take_out
from testing.examples import examples

COMMAND = 'exec /bin/sh "$CLAUDE_PROJECT_DIR/.claude/ambidex/launch" '
WANTED: dict[str, Any] = {
    "permissions": {"deny": ["Edit(/.claude/ambidex/**)", "Bash(chmod 777:*)"]},
    "hooks": {
        event: [{"hooks": [{"type": "command", "command": COMMAND + event, "timeout": 10}]}]
        for event in ("Stop", "PreToolUse")
    },
}

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
handlers = st.fixed_dictionaries({"type": st.just("command"), "command": st.text(max_size=8)})
groups = st.fixed_dictionaries(
    {"hooks": st.lists(handlers, max_size=2)}, optional={"matcher": st.text(max_size=4)}
)
events = st.sampled_from(["Stop", "PreToolUse", "Notification"])
rules = st.sampled_from(["Read(.env)", "Bash(chmod 777:*)", "Edit(é)"])
documents = st.fixed_dictionaries(
    {},
    optional={
        "hooks": st.dictionaries(events, st.lists(groups, max_size=2), max_size=3),
        "permissions": st.fixed_dictionaries(
            {}, optional={"deny": st.lists(rules, max_size=3, unique=True), "allow": values}
        ),
        "env": values,
        "ключ": values,
    },
)
spaces = st.text(alphabet=" \t\n\r", max_size=3)


@st.composite
def texts(draw: st.DrawFn, source: st.SearchStrategy[Any] = documents) -> str:
    """A document in somebody's formatting: a common one, or white space at random."""
    value = draw(source)
    style = draw(st.sampled_from(["two", "tab", "odd", "minified", "one line", "random", "crlf"]))
    ascii_only = draw(st.booleans())
    if style == "random":
        return draw(spaces) + _scattered(value, draw) + draw(spaces)
    options: dict[str, Any] = {
        "two": {"indent": 2},
        "crlf": {"indent": 4},
        "tab": {"indent": "\t"},
        "odd": {"indent": 3},
        "minified": {"separators": (",", ":")},
        "one line": {},
    }[style]
    text = json.dumps(value, ensure_ascii=ascii_only, **options)
    if style == "crlf":
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + text + draw(st.sampled_from(["", "\n", "\n\n"]))


def _scattered(value: Any, draw: st.DrawFn) -> str:
    def gap() -> str:
        return draw(spaces)

    if isinstance(value, dict):
        members = [
            f"{gap()}{json.dumps(k)}{gap()}:{gap()}{_scattered(v, draw)}{gap()}"
            for k, v in value.items()
        ]
        return "{" + (",".join(members) or gap()) + "}"
    if isinstance(value, list):
        elements = [f"{gap()}{_scattered(v, draw)}{gap()}" for v in value]
        return "[" + (",".join(elements) or gap()) + "]"
    return json.dumps(value)


def _has_everything(before: Any, after: Any) -> bool:
    if isinstance(before, dict):
        return all(k in after and _has_everything(v, after[k]) for k, v in before.items())
    if isinstance(before, list):
        return bool(after[: len(before)] == before)
    return bool(before == after)


@examples(400)
@given(texts())
def test_uninstall_after_install_restores_every_byte(text: str) -> None:
    merged = merge(text, WANTED)
    assert cut(merged.text, merged.spans) == text


@examples(300)
@given(texts())
def test_an_install_keeps_what_was_there_and_adds_all_of_ours(text: str) -> None:
    before = json_spans.parse(text).value()
    merged = merge(text, WANTED)
    after = json.loads(merged.text.lstrip("\ufeff"))
    assert _has_everything(before, after)
    assert contains(merged.text, WANTED)


@examples(300)
@given(texts())
def test_entries_are_found_again_in_settings_whose_digest_no_longer_helps(text: str) -> None:
    """The structural way out agrees with the exact one, up to space inside emptied brackets."""
    merged = merge(text, WANTED)
    clean = take_out(merged.text, merged.rules, merged.created, WANTED)
    assert json_spans.parse(clean).value() == json_spans.parse(text).value()
    had_empty = any(mark in "".join(text.split()) for mark in ("{}", "[]"))
    assert clean == text or had_empty


@examples(300)
@given(texts(), values)
def test_an_edit_made_since_survives_uninstall(text: str, added: Any) -> None:
    merged = merge(text, WANTED)
    edited = merge(merged.text, {"added-since": {"x": added}})
    clean = take_out(edited.text, merged.rules, merged.created, WANTED)
    value = json_spans.parse(clean).value()
    assert value.pop("added-since") == {"x": added}
    assert value == json_spans.parse(text).value()


@examples(300)
@given(values)
def test_the_parser_agrees_with_the_standard_one(value: Any) -> None:
    text = json.dumps(value)
    assert json_spans.parse(text).value() == json.loads(text)


@examples(500)
@given(st.text(alphabet='{}[]",:\\u0123 \n-eE.tfnrualse', max_size=20))
def test_the_parser_accepts_exactly_what_the_standard_one_does(text: str) -> None:
    try:
        expected = (True, json.loads(text))
    except ValueError:
        expected = (False, None)
    try:
        found = (True, json_spans.parse(text).value())
    except json_spans.JsonError:
        found = (False, None)
    assert repr(found) == repr(expected)
