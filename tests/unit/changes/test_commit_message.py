"""The message of a commit that is made for the agent."""

from __future__ import annotations

from ambidex.changes.message import compose

PROOF = ["tests passed: 3 tests"]
TRAILERS = {"Ambidex-Tree": "abc"}


def subject(said: str, *paths: str) -> str:
    return compose(said, paths or ("src/a.py",), PROOF, TRAILERS).splitlines()[0]


def test_what_the_agent_says_describes_the_commit() -> None:
    assert subject("## Rounded prices half up.\n\nDetails.") == "Rounded prices half up"


def test_where_it_says_nothing_the_files_do() -> None:
    assert subject("Done.") == "Change src/a.py"
    assert subject("", "src/a.py", "b.py", "c.py", "d.py") == "Change 4 files: a.py, b.py, c.py"


def test_a_long_first_line_is_cut_at_a_word_and_kept_below() -> None:
    said = "I have changed the way in which prices are rounded so that halves go up and not down"
    text = compose(said, ["a.py"], PROOF, TRAILERS)
    first = text.splitlines()[0]
    assert len(first) <= 72
    assert first.endswith("…")
    assert said in text


def test_verdicts_files_and_trailers_are_in_it() -> None:
    text = compose("Make it so now", [f"f{n}.py" for n in range(30)], PROOF, TRAILERS)
    assert "- tests passed: 3 tests" in text
    assert "and 10 more" in text
    assert text.endswith("\n\nAmbidex-Tree: abc\n")


def test_neither_secrets_nor_control_characters_get_in() -> None:
    token = "ghp_" + "a1B2" * 9
    text = compose(f"Use the token {token} now\x1b[31m", ["a\x07.py"], PROOF, TRAILERS)
    assert token not in text
    assert "\x1b" not in text
    assert "\x07" not in text
