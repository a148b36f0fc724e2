from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ambidex.policy import pause, person, trust

NOW = 1_900_000_000


def test_nothing_is_trusted_until_it_is_granted_and_not_after_it_is_revoked(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    assert not trust.is_trusted(state, "d1")
    trust.grant(state, "d1", "ada", "/project", NOW)
    trust.grant(state, "d2", "ada", "/project", NOW)
    assert trust.is_trusted(state, "d1")
    assert trust.granted(state)["d1"] == {"who": "ada", "root": "/project", "when": NOW}
    assert not trust.is_trusted(state, "d3")
    assert trust.revoke(state, "d1")
    assert not trust.revoke(state, "d1")
    assert not trust.is_trusted(state, "d1")
    assert trust.is_trusted(state, "d2")
    assert (tmp_path / "state" / "trust.json").stat().st_mode & 0o777 == 0o600


def test_the_lack_of_a_configuration_cannot_be_trusted(tmp_path: Path) -> None:
    state = str(tmp_path)
    (tmp_path / "trust.json").write_text('{"": {}}')
    assert not trust.is_trusted(state, "")
    with pytest.raises(ValueError, match="digest is empty"):
        trust.grant(state, "", "ada", "/", NOW)


@pytest.mark.parametrize("content", ["", "{", "[]", '"d1"', "\xff"])
def test_a_damaged_record_trusts_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "trust.json").write_text(content, encoding="latin-1")
    assert not trust.is_trusted(str(tmp_path), "d1")
    trust.grant(str(tmp_path), "d1", "ada", "/", NOW)
    assert trust.is_trusted(str(tmp_path), "d1")


def test_a_record_that_others_may_write_trusts_and_pauses_nothing(tmp_path: Path) -> None:
    state = str(tmp_path)
    trust.grant(state, "d1", "ada", "/", NOW)
    pause.pause(state, 60, "ada", NOW)
    for name in ("trust.json", "pause.json"):
        (tmp_path / name).chmod(0o622)
    assert not trust.is_trusted(state, "d1")
    assert pause.is_paused(state, NOW) is None


def test_grants_at_the_same_time_do_not_lose_each_other(tmp_path: Path) -> None:
    state = str(tmp_path)
    threads = [
        threading.Thread(target=trust.grant, args=(state, f"d{n}", "ada", "/", NOW))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(trust.granted(state)) == 8


def test_a_pause_ends_by_itself_or_when_it_is_ended(tmp_path: Path) -> None:
    state = str(tmp_path)
    assert pause.is_paused(state, NOW) is None
    assert pause.pause(state, 1800, "ada", NOW) == NOW + 1800
    assert pause.is_paused(state, NOW + 1799) == NOW + 1800
    assert pause.is_paused(state, NOW + 1800) is None
    assert pause.end(state)
    assert not pause.end(state)
    assert pause.is_paused(state, NOW) is None


@pytest.mark.parametrize("seconds", [0, -1, 24 * 3600 + 1])
def test_a_pause_is_at_most_a_day(tmp_path: Path, seconds: int) -> None:
    with pytest.raises(ValueError, match="allowed: 1 to 86400"):
        pause.pause(str(tmp_path), seconds, "ada", NOW)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"until": "soon"}', '{"until": true}', '{"until": 9999999999}']
)
def test_a_damaged_or_endless_pause_does_not_count(tmp_path: Path, content: str) -> None:
    (tmp_path / "pause.json").write_text(content)
    assert pause.is_paused(str(tmp_path), NOW) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("2h", 7200), ("1h30m", 5400), (" 90S ", 90), ("24h", 86400)],
)
def test_a_duration_is_read(text: str, seconds: int) -> None:
    assert pause.parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "30", "m", "1d", "-5m", "25h", "0m", "1.5h", "1h30", "٣m", "9" * 5000 + "m", "m5"]
)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="allowed: 30m, 2h"):
        pause.parse_duration(text)


@pytest.mark.parametrize(
    "name", ["CLAUDECODE", "CLAUDE_CODE_CHILD_SESSION", "CLAUDE_CODE_ENTRYPOINT"]
)
def test_a_child_of_claude_code_is_not_a_person(name: str) -> None:
    with pytest.raises(person.NotAPerson, match=f"{name} is set") as caught:
        person.require_person({name: "1"}, "ambidex trust", ancestry=[])
    assert caught.value.command == "ambidex trust"
    assert "In a terminal of your own, run: ambidex trust" in str(caught.value)


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_a_pipe_is_not_a_person(stream: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(person.__file__).parents[2])!r})\n"
        "from ambidex.policy.person import require_person\n"
        "try:\n    require_person({}, 'x', [])\n"
        "except Exception as error:\n    sys.stderr.write(str(error))\n"
    )
    master, slave = os.openpty()
    streams = {"stdin": slave, "stdout": slave, stream: subprocess.PIPE}
    run = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, start_new_session=True, **streams
    )
    error = run.communicate()[1].decode()
    os.close(master)
    os.close(slave)
    assert f"standard {'input' if stream == 'stdin' else 'output'} is not a terminal" in error


def test_a_terminal_of_somebody_else_is_not_a_person() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(person.__file__).parents[2])!r})\n"
        "from ambidex.policy.person import require_person\n"
        "try:\n    require_person({}, 'x', [])\n"
        "except Exception as error:\n    sys.stderr.write(str(error))\n"
    )
    master, slave = os.openpty()
    # A session of its own has no controlling terminal: a pseudo-terminal as streams is not enough.
    run = subprocess.run(
        [sys.executable, "-c", code],
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        start_new_session=True,
        check=True,
    )
    os.close(master)
    os.close(slave)
    assert b"no terminal of its own" in run.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["claude"],
        ["/usr/local/bin/claude", "-p", "x"],
        ["node", "--no-warnings", "/opt/x/node_modules/@anthropic-ai/claude-code/cli.js"],
        ["/usr/bin/node", "/usr/local/bin/claude", "--resume"],
        ["/home/a/.local/share/claude/versions/2.1.197", "-p"],
        ["/x/claude-code-linux-x64/../@anthropic-ai/claude-code-linux-x64/claude"],
        ["claude.exe"],
        ["claude --title"],
        ["/bin/sh", "/opt/bin/claude"],
    ],
)
def test_claude_code_is_recognised(words: list[str]) -> None:
    assert person.is_claude_code(words)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-zsh"],
        ["vim", "claude"],
        ["/usr/bin/python3", "claude.py"],
        ["node", "server.js", "claude"],
        ["bash", "-c", "echo"],
        ["claudette"],
        ["/sbin/init"],
    ],
)
def test_other_programs_are_not_claude_code(words: list[str]) -> None:
    assert not person.is_claude_code(words)


def test_a_process_above_this_one_is_seen(tmp_path: Path) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(Path(person.__file__).parents[2])!r})\n"
        "from ambidex.policy.person import ancestors, is_claude_code\n"
        "print([is_claude_code(words) for words in ancestors()][:2])"
    )
    (tmp_path / "code.py").write_text(code)
    pretender = tmp_path / "claude"
    pretender.write_text(f"#!/bin/sh\n/bin/sh -c '{sys.executable} {tmp_path}/code.py; :'\n:\n")
    pretender.chmod(0o755)
    run = subprocess.run([str(pretender)], capture_output=True, check=True)
    assert run.stdout == b"[False, True]\n"


def test_the_table_of_ps_leads_upwards_and_survives_nonsense() -> None:
    table = (
        "  1 0 /sbin/init\n 50 1 /usr/local/bin/claude -p x\n 60 50 /bin/zsh -l\n"
        "nonsense\n 70 70 loop\n"
    )
    assert person.lines_above(60, table) == [
        ["/bin/zsh", "-l"],
        ["/usr/local/bin/claude", "-p", "x"],
        ["/sbin/init"],
    ]
    assert person.lines_above(99, table) == []
    assert len(person.lines_above(70, table)) == 64
