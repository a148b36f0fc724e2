"""The audit log's writer."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from ambidex.ledger import append as writer
from ambidex.ledger.append import append, segment_name
from ambidex.ledger.chain import BROKEN, INTACT, read, verify
from testing.processes import finish, start


@pytest.fixture
def state(tmp_path: Path) -> str:
    return str(tmp_path / "home" / "repos" / "name")


def log(state: str, number: int = 1) -> Path:
    return Path(state, "audit", segment_name(number))


def records(state: str) -> list[dict[str, Any]]:
    return list(read(state, newest_first=False))


def test_a_record_is_one_line_of_json_with_its_place_in_the_chain(state: str) -> None:
    append(state, {"event": "PreToolUse", "command": "a\nb", "risk": 1.5})
    append(state, {"event": "PostToolUse"})
    first, second = [json.loads(line) for line in log(state).read_text("ascii").splitlines()]
    assert (first["seq"], second["seq"]) == (1, 2)
    assert first["prev"] == "0" * 64
    assert second["prev"] == first["hash"]
    assert first["command"] == "a\nb"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["ts"])


def test_the_hash_can_be_recomputed_with_nothing_of_ours(state: str) -> None:
    append(state, {"event": "x", "text": "é\ud800"})
    line = log(state).read_bytes().rstrip(b"\n")
    digest = json.loads(line)["hash"]
    body = line.replace(b'"hash":"%s",' % digest.encode(), b"", 1)
    assert hashlib.sha256(b"0" * 64 + body).hexdigest() == digest


def test_only_the_user_can_read_it(state: str) -> None:
    umask = os.umask(0)
    try:
        append(state, {"event": "x"})
    finally:
        os.umask(umask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in Path(state).rglob("*")}
    assert modes == {"audit": 0o700, "000001.jsonl": 0o600, "head": 0o600}
    assert stat.S_IMODE(Path(state).stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["seq", "ts", "prev", "hash"])
def test_what_the_chain_sets_cannot_be_given(state: str, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        append(state, {"event": "x", name: 1})


def test_secrets_do_not_reach_the_disk(state: str) -> None:
    secret = "hunter" + "2" * 9
    append(state, {"event": "x", "command": f"login --password={secret}", "input": {"t": [secret]}})
    append(state, {"event": "x", "input": {"api_key": secret}})
    assert secret in log(state).read_text("ascii").splitlines()[0], "an unnamed one is not known"
    assert log(state).read_text("ascii").count(secret) == 1


def test_segments_are_closed_at_their_size_and_name_each_other(state: str) -> None:
    for number in range(12):
        append(state, {"event": "x", "n": number, "text": "y" * 300}, segment_bytes=1500)
    assert log(state, 3).exists()
    kept = records(state)
    rotated = [record for record in kept if record["event"] == "ledger.rotated"]
    assert [record["previous"] for record in rotated] == [
        segment_name(number + 1) for number in range(len(rotated))
    ]
    assert all(record["last_hash"] == record["prev"] for record in rotated)
    assert [record["n"] for record in kept if "n" in record] == list(range(12))
    assert verify(state).status == INTACT


WRITER = """
from ambidex.ledger.append import append
for number in range(int(sys.argv[3])):
    append(sys.argv[1], {"event": "x", "who": sys.argv[2], "n": number, "pad": "z" * 200},
           segment_bytes=20_000)
"""


def test_several_processes_at_once_never_interleave(state: str) -> None:
    finish(*(start(WRITER, state, str(who), "120") for who in range(4)))
    report = verify(state)
    assert report.status == INTACT
    for who in range(4):
        mine = [record["n"] for record in records(state) if record.get("who") == str(who)]
        assert mine == list(range(120))


def test_processes_killed_at_any_moment_leave_a_chain_that_holds(state: str) -> None:
    append(state, {"event": "x"})
    for _ in range(15):
        victims = [start(WRITER, state, "victim", "100000") for _ in range(2)]
        before = log(state).stat().st_size
        for _ in range(10_000_000):
            if log(state).stat().st_size > before or log(state, 2).exists():
                break
        for victim in victims:
            victim.kill()
            victim.communicate()
    append(state, {"event": "last"})
    report = verify(state)
    assert report.status == INTACT, report
    assert records(state)[-1]["event"] == "last"


def test_a_torn_line_is_kept_and_recorded_and_the_chain_goes_on(state: str) -> None:
    append(state, {"event": "one"})
    with log(state).open("ab") as file:
        file.write(b'{"hash":"abc')
    append(state, {"event": "two"})
    assert b'{"hash":"abc\n' in log(state).read_bytes()
    assert [record["event"] for record in records(state)] == ["one", "ledger.recovered", "two"]
    report = verify(state)
    assert report.status == INTACT
    assert "torn line kept" in report.notes[0]


def test_a_record_whose_writer_died_before_the_head_is_adopted(state: str) -> None:
    append(state, {"event": "one"})
    head = Path(state, "audit", "head").read_bytes()
    append(state, {"event": "two"})
    Path(state, "audit", "head").write_bytes(head)
    append(state, {"event": "three"})
    events = [record["event"] for record in records(state)]
    assert events == ["one", "two", "ledger.recovered", "three"]
    assert records(state)[2]["adopted"] == 1
    assert verify(state).status == INTACT


def test_dying_during_the_recovery_itself_loses_nothing(state: str) -> None:
    append(state, {"event": "one"})
    head = Path(state, "audit", "head").read_bytes()
    with log(state).open("ab") as file:
        file.write(b"half a li")
    append(state, {"event": "two"})
    Path(state, "audit", "head").write_bytes(head)
    with log(state).open("ab") as file:
        file.write(b"another half")
    append(state, {"event": "three"})
    events = [record["event"] for record in records(state)]
    assert events == ["one", "ledger.recovered", "two", "ledger.recovered", "three"]
    assert verify(state).status == INTACT


def test_dying_between_two_segments_loses_nothing(state: str) -> None:
    append(state, {"event": "one"})
    head_file = Path(state, "audit", "head")
    head = writer.parse_head(head_file.read_bytes())
    assert head
    head_file.write_bytes(writer.Head(head.seq, 2, 0, head.hash).encode())
    append(state, {"event": "two"})
    assert [record["event"] for record in records(state)] == ["one", "ledger.rotated", "two"]
    assert verify(state).status == INTACT


def test_dying_after_the_first_record_of_a_segment_loses_nothing(state: str) -> None:
    append(state, {"event": "one"})
    append(state, {"event": "two"}, segment_bytes=10)
    head_file = Path(state, "audit", "head")
    first = records(state)[0]
    head_file.write_bytes(writer.Head(1, 2, 0, first["hash"]).encode())
    append(state, {"event": "three"})
    events = [record["event"] for record in records(state)]
    assert events == ["one", "ledger.rotated", "two", "ledger.recovered", "three"]
    assert verify(state).status == INTACT


def test_a_log_that_lost_its_tail_shows_the_gap_for_good(state: str) -> None:
    for number in range(5):
        append(state, {"event": "x", "n": number})
    content = log(state).read_bytes()
    log(state).write_bytes(content[: content.rindex(b'{"hash"') - 30])
    append(state, {"event": "later"})
    assert records(state)[-2]["why"] == "truncated"
    report = verify(state)
    assert report.status == BROKEN
    assert report.broken
    assert (report.broken.why, report.broken.seq) == ("truncated", 4)


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"1 1 1 x\n"])
def test_a_lost_head_is_replaced_and_recorded(state: str, content: bytes | None) -> None:
    append(state, {"event": "one"})
    append(state, {"event": "two"}, segment_bytes=10)
    head = Path(state, "audit", "head")
    head.unlink()
    if content is not None:
        head.write_bytes(content)
    append(state, {"event": "three"})
    last = records(state)[-2:]
    assert [record["event"] for record in last] == ["ledger.recovered", "three"]
    assert last[0]["why"] == "head missing"
    report = verify(state)
    assert report.broken
    assert report.broken.why == "head missing"


def test_waiting_for_the_lock_has_an_end(state: str) -> None:
    append(state, {"event": "one"})
    size = log(state).stat().st_size
    with Path(state, "audit", "head").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TimeoutError):
            os.close(writer.open_head(state, seconds=0.05))
    assert log(state).stat().st_size == size
    append(state, {"event": "two"})
    assert verify(state).status == INTACT


def test_a_head_removed_while_waiting_is_not_trusted_as_a_lock(state: str) -> None:
    append(state, {"event": "one"})
    held = writer.open_head(state)
    Path(state, "audit", "head").unlink()
    fresh = writer.open_head(state, seconds=0.5)
    assert os.fstat(fresh).st_ino == Path(state, "audit", "head").stat().st_ino
    os.close(fresh)
    os.close(held)


def test_a_place_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        append(str(tmp_path / "file" / "state"), {"event": "x"})


def test_a_symbolic_link_in_place_of_the_log_is_not_followed(state: str, tmp_path: Path) -> None:
    append(state, {"event": "x"})
    log(state).rename(tmp_path / "elsewhere")
    log(state).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError):
        append(state, {"event": "y"})


def test_a_full_disk_leaves_a_log_that_goes_on(state: str) -> None:
    append(state, {"event": "one"})
    program = """
import resource, signal
from ambidex.ledger.append import append
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))
try:
    append(sys.argv[1], {"event": "two", "pad": "z" * 2000})
except OSError as error:
    print(type(error).__name__)
"""
    assert finish(start(program, state)) == ["OSError\n"]
    assert log(state).stat().st_size == 700
    append(state, {"event": "three"})
    events = [record["event"] for record in records(state)]
    assert events == ["one", "ledger.recovered", "three"]
    assert verify(state).status == INTACT


def test_a_writer_imports_next_to_nothing(state: str) -> None:
    program = """
before = set(sys.modules)
from ambidex.ledger.append import append
append(sys.argv[1], {"event": "x", "command": "ls"})
print(*sorted(name for name in set(sys.modules) - before if not name.startswith("ambidex")))
"""
    (printed,) = finish(start(program, state))
    accelerators = {"_json", "_sha256", "_sha2", "fcntl", "errno", "__future__"}
    assert set(printed.split()) <= accelerators | {"os", "posixpath", "stat", "genericpath"}
