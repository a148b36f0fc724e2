"""Every way of tampering with the log is found, and named."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ambidex.ledger.append import append, hash_of, segment_name
from ambidex.ledger.chain import (
    BROKEN,
    EMPTY,
    INTACT,
    ChainReport,
    last_by_event,
    prune,
    read,
    verify,
)
from testing.processes import finish, start

DAY = 86_400.0


@pytest.fixture
def state(tmp_path: Path) -> str:
    """A log of three segments, ten records each (rotations included)."""
    state = str(tmp_path / "state")
    for number in range(28):
        size = 1 if number in (10, 19) else 1_000_000
        append(state, {"event": f"e{number % 3}", "n": number, "pad": "p" * 40}, segment_bytes=size)
    sizes = [len(lines(state, number)) for number in (1, 2, 3)]
    assert sizes == [10, 10, 10]
    return state


def path(state: str, number: int) -> Path:
    return Path(state, "audit", segment_name(number))


def lines(state: str, number: int) -> list[bytes]:
    return path(state, number).read_bytes().splitlines(keepends=True)


def rewrite(state: str, number: int, change: Callable[[list[bytes]], Any]) -> None:
    content = lines(state, number)
    change(content)
    path(state, number).write_bytes(b"".join(content))


def resealed(line: bytes, old: bytes, new: bytes) -> bytes:
    """The line edited, with a hash that is right for the edited line."""
    rest = b"{" + line.rstrip(b"\n")[75:].replace(old, new)
    prev = json.loads(line)["prev"]
    return b'{"hash":"%s",%s\n' % (hash_of(prev, rest).encode(), rest[1:])


def expect(state: str, why: str, seq: int) -> ChainReport:
    report = verify(state)
    assert report.status == BROKEN
    assert report.broken
    assert (report.broken.why, report.broken.seq) == (why, seq), report.broken
    assert report.broken.detail
    return report


def test_an_untouched_log_is_intact(state: str) -> None:
    report = verify(state)
    assert (report.status, report.records, report.segments) == (INTACT, 30, 3)
    assert (report.first, report.last, report.broken) == (1, 30, None)
    assert json.loads(json.dumps(report.as_dict()))["records"] == 30


def test_a_log_without_records_is_empty_and_not_intact(tmp_path: Path) -> None:
    assert verify(str(tmp_path / "nothing")).status == EMPTY
    (tmp_path / "audit").mkdir()
    assert verify(str(tmp_path)).status == EMPTY
    assert not list((tmp_path / "audit").iterdir()), "verifying left something behind"


@pytest.mark.parametrize(("number", "index", "seq"), [(1, 0, 1), (1, 4, 5), (2, 9, 20), (3, 9, 30)])
def test_an_edited_record_is_found(state: str, number: int, index: int, seq: int) -> None:
    def change(content: list[bytes]) -> None:
        content[index] = content[index].replace(b'"event":"', b'"event":"E', 1)

    rewrite(state, number, change)
    report = expect(state, "edited", seq)
    assert report.broken
    assert (report.broken.segment, report.broken.line) == (segment_name(number), index + 1)
    assert report.records == seq - 1


def test_an_edit_that_json_would_not_notice_is_found(state: str) -> None:
    def change(content: list[bytes]) -> None:
        content[4] = content[4].replace(b'"event":', b'"event": ', 1)

    rewrite(state, 1, change)
    expect(state, "edited", 5)


@pytest.mark.parametrize(("number", "index", "seq"), [(1, 0, 1), (1, 4, 5), (1, 9, 10)])
def test_an_edit_with_a_new_hash_is_found(state: str, number: int, index: int, seq: int) -> None:
    def change(content: list[bytes]) -> None:
        content[index] = resealed(content[index], b'"event":"', b'"event":"E')

    rewrite(state, number, change)
    expect(state, "edited", seq)


def test_an_edit_of_the_last_record_with_a_new_hash_is_found(state: str) -> None:
    def change(content: list[bytes]) -> None:
        content[9] = resealed(content[9], b'"pad":"p', b'"pad":"q')

    rewrite(state, 3, change)
    expect(state, "edited", 30)


def test_a_forged_time_is_found(state: str) -> None:
    def change(content: list[bytes]) -> None:
        content[2] = content[2].replace(b'"ts":"20', b'"ts":"19')

    rewrite(state, 1, change)
    expect(state, "edited", 3)


@pytest.mark.parametrize(("number", "index", "seq"), [(1, 4, 5), (1, 9, 10), (2, 0, 11)])
def test_a_removed_record_is_found(state: str, number: int, index: int, seq: int) -> None:
    rewrite(state, number, lambda content: content.pop(index))
    expect(state, "removed", seq)


def test_a_removed_first_record_is_found(state: str) -> None:
    rewrite(state, 1, lambda content: content.pop(0))
    expect(state, "removed", 1)


@pytest.mark.parametrize(("number", "seq"), [(1, 1), (2, 11)])
def test_a_removed_segment_is_found(state: str, number: int, seq: int) -> None:
    path(state, number).unlink()
    expect(state, "removed", seq)


def test_a_removed_last_segment_is_found(state: str) -> None:
    path(state, 3).unlink()
    expect(state, "truncated", 21)


def test_all_segments_removed_is_found(state: str) -> None:
    for number in (1, 2, 3):
        path(state, number).unlink()
    expect(state, "truncated", 1)


def test_swapped_records_are_found(state: str) -> None:
    def change(content: list[bytes]) -> None:
        content[4], content[5] = content[5], content[4]

    rewrite(state, 1, change)
    expect(state, "reordered", 5)


def test_a_repeated_record_is_found(state: str) -> None:
    rewrite(state, 1, lambda content: content.insert(5, content[2]))
    expect(state, "reordered", 3)


def test_swapped_segments_are_found(state: str) -> None:
    first, second = path(state, 1).read_bytes(), path(state, 2).read_bytes()
    path(state, 1).write_bytes(second)
    path(state, 2).write_bytes(first)
    assert verify(state).status == BROKEN


@pytest.mark.parametrize("cut", [1, 5])
def test_a_cut_off_tail_is_found(state: str, cut: int) -> None:
    rewrite(state, 3, lambda content: content.__delitem__(slice(-cut, None)))
    expect(state, "truncated", 31 - cut)


def test_a_cut_within_the_last_line_is_found(state: str) -> None:
    content = path(state, 3).read_bytes()
    path(state, 3).write_bytes(content[:-20])
    expect(state, "unreadable", 30)


def test_a_cut_of_the_last_line_break_is_found(state: str) -> None:
    path(state, 3).write_bytes(path(state, 3).read_bytes()[:-1])
    expect(state, "unreadable", 30)


def test_a_cut_off_tail_stays_found_after_more_records(state: str) -> None:
    rewrite(state, 3, lambda content: content.__delitem__(slice(-2, None)))
    append(state, {"event": "x"})
    append(state, {"event": "x"})
    expect(state, "truncated", 29)


def test_a_torn_line_at_the_end_is_found(state: str) -> None:
    with path(state, 3).open("ab") as file:
        file.write(b'{"hash":"')
    expect(state, "torn", 31)


@pytest.mark.parametrize("line", [b"\n", b"not json\n", b"\xff\x00\n", b'{"seq":5}\n', b"[]\n"])
def test_a_line_that_is_no_record_is_found(state: str, line: bytes) -> None:
    rewrite(state, 2, lambda content: content.insert(4, line))
    expect(state, "unreadable", 15)


def test_a_torn_line_that_was_recorded_cannot_be_changed(state: str) -> None:
    with path(state, 3).open("ab") as file:
        file.write(b"torn")
    append(state, {"event": "x"})
    assert verify(state).status == INTACT
    content = path(state, 3).read_bytes()
    path(state, 3).write_bytes(content.replace(b"torn\n", b"TORN\n"))
    expect(state, "unreadable", 31)
    path(state, 3).write_bytes(content.replace(b"torn\n", b""))
    assert verify(state).status == INTACT, "bytes that were no record are no loss"


def test_a_segment_that_cannot_be_read_is_found(state: str) -> None:
    path(state, 2).unlink()
    path(state, 2).mkdir()
    expect(state, "unreadable", 11)


def test_a_missing_head_is_found_and_stays_found(state: str) -> None:
    Path(state, "audit", "head").unlink()
    expect(state, "head missing", 31)
    append(state, {"event": "x"})
    expect(state, "head missing", 31)


def test_a_tail_cut_off_together_with_the_head_stays_found(state: str) -> None:
    rewrite(state, 3, lambda content: content.__delitem__(slice(-3, None)))
    Path(state, "audit", "head").unlink()
    append(state, {"event": "x"})
    expect(state, "head missing", 28)


def test_an_older_copy_of_the_whole_log_verifies_which_is_documented(
    state: str, tmp_path: Path
) -> None:
    shutil.copytree(Path(state, "audit"), tmp_path / "copy")
    append(state, {"event": "x"})
    shutil.rmtree(Path(state, "audit"))
    (tmp_path / "copy").rename(Path(state, "audit"))
    assert verify(state).status == INTACT


def test_verifying_while_others_write_is_intact(state: str) -> None:
    program = """
from ambidex.ledger.append import append
for number in range(300):
    append(sys.argv[1], {"event": "x"}, segment_bytes=9000)
"""
    writers = [start(program, state) for _ in range(2)]
    while any(writer.poll() is None for writer in writers):
        report = verify(state)
        assert report.status == INTACT, report
    finish(*writers)
    assert sum(1 for _ in read(state, events=["x"])) == 600


def test_reading_goes_both_ways_and_selects_events(state: str) -> None:
    oldest = [record["seq"] for record in read(state, newest_first=False)]
    assert oldest == list(range(1, 31))
    assert [record["seq"] for record in read(state)] == oldest[::-1]
    assert {record["n"] % 3 for record in read(state, events=["e1"])} == {1}


def test_reading_passes_over_what_is_no_record(state: str) -> None:
    rewrite(state, 2, lambda content: content.insert(4, b"garbage\n"))
    assert len(list(read(state))) == 30


def test_the_newest_record_of_each_event_is_found(state: str) -> None:
    last = last_by_event(state, ["e0", "e2", "never"])
    assert {event: record["n"] for event, record in last.items()} == {"e0": 27, "e2": 26}


def test_pruning_by_size_drops_the_oldest_and_the_rest_verifies(state: str) -> None:
    assert prune(state, keep_days=90, max_megabytes=0.004) == ["000001.jsonl", "000002.jsonl"]
    report = verify(state)
    assert (report.status, report.first, report.last) == (INTACT, 21, 31)
    assert "pruned" in report.notes[0]
    append(state, {"event": "x"})
    assert verify(state).status == INTACT


def test_pruning_by_age_drops_what_is_older(state: str) -> None:
    assert prune(state, keep_days=1, max_megabytes=50, now=time.time() + DAY / 2) == []
    assert prune(state, keep_days=1, max_megabytes=50, now=time.time() + DAY * 2) == [
        "000001.jsonl",
        "000002.jsonl",
    ]
    assert verify(state).status == INTACT


def test_pruning_again_and_again_verifies(state: str) -> None:
    for number in range(40):
        append(state, {"event": "x", "n": number, "pad": "p" * 80}, segment_bytes=2000)
        if number % 9 == 0:
            prune(state, keep_days=90, max_megabytes=0.006)
    report = verify(state)
    assert report.status == INTACT
    assert report.segments < 6


def test_a_crash_between_the_record_and_the_dropping_verifies(state: str, tmp_path: Path) -> None:
    first, second = path(state, 1).read_bytes(), path(state, 2).read_bytes()
    prune(state, keep_days=90, max_megabytes=0.004)
    path(state, 2).write_bytes(second)
    assert verify(state).status == INTACT
    path(state, 1).write_bytes(first)
    assert verify(state).status == INTACT


def test_more_than_was_pruned_cannot_go_unnoticed(state: str) -> None:
    assert prune(state, keep_days=90, max_megabytes=0.006) == ["000001.jsonl"]
    path(state, 2).unlink()
    expect(state, "removed", 1)


def test_what_was_broken_before_pruning_is_on_record(state: str) -> None:
    rewrite(state, 1, lambda content: content.pop(4))
    prune(state, keep_days=90, max_megabytes=0.004)
    assert next(read(state))["found"] == "removed at record 5"
    assert "removed at record 5" in verify(state).notes[0]


def test_pruning_an_empty_log_does_nothing(tmp_path: Path) -> None:
    assert prune(str(tmp_path / "state"), keep_days=0, max_megabytes=0) == []
    assert not (tmp_path / "state").exists()
