from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ambidex import fastjson, locate
from ambidex.cli.status import gather
from ambidex.guard import approvals
from ambidex.guard.decide import decide
from ambidex.guard.scene import Scene
from ambidex.instructions import hold
from ambidex.instructions.inspect import inspect
from ambidex.policy import private, snapshot
from ambidex.policy.compile import compile_policy
from testing.configured_project import environment, make_project
from testing.terminal import run_on_terminal

POLICY = """
[paths]
add_only = ["migrations/**"]
read_only = ["vendor/**"]

[[guard.rules]]
id = "acme.deploy"
effects = ["run"]
programs = ["deploy"]
protects = "the shop"
why = "It goes live."
instead = "Ask."
match = ["./deploy now"]
not_match = ["ls"]
"""
FILES = {
    "ambidex.toml": POLICY,
    "migrations/0001.sql": "CREATE TABLE t (i INT);\n",
    "migrations/0002.py": "",
    "sub/vendor/lib.py": "",
    "vendor/lib.py": "",
    "tests/golden/test_a.py": "",
    "src/app.py": "",
}
WHY = ("--because", "the column is wrong")


class Desk:
    """A person's terminal in a project, and the guard's answers there."""

    def __init__(self, folder: Path, policy: str = POLICY) -> None:
        self.environ = environment(folder)
        self.folder = folder
        self.root = make_project(folder / "project", {**FILES, "ambidex.toml": policy})
        self.state = locate.repository_state(self.environ, str(self.root))
        # Compiled here: the guard gives its own compiler a few seconds, which a busy machine may
        # not have, and then answers by the strict defaults.
        compiled = fastjson.dumps(compile_policy(str(self.root)))
        private.replace(snapshot.snapshot_path(self.state, str(self.root)), compiled)

    def type(self, *arguments: str, cwd: str = "", **options: object) -> tuple[int, str]:
        where = self.root / cwd
        return run_on_terminal("approve", arguments, cwd=where, environ=self.environ, **options)  # type: ignore[arg-type]

    def answer(self, command: str, later: float = 0.0) -> tuple[str, str]:
        """What the guard says to a command, some seconds later."""
        scene = Scene(
            cwd=str(self.root),
            root=str(self.root),
            policy=snapshot.read(self.environ, str(self.root)),
            environ=self.environ,
            state=self.state,
            now=time.time() + later,
        )
        decision = decide("Bash", {"command": command}, scene)
        return decision.action, decision.rule

    def records(self) -> list[dict[str, object]]:
        folder = Path(self.state, "audit")
        lines = [
            line for path in sorted(folder.iterdir()) for line in path.read_text().splitlines()
        ]
        return [json.loads(line) for line in lines if '"event"' in line]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


CHANGE = "echo x >> migrations/0001.sql"


@pytest.mark.parametrize(
    ("what", "cwd", "name"),
    [
        ("migrations/0001.sql", "", "migrations/0001.sql"),
        ("0001.sql", "migrations", "migrations/0001.sql"),
        ("./x/../migrations/0001.sql", "", "migrations/0001.sql"),
        ("migrations/*.sql", "", "migrations/*.sql"),
        ("*.sql", "migrations", "migrations/*.sql"),
        ("**/*.sql", "", "**/*.sql"),
        ("migrations", "", "migrations"),
        ("migrations/", "", "migrations"),
        (".", "migrations", "migrations"),
        ("ambidex.paths.add-only", "", "ambidex.paths.add-only"),
    ],
)
def test_what_is_approved_passes_and_nothing_else(
    desk: Desk, what: str, cwd: str, name: str
) -> None:
    assert desk.answer(CHANGE) == ("deny", "ambidex.paths.add-only")
    code, said = desk.type(what, *WHY, cwd=cwd)
    assert code == 0, said
    assert f": {name}. End it: ambidex approve --revoke" in said
    assert desk.answer(CHANGE) == ("allow", "ambidex.paths.add-only")
    assert desk.answer("echo x >> vendor/lib.py")[0] == "deny"
    assert desk.answer("echo x >> tests/golden/test_a.py")[0] == "deny"


def test_one_file_is_not_its_folder(desk: Desk) -> None:
    desk.type("migrations/0001.sql", *WHY)
    assert desk.answer("echo x >> migrations/0002.py")[0] == "deny"
    assert desk.answer("rm -rf migrations")[0] == "deny"


def test_a_name_at_the_top_is_not_one_at_any_depth(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "[paths]\nread_only = ['**/vendor/**']\n")
    assert desk.answer("echo x >> sub/vendor/lib.py")[0] == "deny"
    desk.type("vendor", *WHY)
    assert desk.answer("echo x >> vendor/lib.py")[0] == "allow"
    assert desk.answer("echo x >> sub/vendor/lib.py")[0] == "deny"


def test_a_link_inside_of_what_is_approved_leads_no_further(desk: Desk) -> None:
    desk.type("migrations", *WHY)
    (desk.root / "migrations" / "link").symlink_to("../vendor")
    assert desk.answer("echo x >> migrations/link/lib.py")[0] == "deny"


def test_a_path_elsewhere_is_approved_as_an_absolute_one(desk: Desk) -> None:
    # Temporary folders are free, so a place that no test writes to; commands are only judged.
    other = "/srv/elsewhere"
    write = f"echo x > {other}/new.txt"
    assert desk.answer(write)[1] == "ambidex.filesystem.outside-write"
    code, said = desk.type(other, *WHY)
    assert code == 0, said
    assert other in said
    assert desk.answer(write)[0] == "allow"
    assert desk.answer(f"echo x > {other}2/new.txt")[0] != "allow"


def test_a_rule_of_the_project_can_be_approved(desk: Desk) -> None:
    assert desk.answer("./deploy now") == ("deny", "acme.deploy")
    code, said = desk.type("acme.deploy", *WHY)
    assert code == 0, said
    assert desk.answer("./deploy now") == ("allow", "acme.deploy")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ambidex.paths.add-onyl", *WHY), "Did you mean ambidex.paths.add-only?"),
        (("ambidex.zzzzzzzz.qqqqq", *WHY), "is no rule of the guard"),
        (("ambidex.databases", *WHY), "is no rule of the guard"),
        (("ambidex.golden.write", *WHY), "cannot be approved"),
        (("ambidex.own.wiring", *WHY), "cannot be approved"),
        (("ambidex.guard.unreadable", *WHY), "cannot be approved"),
        ((".", *WHY), "The whole project cannot be approved"),
        (("..", *WHY), "The whole project cannot be approved"),
        (("/", *WHY), "The whole project cannot be approved"),
        (("src/[a", *WHY), "is no path or glob"),
        (("src/app.py",), "Say why"),
        (("src/app.py", "--because", "  "), "Say why"),
        (("src/app.py", "--for", "25h", *WHY), "at most 24h"),
        (("src/app.py", "--for", "0s", *WHY), "at most 24h"),
        (("src/app.py", "--for", "soon", *WHY), "allowed: 30m, 2h"),
        (("src/app.py", "--for", "-5m", *WHY), "allowed: 30m, 2h"),
        (("src/app.py", "--revoke"), "takes no PATH or RULE"),
    ],
)
def test_what_cannot_be_approved_is_a_usage_error_that_says_why(
    desk: Desk, arguments: tuple[str, ...], said: str
) -> None:
    code, output = desk.type(*arguments)
    assert code == 2
    assert said in " ".join(output.split())
    assert approvals.current(desk.state, time.time()) == []


@pytest.mark.parametrize("place", ["tests/golden/test_a.py", "ambidex.toml", ".git/hooks"])
def test_golden_tests_and_the_wiring_stay_closed_by_path_too(desk: Desk, place: str) -> None:
    desk.type(place, *WHY)
    target = place if "." in Path(place).name[1:] else f"{place}/pre-commit"
    assert desk.answer(f"echo x >> {target}")[0] == "deny"


def test_an_approval_ends_by_itself(desk: Desk) -> None:
    desk.type("migrations", "--for", "90s", *WHY)
    assert desk.answer(CHANGE, later=80)[0] == "allow"
    assert desk.answer(CHANGE, later=91)[0] == "deny"
    assert desk.answer(CHANGE, later=-48 * 3600)[0] == "deny", "the clock was set back"


def test_approvals_are_listed_renewed_and_revoked(desk: Desk) -> None:
    assert desk.type() == (0, "Nothing is approved.\n")
    desk.type("migrations", *WHY)
    desk.type("acme.deploy", "--for", "24h", *WHY)
    desk.type("migrations", "--for", "2h", "--because", "again")
    code, said = desk.type()
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["acme.deploy", "migrations"]
    assert said.splitlines()[1].endswith(": again")
    assert desk.type("--revoke") == (0, "2 approvals ended.\n")
    assert desk.answer(CHANGE)[0] == "deny"
    assert desk.type("--revoke") == (0, "0 approvals ended.\n")


def test_the_status_shows_what_is_approved_and_held(desk: Desk) -> None:
    facts = gather(desk.environ, str(desk.root), time.time())
    assert (facts["approvals"], facts["held"]) == ([], [])
    desk.type("migrations", *WHY)
    skill = desk.root / ".claude" / "skills" / "a" / "SKILL.md"
    skill.parent.mkdir(parents=True)
    skill.write_text("Be\u200b\u202e kind\U000e0041\U000e0042.\n")
    hold.settle(desk.state, [inspect(str(skill))], frozenset())
    facts = gather(desk.environ, str(desk.root), time.time())
    assert [entry["what"] for entry in facts["approvals"]] == ["migrations"]
    assert facts["held"] == [str(skill)]
    code, said = run_on_terminal("status", [], cwd=desk.root, environ=desk.environ)
    assert code == 0
    assert "approved  migrations until " in said
    assert f": {WHY[1]}" in said
    assert "held      " in said


def test_an_approval_is_recorded_with_who_what_and_why(desk: Desk) -> None:
    desk.type("migrations", "--for", "1h", *WHY)
    desk.type("--revoke")
    granted, revoked = desk.records()[-2:]
    assert granted["event"] == "approval"
    assert granted["who"]
    wanted = {"kind": "path", "what": "migrations", "seconds": 3600, "because": WHY[1]}
    assert {key: granted[key] for key in wanted} == wanted
    assert revoked["event"] == "approval.revoked"


def test_what_cannot_be_recorded_is_not_approved(desk: Desk) -> None:
    Path(desk.state).mkdir(parents=True, exist_ok=True)
    Path(desk.state, "audit").write_text("a file where the folder should be")
    code, said = desk.type("migrations", *WHY)
    assert code == 4
    assert "the audit log cannot be written" in said
    assert approvals.current(desk.state, time.time()) == []


def test_an_approval_that_cannot_be_kept_is_an_error_after_its_record(desk: Desk) -> None:
    Path(approvals.path_of(desk.state)).mkdir(parents=True)
    code, said = desk.type("migrations", *WHY)
    assert code == 4
    assert "the approval cannot be recorded" in said
    assert desk.records()[-1]["event"] == "approval"
    assert desk.answer(CHANGE)[0] == "deny"
    code, said = desk.type("--revoke")
    assert code == 4
    assert "the approvals cannot be ended" in said


@pytest.mark.parametrize("arguments", [("migrations", *WHY), ("--revoke",)])
def test_inside_of_claude_code_nobody_approves(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.environ["CLAUDECODE"] = "1"
    code, said = desk.type(*arguments)
    assert code == 5
    assert "CLAUDECODE is set" in said
    assert f"cd {desk.root} && ambidex approve" in said.replace("\n", " ")
    assert approvals.current(desk.state, time.time()) == []


def test_the_command_for_a_person_can_be_pasted(desk: Desk) -> None:
    desk.environ["CLAUDECODE"] = "1"
    _, said = desk.type("migrations/*.sql", "--because", "it's wrong")
    words = "approve 'migrations/*.sql' --for 30m --because 'it'\"'\"'s wrong'"
    assert words in said.replace("\n", " ")


def test_below_an_agent_nobody_approves(desk: Desk) -> None:
    pretender = desk.folder / "claude"
    pretender.write_text('#!/bin/sh\n"$@"\nexit $?\n')
    pretender.chmod(0o755)
    code, said = desk.type("migrations", *WHY, program=[str(pretender)], depth=1)
    assert code == 5
    assert "Claude Code is among the processes" in said
    assert approvals.current(desk.state, time.time()) == []


def test_without_a_terminal_nobody_approves(desk: Desk) -> None:
    boot = f"from ambidex.cli.approve import command; command({['migrations', *WHY]!r})"
    done = subprocess.run(
        [sys.executable, "-c", boot],
        cwd=desk.root,
        env={**desk.environ, "PYTHONPATH": str(Path(locate.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5
    assert "the standard input is not a terminal" in " ".join(done.stderr.split())
    assert approvals.current(desk.state, time.time()) == []


def test_another_project_of_the_repository_gains_nothing(desk: Desk) -> None:
    desk.type("acme.deploy", *WHY)
    entry = approvals.current(desk.state, time.time())[0]
    approvals.grant(desk.state, {**entry, "root": "/elsewhere"}, time.time())
    approvals.revoke(desk.state, time.time())
    approvals.grant(desk.state, {**entry, "root": "/elsewhere"}, time.time())
    assert desk.answer("./deploy now")[0] == "deny"
    assert desk.type() == (0, "Nothing is approved.\n")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"approvals": 1}', b"\xff", b"[" * 9999])
def test_a_damaged_record_approves_nothing(desk: Desk, damage: bytes) -> None:
    desk.type("migrations", *WHY)
    Path(approvals.path_of(desk.state)).write_bytes(damage)
    assert desk.answer(CHANGE)[0] == "deny"
    assert desk.type("migrations", *WHY)[0] == 0
    assert desk.answer(CHANGE)[0] == "allow"


def test_a_record_that_others_can_write_approves_nothing(desk: Desk) -> None:
    desk.type("migrations", *WHY)
    Path(approvals.path_of(desk.state)).chmod(0o666)
    assert desk.answer(CHANGE)[0] == "deny"
