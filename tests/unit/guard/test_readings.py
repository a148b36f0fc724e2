"""The guard's small readers: SQL, git's configuration, names, marks, protected places."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ambidex.guard import effects, outside, sql, taint, wiring
from ambidex.guard.effects import Effect
from ambidex.guard.judge import judge
from ambidex.guard.names import spellings
from ambidex.guard.protected import CERTAIN, NOT, POSSIBLE, files_of, touch
from ambidex.guard.rules.names import matches
from ambidex.guard.rules.rule import Rule
from ambidex.guard.scene import Scene
from ambidex.guard.taint import ANY, CLASS, STAR, VARIABLE, Source, Sources
from testing.guarding import HOME, project, scene


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((f"DROP {what} x", sql.DESTROY) for what in ("DATABASE", "SCHEMA", "TABLESPACE")),
        *((f"DROP {what} x", sql.DESTROY) for what in ("USER", "ROLE", "KEYSPACE", "OWNED")),
        *((f"DROP {what} x", sql.DROP) for what in ("TABLE", "SEQUENCE", "TYPE", "EXTENSION")),
        *((f"DROP {what} x", sql.DROP) for what in ("COLLECTION", "MATERIALIZED", "DICTIONARY")),
        *((f"DROP {what} x", sql.DROP) for what in ("STREAM", "PIPE", "WAREHOUSE", "STAGE")),
        *((f"DROP {what} x", sql.DROP) for what in ("DOMAIN", "PUBLICATION", "SERVER")),
        *((f"DROP {what} x", "") for what in ("INDEX", "VIEW", "TRIGGER", "FUNCTION", "POLICY")),
        *((f"DROP {what} x", "") for what in ("PROCEDURE", "TEMPORARY", "TEMP", "PREPARE", "IT")),
        ("drop table x", sql.DROP),
        ("DROP", ""),
        ("TRUNCATE x", sql.DROP),
        ("TRUNCATE x CASCADE", sql.DESTROY),
        ("TRUNCATE(1.5, 1)", ""),
        ("TRUNCATE", ""),
        ("DELETE FROM x", sql.ROWS),
        ("DELETE x", ""),
        ("DELETE FROM x WHERE id = 2", ""),
        ("DELETE FROM x LIMIT 3", ""),
        ("DELETE FROM x USING y WHERE x.i = y.i", ""),
        *((f"DELETE FROM x WHERE {always}", sql.ROWS) for always in ("1", "TRUE", "1=1", "''=''")),
        ("DELETE FROM x WHERE", sql.ROWS),
        ("UPDATE x SET a = 1", sql.ROWS),
        ("UPDATE x SET a = 1 WHERE b = 2", ""),
        ("UPDATE STATISTICS x", ""),
        ("ALTER TABLE x DROP COLUMN a", sql.ALTER),
        ("ALTER TABLE x DROP", sql.ALTER),
        *((f"ALTER TABLE x DROP {what} a", "") for what in ("CONSTRAINT", "DEFAULT", "INDEX")),
        *((f"ALTER TABLE x DROP {what} a", "") for what in ("NOT", "KEY", "FOREIGN", "IDENTITY")),
        *((f"ALTER {what} x", sql.GRANT) for what in ("USER", "ROLE", "SYSTEM", "LOGIN")),
        ("ALTER TABLE x ADD y INT", ""),
        *((f"CREATE {what} x", sql.GRANT) for what in ("USER", "ROLE", "LOGIN")),
        ("CREATE TABLE x (i INT)", ""),
        ("GRANT ALL ON x TO y", sql.GRANT),
        ("GRANT SELECT ON x TO y", ""),
        ("GRANT ALL PRIVILEGES ON x TO y", sql.GRANT),
        ("REVOKE ALL PRIVILEGES ON x FROM y", sql.GRANT),
        ("REVOKE SELECT ON x FROM y", ""),
        ("GRANT SELECT ON *.* TO y", sql.GRANT),
        ("GRANT SELECT ON x TO PUBLIC", sql.GRANT),
        ("GRANT SUPERUSER TO y", sql.GRANT),
        ("COPY x FROM PROGRAM 'id'", sql.RUN),
        ("COPY x FROM 'f'", ""),
        ("EXEC xp_cmdshell 'dir'", sql.RUN),
        ("EXECUTE master..xp_cmdshell 'dir'", sql.RUN),
        ("EXECUTE other 'xp_cmdshell'", ""),
        ("xp_cmdshell 'dir'", sql.RUN),
        ("SELECT * INTO OUTFILE 'x' FROM t", sql.RUN),
        ("SELECT * INTO DUMPFILE 'x' FROM t", sql.RUN),
        *((f"SELECT {name}('x')", sql.RUN) for name in ("LOAD_FILE", "PG_READ_FILE", "LO_EXPORT")),
        ("SELECT 1", ""),
        ("INSERT INTO x SELECT 1", ""),
        *((f"{verb} DROP TABLE x", "") for verb in ("EXPLAIN", "DESCRIBE", "DESC", "SHOW", "USE")),
        ("PRAGMA foreign_keys", ""),
        ("EXPLAIN ANALYZE DELETE FROM x", sql.ROWS),
        ("EXPLAIN ANALYZE SELECT 1", ""),
        *((f"{verb} x DELETE FROM y", sql.ROWS) for verb in ("WITH", "BEGIN", "IF", "DO", "SET")),
        ("DECLARE x DROP TABLE y", sql.DROP),
        ("BEGIN UPDATE x SET y = 1", sql.ROWS),
        ("BEGIN TRUNCATE x", sql.DROP),
        ("BEGIN", ""),
        ("SET x = 1", ""),
        ("-- DROP TABLE x\nSELECT 1", ""),
        ("# DROP TABLE x\nSELECT 1", ""),
        ("/* DROP TABLE x */ SELECT 1", ""),
        ("/*!40000 DROP TABLE x */", sql.DROP),
        ("SELECT 'it''s; DROP TABLE x'", ""),
        ('DROP "TABLE" x', sql.DROP),
        ("DROP TABLE `a;b`", sql.DROP),
        ("DROP TABLE [x]", sql.DROP),
    ],
)
def test_what_a_statement_does(text: str, found: str) -> None:
    [statement] = list(sql.statements(text))
    assert sql.danger(statement) == found


def test_statements_are_taken_apart() -> None:
    text = "SELECT 'a''b', \"c d\" FROM t.x; ; /* ; */ DROP\tTABLE y;;"
    first, second = sql.statements(text)
    assert first.words == ["SELECT", "''", ",", "C D", "FROM", "T.X"]
    assert first.strings == ["a''b"]
    assert first.shown == ["SELECT", "'…'", ",", "c d", "FROM", "t.x"]
    assert (second.words, second.strings) == (["DROP", "TABLE", "Y"], [])
    [long] = sql.statements("SELECT a, b, c, d, e -- end")
    assert long.shown == ["SELECT", "a", ",", "b", ",", "c"]
    assert [one.words for one in sql.statements("SELECT 'open")] == [["SELECT", "''"]]
    assert [one.words for one in sql.statements('SELECT "open')] == [["SELECT", "OPEN"]]
    assert [one.words for one in sql.statements("/* open")] == []
    assert [one.words for one in sql.statements("a#b\n#c\nd")] == [["A", "#", "B", "D"]]
    assert len(list(sql.statements("x;" * sql.LIMIT))) == sql.LIMIT // 2


KEYS = """hookspath fsmonitor sshcommand gitproxy askpass pager editor clean smudge process textconv
driver command program insteadof external pushinsteadof path helper worktree attributesfile
excludesfile"""
SECTIONS = "alias include includeif filter credential url"


def test_keys_of_git_that_execute() -> None:
    for key in KEYS.split():
        assert wiring.executing_key(f"Some.{key.upper()}"), key
        assert not wiring.executing_key(f"some.x{key}"), key
        assert wiring.executing_lines(f"[some]\n\t{key.upper()} = x\n") == [
            f"[some]{key.upper()} = x"
        ]
    for section in SECTIONS.split():
        assert wiring.executing_key(f"{section.upper()}.x.y"), section
        assert wiring.executing_key(f"{section}.y"), section
        assert not wiring.executing_key(f"x{section}.y"), section
    for head in ("alias", "include", 'includeIf "x"', 'filter "y"', 'credential "z"'):
        assert wiring.executing_lines(f"[{head}]\n a = b\n\n[core]\n a = b\n") == [
            *(f"[{head.lower()}]a = b",)
        ]
    assert wiring.executing_lines("[core] pager = less\n") == [
        "[core] pager = less[core] pager = less"
    ]
    assert not wiring.executing_key("user.name")


def test_lines_of_the_policy() -> None:
    text = "[tool.ruff]\nx = 1\n[ \"tool\".'ambidex' ]\n a = 1 \n\n"
    text += "[[tool.ambidex.b]]\nc = 2\n[z]\nd = 3\n"
    kept = ["[ \"tool\".'ambidex' ]", "a = 1", "[[tool.ambidex.b]]", "c = 2"]
    assert wiring.policy_lines(text) == kept
    assert wiring.policy_lines("x = 'ambidex'\ny = 1") == ["x = 'ambidex'"]
    assert wiring.policy_lines("") == []


def concerned(where: Scene, path: str, kind: str = effects.WRITE, **facts: object) -> str:
    return wiring.concerns(Effect(kind, path=path, **facts), where)  # type: ignore[arg-type]


def test_places_of_the_wiring(root: Path) -> None:
    where = scene(root)
    places = (
        *(
            ".claude/settings.json",
            ".claude/settings.local.json",
            ".claude/hooks/x",
            ".git/hooks/x",
        ),
        *(".claude/ambidex/x", "ambidex.toml", ".ambidex/x", "AMBIDEX.TOML", ".git/hooks"),
    )
    for place in places:
        assert concerned(where, f"{root}/{place}"), place
    for place in (".ambidex/trash/x", ".ambidex/trash", "src/ambidex.yml", ".claude/x", ".claude"):
        assert not concerned(where, f"{root}/{place}"), place
    assert concerned(where, f"{root}/.claude", effects.DELETE, flags=("recursive",))
    assert concerned(where, f"{root}/.git", effects.MOVE)
    assert not concerned(where, f"{root}/src", effects.DELETE, flags=("recursive",))
    for place in places[:5]:
        found = concerned(where, f"{HOME}/{place}")
        assert found == (f"~/{place}" if place.startswith(".claude") else ""), place
    where = scene(root)
    where.environ = {**where.environ, "CLAUDE_PLUGIN_ROOT": "/srv/plug"}
    assert concerned(where, "/srv/plug/bin/x") == "/srv/plug/bin/x"
    assert concerned(where, "/SRV/plug/bin/x")
    assert concerned(where, "/srv", effects.DELETE, flags=("recursive",)) == "/srv"
    assert not concerned(where, "/srv")
    assert not concerned(where, "/srv/other")


def test_changes_of_shared_files(root: Path) -> None:
    where = scene(root)
    host, config = f"{root}/pyproject.toml", f"{root}/.git/config"
    Path(host).write_text("[tool.ambidex]\nx = 1\n[tool.other]\ny = 1\n")
    same = "[tool.other]\ny = 2\n[tool.ambidex]\nx = 1\n"
    assert not concerned(where, host, data=same)
    assert concerned(where, host, data=same.replace("x = 1", "x = 2")) == "pyproject.toml"
    assert not concerned(where, host, effects.EDIT, data="y = 3")
    assert concerned(where, host, effects.EDIT, data="ambidex")
    unknown = where.sources.mark(Source(VARIABLE, "$X"))
    assert not concerned(where, host, data=unknown)
    where.text = "sed s/ambidex/x/"
    assert concerned(where, host, data=unknown)
    before = Path(config).read_text()
    assert not concerned(where, config, data=before + "[user]\n\tname = x\n")
    assert concerned(where, config, data=before + "[core]\n\tpager = x\n") == ".git/config"
    for kind, data in ((effects.EDIT, before + "\n\n"), (effects.WRITE, unknown)):
        assert concerned(where, config, kind, data=data)
    assert concerned(where, config, data="[user]")
    assert concerned(where, f"{root}/.git/config.worktree", data="")
    assert not concerned(where, f"{root}/.git/description", data="x")


@pytest.mark.parametrize(
    ("kind", "facts", "clause"),
    [
        (effects.SEND, {"target": "h"}, "sends data to h"),
        (effects.PUBLISH, {}, "publishes something"),
        (effects.REMOTE, {"action": "delete"}, "on a server"),
        (effects.REMOTE, {"action": "read"}, ""),
        (effects.GIT, {"action": "push"}, "pushes"),
        (effects.GIT, {"action": "fetch"}, ""),
        (effects.READ, {}, ""),
        (effects.WRITE, {"path": "/dev/null"}, ""),
        (effects.WRITE, {"path": "/tmp/x"}, ""),
        *(
            (kind, {"path": "/elsewhere/x"}, "changes /elsewhere/x")
            for kind in sorted(effects.CHANGES)
        ),
        (effects.READ, {"path": "/elsewhere/x"}, "reads /elsewhere/x"),
        *((effects.READ, {"path": f"{d}x"}, "") for d in ("/usr/", "/bin/", "/lib", "/opt/")),
        *((effects.READ, {"path": f"{d}x"}, "") for d in ("/proc/", "/sys/", "/dev/", "/etc/")),
        (effects.KILL, {"path": "/elsewhere/x"}, ""),
    ],
)
def test_what_reaches_beyond_the_project(
    kind: str, facts: dict[str, str], clause: str, root: Path
) -> None:
    where = scene(root)
    effect = Effect(kind, **facts)  # type: ignore[arg-type]
    assert outside.question([effect], where) is None
    where.untrusted = lambda: ["a", "b", "c", "d", "e"]
    found = outside.question([Effect(effects.READ, path=f"{root}/x"), effect], where)
    if not clause:
        assert found is None
    else:
        assert found is not None
        assert (found.action, found.rule) == ("ask", outside.RULE)
        assert clause in found.reason
        assert "a, b, c and 2 more brought" in found.reason
        assert found.subject == f"outside {effect.path or effect.target}"
    where.untrusted = lambda: ["a", "b", "c"]
    found = outside.question([effect], where)
    assert found is None or "a, b, c brought" in found.reason


def test_kinds_are_distinct_words() -> None:
    names = [name for name in vars(effects) if name.isupper() and name not in ("KINDS", "CHANGES")]
    values = [getattr(effects, name) for name in names if name != "TYPE_CHECKING"]
    assert sorted(values) == sorted(effects.KINDS)
    assert all(getattr(effects, name) == name.lower() for name in names if name != "TYPE_CHECKING")
    assert {"write", "append", "edit", "delete", "move", "link", "mode", "owner"} == effects.CHANGES
    effect = Effect("read")
    facts = (effect.action, effect.path, effect.target, effect.data, effect.via)
    assert facts == ("", "", "", "", "")
    assert (effect.flags, effect.words) == (frozenset(), ())


def test_marks() -> None:
    sources = Sources()
    first, second = Source(VARIABLE, "$A"), Source("output", "$(b)", ["/p"], ["h"], ["/f"], "b")
    a, b = sources.mark(first), sources.mark(second)
    assert (second.paths, second.hosts, second.folders, second.program) == (
        ("/p",),
        ("h",),
        ("/f",),
        "b",
    )
    assert (first.paths, first.hosts, first.folders, first.program) == ((), (), (), "")
    assert a != b
    assert sources.of(f"x{b}ä{a}{b}") == [second, first]
    assert sources.of("xä") == []
    text = f"ä{a}/{STAR}{ANY}{CLASS}{chr(0xFFFFF)}"
    assert sources.show(text) == "ä$A/*?[…]…"
    assert taint.known_prefix(f"ä/x{a}y{b}") == "ä/x"
    assert taint.known_prefix("ä/x") == "ä/x"
    assert taint.is_known("ä")
    assert not taint.is_known(f"ä{a}")
    assert not taint.is_known(STAR)
    assert taint.is_pattern(f"ä{STAR}{ANY}{CLASS}")
    assert not taint.is_pattern(f"{STAR}{a}")
    assert not taint.is_pattern("ä")
    assert taint.without_marks(f"ä{a}x") == "ä\ufffdx"
    assert taint.without_marks("ä") == "ä"
    assert (ord(a), ord(b)) == (0xF0000, 0xF0001)
    assert len({taint.VARIABLE, taint.OUTPUT, taint.INPUT, taint.FILE, taint.CHOICE}) == 5


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("main", "main", True),
        ("main", "mainly", False),
        ("release/*", "release/1", True),
        ("release/*", "xrelease/1", False),
        ("*/x", "a/x", True),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c-c", False),
        ("a*b*b", "ab", False),
        ("a*bb*b", "abb", False),
        ("a*b*c*d", "abcd", True),
        ("a*c*b*d", "abcd", False),
        ("ab*ba", "aba", False),
        ("*", "", False),
    ],
)
def test_names_with_wildcards(pattern: str, name: str, fits: bool) -> None:
    assert matches(["other", pattern], name) == fits


def test_a_rule_is_made_of_allowed_words() -> None:
    facts = {"kinds": ["read"], "when": lambda *_: "", "protects": "p", "why": "w", "instead": "i"}
    facts.update(match=["a"], not_match=["b"])
    rule = Rule("ambidex.a-b.c", decision="ask", severity="high", **facts)  # type: ignore[arg-type]
    assert (rule.pack, rule.kinds, rule.match, rule.not_match) == ("a-b", ("read",), ("a",), ("b",))
    assert (rule.given, rule.decision, rule.severity) == ({}, "ask", "high")
    assert (rule.protects, rule.why, rule.instead) == ("p", "w", "i")
    assert Rule("a.b", decision="deny", severity="medium", given={"x": 1}, **facts).given == {
        "x": 1
    }  # type: ignore[arg-type]
    Rule("a.b", decision="deny", severity="critical", **facts)  # type: ignore[arg-type]
    for wrong in (
        {"decision": "allow", "severity": "high"},
        {"decision": "ask", "severity": "low"},
    ):
        with pytest.raises(ValueError, match=r"of a\.b is"):
            Rule("a.b", **wrong, **facts)  # type: ignore[arg-type]


def test_which_protected_places_are_touched(root: Path) -> None:
    where = scene(root)
    mark = where.sources.mark(Source(VARIABLE, "$X"))
    listed = where.sources.mark(Source("output", "$(find .)", folders=[str(root)]))
    glob = "tests/golden/**"

    def touched(path: str, kind: str = effects.WRITE, text: str = "", **facts: object) -> str:
        where.text = text
        return touch(Effect(kind, path=path, **facts), [glob], where)[0]  # type: ignore[arg-type]

    below = f"{root}/tests/golden"
    assert touch(Effect(effects.WRITE, path=f"{below}/x"), [glob], where) == (
        CERTAIN,
        "tests/golden/x",
    )
    assert touched(f"{root}/TESTS/Golden/x") == CERTAIN
    assert touched("/proc/self/cwd/tests/golden/x") == CERTAIN
    assert touched(f"/proc/self/root{below}/x") == CERTAIN
    assert touched(f"{root}/tests/other") == NOT
    assert touched(f"{root}/tests") == NOT
    assert touched(f"{root}/tests", effects.DELETE, flags=("recursive",)) == CERTAIN
    assert touched(f"{root}/tests", effects.MOVE) == CERTAIN
    assert touched(f"{root}/README.md", effects.MOVE) == NOT
    assert touch(Effect(effects.DELETE, path=str(root), flags=("recursive",)), [glob], where) == (
        CERTAIN,
        ".",
    )
    assert touched(f"{root}/src", effects.DELETE, flags=("recursive",)) == NOT
    assert touched(f"{below}/{mark}") == CERTAIN
    assert touched(f"{root}/tests/{mark}") == POSSIBLE
    assert touched(f"{root}/src/{mark}") == NOT
    assert touched(f"{root}/{mark}") == NOT
    assert touched(f"{root}/{mark}", text="cd golden") == POSSIBLE
    assert touched(f"{root}/src/{mark}", text="cd golden") == NOT
    assert touched(listed) == NOT
    assert touched(f"{root}/tests/golden/{STAR}") == CERTAIN
    assert touched(f"{root}/tests/{STAR}") == NOT
    assert touched(f"{root}/tests/{STAR}", effects.DELETE, flags=("recursive",)) == CERTAIN
    assert touched(f"{root}/{STAR}/{STAR}/{STAR}.py") == CERTAIN
    assert touched(f"{root}/{STAR}/{STAR}/{STAR}.txt") == NOT
    assert touched(f"{root}/tests/gol{ANY}en/test_pay.py") == CERTAIN
    assert touched(f"{root}/tests/gol{CLASS}en/test_pay.py") == CERTAIN
    assert touched(f"{root}/tests/gol{ANY}n/test_pay.py") == NOT


def test_files_of_a_glob_and_second_names(root: Path) -> None:
    where = scene(root)
    assert list(files_of("tests/golden/test_pay.py", where)) == ["tests/golden/test_pay.py"]
    assert list(files_of("README.md/x", where)) == []
    assert sorted(files_of("tests/golden/**", where)) == [
        "tests/golden/MANIFEST",
        "tests/golden/test_pay.py",
    ]
    for folder in ("node_modules", ".venv", ".git"):
        (root / folder).mkdir(exist_ok=True)
        (root / folder / "seen.py").write_text("")
    assert sorted(files_of("**/*.py", where, "src")) == ["src/app.py", "src/util/helpers.py"]
    assert "vendor/lib.py" in files_of("**/*.py", where)
    assert not [path for path in files_of("**/*.py", where) if "seen" in path]
    second = root / "second"
    os.link(root / "tests/golden/test_pay.py", second)
    globs = ["tests/golden/**"]
    for kind, answer in ((effects.WRITE, CERTAIN), (effects.EDIT, CERTAIN), (effects.READ, NOT)):
        assert touch(Effect(kind, path=str(second)), globs, where)[0] == answer
    for kind in (effects.DELETE, effects.MOVE):
        assert touch(Effect(kind, path=str(second)), globs, where)[0] == NOT
    os.link(root / "README.md", root / "third")
    assert touch(Effect(effects.WRITE, path=str(root / "third")), globs, where)[0] == NOT
    (root / "alias").symlink_to(root / "tests")
    unknown = where.sources.mark(Source(VARIABLE, "$X"))
    assert (
        touch(Effect(effects.WRITE, path=f"{root}/alias/golden/{unknown}"), globs, where)[0]
        == CERTAIN
    )
    link = Effect(effects.LINK, path=f"{root}/a", target=f"{root}/b")
    assert spellings(link, where) == [f"{root}/a", f"{root}/b"]
    soft = Effect(effects.LINK, path=f"{root}/a", target=f"{root}/b", flags=("symbolic",))
    assert spellings(soft, where) == [f"{root}/a"]
    assert spellings(Effect(effects.WRITE, path=f"{root}/a", target="/b"), where) == [f"{root}/a"]
    assert spellings(Effect(effects.WRITE, path="/proc/self/cwd"), where) == [str(root)]
    assert spellings(Effect(effects.WRITE, path="/proc/self/root"), where) == ["/"]


COMMON = """node docker npm redis-server nginx chrome firefox code electron go cargo git vim emacs
deno bun perl"""
VITAL = """systemd init sshd dbus-daemon windowserver loginwindow finder dockerd containerd login
kernel_task claude tmux screen bash zsh sh fish wayland"""


def test_processes_by_name(root: Path) -> None:
    for name in COMMON.split():
        decision = judge([Effect(effects.KILL, action="name", target=name.upper())], scene(root))
        assert decision.action == "ask", name
    for name in VITAL.split():
        assert (
            judge([Effect(effects.KILL, action="name", target=name)], scene(root)).action == "deny"
        ), name
    assert (
        judge([Effect(effects.KILL, action="name", target="my-server")], scene(root)).action
        == "allow"
    )


def test_what_is_said_of_an_answer(root: Path) -> None:
    where = scene(root)
    decision = judge([Effect(effects.WRITE, path=f"{root}/vendor/lib.py")], where)
    assert decision.subject == f"change {root}/vendor/lib.py"
    assert decision.instead
    assert ". " in decision.reason
    decision = judge([Effect(effects.GIT, action="push", flags=("force",))], where)
    assert decision.subject in ("", "git push")
    for action, data in (("unusable", "is odd"), ("nested", "is deep")):
        unread = Effect(effects.UNKNOWN, action=action, data=data, target="Say it again.")
        decision = judge([unread], where)
        assert decision.rule == "ambidex.guard.unreadable"
        assert data in decision.reason
        assert (decision.action == "deny", decision.instead == "Say it again.") == (
            (True, True) if action == "unusable" else (decision.action == "deny", False)
        )
    ask = [Effect(effects.WRITE, path=f"{root}/.github/workflows/ci.yml")]
    weak = judge([*ask, Effect(effects.UNKNOWN, action="nested", data="x")], where)
    assert weak.rule == "ambidex.guard.unreadable"
