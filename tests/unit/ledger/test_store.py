"""The state store, with real files and real processes."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambidex.ledger import database as store_database
from ambidex.ledger.schema import MIGRATIONS, StoreError, migrate
from ambidex.ledger.store import Store
from testing.processes import finish, start

VERDICT = {"gate": "tests", "status": "passed", "findings": [], "seconds": 1.5}


@pytest.fixture
def state(tmp_path: Path) -> str:
    return str(tmp_path / "home" / "repos" / "name")


@pytest.fixture
def store(state: str) -> Iterator[Store]:
    with Store(state) as store:
        yield store


def database(state: str) -> Path:
    return Path(state, "state.sqlite3")


def write(store: Store, mark: str) -> None:
    store.add_evidence("/w", mark, "tests", VERDICT, 1.5, "hook")


def written(store: Store) -> list[str]:
    return [one.tree for one in reversed(store.latest_verdicts("/w", 1000))]


def test_a_baseline_is_kept_by_session_agent_and_worktree(store: Store) -> None:
    store.set_baseline("s", "", "/w", "t1", {"big.bin": "5:6"}, "p1", 12.5)
    store.set_baseline("s", "sub", "/w", "t2", {}, "p1", 13.0)
    found = store.baseline("s", "", "/w")
    assert found
    assert (found.tree, found.large, found.mark, found.at) == (
        "t1",
        {"big.bin": "5:6"},
        "p1",
        12.5,
    )
    sub = store.baseline("s", "sub", "/w")
    assert sub
    assert sub.tree == "t2"
    assert store.baseline("s", "", "/other") is None
    store.set_baseline("s", "", "/w", "t3", {}, "p2", 14.0)
    newer = store.baseline("s", "", "/w")
    assert newer
    assert newer.tree == "t3"


def test_the_trees_of_all_baselines_are_listed_once(store: Store) -> None:
    assert store.baseline_trees() == []
    for session, tree in (("s", "t1"), ("t", "t1"), ("u", "t2")):
        store.set_baseline(session, "", "/w", tree, {}, "open", 1.0)
    assert sorted(store.baseline_trees()) == ["t1", "t2"]


def test_a_stop_record_is_kept_by_prompt(store: Store) -> None:
    assert store.stop_record("s", "", "p") is None
    store.set_stop_record("s", "", "p", {"blocks": 2, "seen": ["x"]})
    assert store.stop_record("s", "", "p") == {"blocks": 2, "seen": ["x"]}
    assert store.stop_record("s", "", "q") is None


def test_once_is_true_once_per_session(store: Store) -> None:
    assert [store.once("s", "no ruff") for _ in range(3)] == [True, False, False]
    assert store.once("s", "no semgrep")
    assert store.once("t", "no ruff")


def test_evidence_belongs_to_a_tree(store: Store) -> None:
    assert store.evidence("/w", "t", "tests") is None
    store.add_evidence("/w", "t", "tests", {**VERDICT, "status": "broken"}, 2.0, "hook")
    store.add_evidence("/w", "t", "tests", VERDICT, 1.5, "command")
    store.add_evidence("/w", "t", "lint", VERDICT, 0.1, "ci")
    found = store.evidence("/w", "t", "tests")
    assert found
    assert (found.verdict, found.seconds, found.origin) == (VERDICT, 1.5, "command")
    assert abs(found.at - time.time()) < 60
    assert store.evidence("/w", "t2", "tests") is None
    assert [one.gate for one in store.latest_verdicts("/w", 2)] == ["lint", "tests"]
    assert store.latest_verdicts("/other", 5) == []


def test_an_unknown_origin_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="hook, command, ci"):
        store.add_evidence("/w", "t", "tests", VERDICT, 1.0, "somewhere")


def test_old_sessions_are_forgotten_whole_and_live_ones_kept_whole(store: Store) -> None:
    store.set_baseline("old", "", "/w", "t", {}, "p", 100.0)
    store.set_baseline("live", "", "/w", "t", {}, "p", 100.0)
    store.set_stop_record("live", "", "p", {"blocks": 1})
    assert store.forget_sessions(200.0) == 1
    assert store.baseline("old", "", "/w") is None
    assert store.baseline("live", "", "/w")
    assert store.stop_record("live", "", "p")
    assert store.forget_sessions(200.0) == 0


def test_old_evidence_is_forgotten_but_not_the_newest_of_a_gate(store: Store) -> None:
    for tree in ("t1", "t2", "t3"):
        store.add_evidence("/w", tree, "tests", VERDICT, 1.0, "hook")
    assert store.forget_evidence(time.time() + 10) == 2
    assert [one.tree for one in store.latest_verdicts("/w", 9)] == ["t3"]


def test_what_was_written_is_there_after_reopening(state: str) -> None:
    with Store(state) as store:
        write(store, "kept \0 é")
    with Store(state) as store:
        assert written(store) == ["kept \0 é"]


def test_paths_that_are_not_utf_8_are_kept(store: Store) -> None:
    strange = os.fsdecode(b"/w/\xff")
    store.set_baseline("s", "", strange, "t", {strange: "1:2"}, "open", 1.0)
    found = store.baseline("s", "", strange)
    assert found
    assert found.large == {strange: "1:2"}
    assert store.baseline("s", "", "/w/\ufffd") is None


def test_only_the_user_can_read_it(state: str) -> None:
    umask = os.umask(0)
    try:
        with Store(state) as store:
            write(store, "x")
            files = list(Path(state).iterdir())
            assert len(files) == 3
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    finally:
        os.umask(umask)
    database(state).chmod(0o644)
    with Store(state):
        assert stat.S_IMODE(database(state).stat().st_mode) == 0o600


def test_a_closed_store_says_so(state: str) -> None:
    store = Store(state)
    with pytest.raises(StoreError, match="not open"):
        store.baseline_trees()


def test_sqlite_is_imported_only_when_the_store_is_opened(state: str) -> None:
    program = """
from ambidex.ledger.store import Store
print("sqlite3" in sys.modules)
with Store(sys.argv[1]):
    print("sqlite3" in sys.modules)
"""
    assert finish(start(program, state)) == ["False\nTrue\n"]


# Damage


def damage(state: str, content: bytes) -> None:
    for suffix in ("-wal", "-shm"):
        Path(f"{database(state)}{suffix}").unlink(missing_ok=True)
    database(state).write_bytes(content)


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_damaged_file_is_moved_aside_and_reported(state: str, content: bytes) -> None:
    with Store(state) as store:
        write(store, "lost")
    damage(state, content)
    with Store(state) as store:
        assert "state.sqlite3.corrupt-1" in store.recovered
        assert written(store) == []
        write(store, "new")
    assert Path(state, "state.sqlite3.corrupt-1").read_bytes() == content
    with Store(state) as store:
        assert store.recovered == ""
        assert written(store) == ["new"]
    damage(state, content)
    with Store(state) as store:
        assert "state.sqlite3.corrupt-2" in store.recovered
    assert Path(state, "state.sqlite3.corrupt-1").read_bytes() == content


def test_damage_found_only_while_working_is_survived_too(state: str) -> None:
    with Store(state) as store:
        for number in range(400):
            store.add_evidence("/w", f"t{number}", "tests", VERDICT, 1.0, "hook")
    content = database(state).read_bytes()
    damage(state, content[:4096] + b"\xa5" * (len(content) - 4096))
    with Store(state) as store:
        store.latest_verdicts("/w", 400)
        write(store, "new")
        assert written(store) == ["new"]
        assert "corrupt-1" in store.recovered


def test_two_processes_meeting_damage_move_it_aside_once(state: str) -> None:
    with Store(state):
        pass
    damage(state, b"garbage" * 1000)
    program = """
from ambidex.ledger.store import Store
with Store(sys.argv[1]) as store:
    store.add_evidence("/w", sys.argv[2], "tests", {}, 0.5, "hook")
    print(bool(store.recovered))
"""
    outputs = finish(*(start(program, state, str(who)) for who in range(4)))
    assert outputs.count("True\n") == 1
    assert not Path(state, "state.sqlite3.corrupt-2").exists()
    with Store(state) as store:
        assert sorted(written(store)) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(("times", "opens"), [(1, True), (99, False)])
def test_a_file_that_is_moved_away_while_it_is_opened_is_opened_again(
    state: str, monkeypatch: pytest.MonkeyPatch, times: int, opens: bool
) -> None:
    # What SQLite reports in that instant is too rare to be brought about by real processes.
    connect, failures = store_database._connect, iter(range(times))

    def failing(path: str, busy_seconds: float) -> sqlite3.Connection:
        if next(failures, None) is not None:
            raise sqlite3.OperationalError("disk I/O error")
        return connect(path, busy_seconds)

    monkeypatch.setattr(store_database, "_connect", failing)
    if opens:
        with Store(state) as store:
            assert store.recovered == ""
            assert store.once("s", "k")
    else:
        with pytest.raises(StoreError, match="disk I/O error"), Store(state):
            pass


def test_an_empty_file_is_a_new_store(state: str) -> None:
    Path(state).mkdir(parents=True)
    database(state).touch()
    with Store(state) as store:
        assert store.recovered == ""
        assert store.once("s", "k")


def test_a_place_that_cannot_be_used_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="file"), Store(str(tmp_path / "file")):
        pass
    database(str(tmp_path)).mkdir()
    with pytest.raises(StoreError), Store(str(tmp_path)):
        pass


# Versions

ADDED = (2, 1, ("ALTER TABLE evidence ADD COLUMN author TEXT NOT NULL DEFAULT ''",))
CHANGED = (3, 3, ("ALTER TABLE evidence RENAME COLUMN tree TO judged",))


def upgrade(state: str, *migrations: tuple[int, int, tuple[str, ...]]) -> None:
    connection = sqlite3.connect(database(state), isolation_level=None)
    migrate(connection, (*MIGRATIONS, *migrations))
    connection.close()


def test_an_older_program_goes_on_with_a_compatible_newer_schema(state: str) -> None:
    with Store(state) as store:
        write(store, "before")
    upgrade(state, ADDED)
    with Store(state) as store:
        write(store, "after")
        assert written(store) == ["before", "after"]


def test_an_older_program_refuses_a_schema_that_it_does_not_understand(state: str) -> None:
    with Store(state) as store:
        write(store, "kept")
    upgrade(state, ADDED, CHANGED)
    with pytest.raises(StoreError, match=r"schema 3.*knows 1.*upgrade Ambidex"), Store(state):
        pass
    assert not list(Path(state).glob("*.corrupt-*"))
    connection = sqlite3.connect(database(state))
    assert connection.execute("SELECT judged FROM evidence").fetchall() == [("kept",)]
    connection.close()


def test_migrations_are_numbered_without_gaps_and_never_lower_their_reader() -> None:
    assert [number for number, _, _ in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    readers = [reader for _, reader, _ in MIGRATIONS]
    assert readers == sorted(readers)
    assert all(reader <= number for number, reader, _ in MIGRATIONS)


def test_a_migration_that_fails_leaves_the_file_as_it_was(state: str) -> None:
    with Store(state) as store:
        write(store, "kept")
    broken = (2, 1, ("CREATE TABLE fine (x)", "CREATE NONSENSE"))
    with pytest.raises(sqlite3.OperationalError):
        upgrade(state, broken)
    connection = sqlite3.connect(database(state))
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'fine'").fetchall()
    connection.close()


# Several processes

BUSY = """
from ambidex.ledger.store import Store
who = sys.argv[2]
firsts = 0
for number in range(40):
    with Store(sys.argv[1]) as store:
        firsts += store.once("s", str(number))
        store.set_stop_record("s", who, "p", {"n": number})
        store.add_evidence("/w", f"{who}.{number}", "tests", {}, 0.5, "hook")
print(firsts)
"""


def test_several_processes_lose_nothing(state: str) -> None:
    outputs = finish(*(start(BUSY, state, str(who)) for who in range(4)))
    assert sum(int(output) for output in outputs) == 40
    with Store(state) as store:
        assert sorted(written(store)) == sorted(f"{w}.{n}" for w in range(4) for n in range(40))
        assert all(store.stop_record("s", str(who), "p") == {"n": 39} for who in range(4))


def test_a_process_killed_in_the_middle_leaves_a_good_file(state: str) -> None:
    for _ in range(5):
        victim = start(BUSY, state, "v")
        while not database(state).exists() and victim.poll() is None:
            time.sleep(0.001)
        time.sleep(0.02)
        victim.kill()
        victim.communicate()
        with Store(state) as store:
            assert store.recovered == ""
            write(store, "x")
    connection = sqlite3.connect(database(state))
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_waiting_for_a_lock_has_an_end_and_says_so(state: str) -> None:
    with Store(state):
        pass
    other = sqlite3.connect(database(state), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store(state, busy_seconds=0.05) as store:
        assert store.baseline_trees() == [], "readers do not wait"
        with pytest.raises(StoreError, match="locked"):
            write(store, "x")
    other.execute("ROLLBACK")
    other.close()
