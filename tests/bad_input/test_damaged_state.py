"""State that is damaged, torn or from the future: decisions still come, nothing is thrown away."""

import os
import shutil
import time
from pathlib import Path

import pytest

from ambidex.ledger import append, chain
from ambidex.ledger.store import Store
from testing.hooks import Hooks

WRONG = "VALUE = 'wrong'\n"


@pytest.mark.parametrize(
    "content", [b"", b"garbage" * 1000, b"SQLite format 3\x00" + b"\xff" * 8000]
)
def test_a_damaged_store_is_moved_aside_and_the_work_goes_on(
    trusted: Hooks, content: bytes
) -> None:
    for path in Path(trusted.state).glob("state.sqlite3*"):
        path.unlink()
    path = Path(trusted.state, "state.sqlite3")
    path.write_bytes(content)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    trusted.ask()
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks
    kept = [other.read_bytes() for other in Path(trusted.state).iterdir() if other.is_file()]
    assert not content or content in kept, "the damaged file is kept"


def test_a_store_that_was_moved_aside_is_said(trusted: Hooks) -> None:
    for path in Path(trusted.state).glob("state.sqlite3*"):
        path.unlink()
    Path(trusted.state, "state.sqlite3").write_bytes(b"garbage" * 1000)
    assert "state.sqlite3" in trusted.ask().note
    assert trusted.ask().reply is None


def test_a_store_that_is_a_folder_blocks_nothing(trusted: Hooks) -> None:
    for path in Path(trusted.state).glob("state.sqlite3*"):
        path.unlink()
    Path(trusted.state, "state.sqlite3").mkdir()
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    answer = trusted.stop()
    assert not answer.blocks
    assert answer.note


def segment(hooks: Hooks) -> Path:
    return Path(hooks.state, "audit", "000001.jsonl")


def test_a_log_torn_by_a_crash_keeps_every_byte_and_goes_on(trusted: Hooks) -> None:
    with segment(trusted).open("ab") as file:
        file.write(b'{"hash":"0123')
    before = segment(trusted).read_bytes()
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    assert segment(trusted).read_bytes().startswith(before)
    assert trusted.records()[-1]["event"] == "PreToolUse"
    assert trusted.records("ledger.recovered")
    assert chain.verify(trusted.state).status == chain.INTACT


def test_a_log_that_lost_its_tail_goes_on_and_never_looks_whole(trusted: Hooks) -> None:
    trusted.before("Bash", command="ls")
    data = segment(trusted).read_bytes()
    segment(trusted).write_bytes(data[: data[:-1].rindex(b"\n") + 1])
    assert trusted.before("Bash", command="ls").reply is None
    assert chain.verify(trusted.state).status == chain.BROKEN


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff" * 128])
def test_a_log_without_a_head_goes_on(trusted: Hooks, content: bytes) -> None:
    Path(trusted.state, "audit", "head").write_bytes(content)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    assert trusted.records()[-1]["event"] == "PreToolUse"


def test_a_log_that_is_a_file_is_not_written_and_stops_nothing(trusted: Hooks) -> None:
    shutil.rmtree(os.path.join(trusted.state, "audit"))
    Path(trusted.state, "audit").write_text("")
    answer = trusted.before("Bash", command="rm -rf /")
    assert answer.permission == "deny"
    assert "audit log was not written" in answer.stderr
    assert trusted.before("Bash", command="ls").reply is None
    trusted.write("src/value.py", WRONG)
    assert not trusted.stop().note


def test_a_log_that_leads_elsewhere_is_not_followed(trusted: Hooks, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    segment(trusted).unlink()
    segment(trusted).symlink_to(victim)
    assert trusted.before("Bash", command="rm -rf /").permission == "deny"
    assert victim.read_text() == "precious"


@pytest.mark.parametrize("name", ["trust.json", "pause.json"])
def test_a_damaged_consent_is_none(trusted: Hooks, name: str) -> None:
    path = Path(trusted.state, name)
    for content in (b"", b"{not json", b"[]", b"7", b"\xff", b"[" * 100_000):
        path.write_bytes(content)
        path.chmod(0o600)
        assert trusted.before("Bash", command="rm -rf /").permission == "deny", content[:10]
        assert trusted.before("Bash", command="ls").reply is None, content[:10]


def test_a_shadow_that_lost_its_objects_blocks_nothing_and_heals_with_the_next_session(
    trusted: Hooks,
) -> None:
    shutil.rmtree(os.path.join(trusted.state, "shadow"))
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().status == 0
    trusted.session = "session-2"
    (trusted.project / "src" / "value.py").write_text("VALUE = 1\n")
    trusted.ask()
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks


def test_a_clock_that_was_set_back_breaks_nothing(
    trusted: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = time.time() + 86_400
    with monkeypatch.context() as patched:
        patched.setattr(append.time, "time", lambda: tomorrow)
        append.append(trusted.state, {"event": "from tomorrow"})
    with Store(trusted.state) as store:
        base = store.baseline(trusted.session, "", str(trusted.project))
        assert base is not None
        store.set_baseline(
            trusted.session, "", str(trusted.project), base.tree, {}, base.mark, tomorrow
        )
    trusted.write("src/value.py", WRONG)
    assert trusted.stop().blocks
    assert trusted.fire("SessionEnd", reason="other").reply is None
    assert trusted.stop(active=True).blocks
    assert chain.verify(trusted.state).status == chain.INTACT
