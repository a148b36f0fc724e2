"""Rules that a project declares, the tables of shared settings, and approvals."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ambidex.guard import approvals, effects, tables
from ambidex.guard.effects import Effect
from ambidex.guard.judge import hits
from ambidex.guard.rules import about, declared
from ambidex.guard.scene import Scene
from ambidex.guard.taint import VARIABLE, Source
from ambidex.policy.defaults import DEFAULTS
from testing.guarding import project, scene


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


ENTRY: dict[str, object] = {
    "id": "team.no-fetch",
    "effects": ["run"],
    "programs": [],
    "words": [],
    "actions": [],
    "targets": [],
    "paths": [],
    "flags": [],
    "decision": "deny",
    "severity": "high",
    "protects": "the team",
    "why": "It matters.",
    "instead": "Do not.",
    "match": ["x"],
    "not_match": ["y"],
}


def found(root: Path, effect: Effect, **changed: object) -> list[str]:
    where = scene(root, guard={**DEFAULTS["guard"], "rules": [{**ENTRY, **changed}]})
    kept = [hit for hit in hits([effect], where) if hit.rule.id == "team.no-fetch"]
    return [f"{hit.decision}: {hit.saw}" for hit in kept]


@pytest.mark.parametrize(
    ("changed", "fits"),
    [
        ({}, True),
        ({"programs": ["fetch"]}, True),
        ({"programs": ["/opt/*/fetch"]}, True),
        ({"programs": ["/opt/bin/fetch"]}, True),
        ({"programs": ["other", "FETCH"]}, True),
        ({"programs": ["bin/fetch"]}, False),
        ({"programs": ["other"]}, False),
        ({"words": ["--all"]}, True),
        ({"words": ["--a*", "it"]}, True),
        ({"words": ["--all", "none"]}, False),
        ({"actions": ["get"]}, True),
        ({"actions": ["put"]}, False),
        ({"targets": ["h*t"]}, True),
        ({"targets": ["other"]}, False),
        ({"paths": ["src/**"]}, True),
        ({"paths": ["docs/**", "**/app.py"]}, True),
        ({"paths": ["docs/**"]}, False),
        ({"flags": ["force"]}, True),
        ({"flags": ["force", "recursive"]}, False),
        ({"effects": ["run", "write"]}, True),
        ({"effects": ["write"]}, False),
        ({"programs": ["fetch"], "words": ["none"]}, False),
        ({"programs": ["other"], "words": ["--all"]}, False),
        ({"actions": ["get"], "targets": ["other"]}, False),
        ({"actions": ["put"], "targets": ["host"]}, False),
        ({"paths": ["docs/**"], "flags": ["force"]}, False),
    ],
)
def test_what_a_declared_rule_is_about(changed: dict[str, object], fits: bool, root: Path) -> None:
    effect = Effect(
        "run",
        action="get",
        target="host",
        path=f"{root}/src/app.py",
        flags=["force"],
        words=("/opt/bin/fetch", "--all", "it"),
    )
    shown = "`/opt/bin/fetch --all it` falls under a rule of this project"
    assert found(root, effect, **changed) == ([f"deny: {shown}"] if fits else [])
    asked = found(root, effect, **changed, decision="ask")
    assert asked == ([f"ask: {shown}"] if fits else [])


def test_paths_of_declared_rules(root: Path) -> None:
    bare = Effect("run", words=())
    assert found(root, bare) == ["deny: `` falls under a rule of this project"]
    assert found(root, bare, programs=["x*"]) == []
    assert found(root, bare, programs=["fetch"]) == []
    assert found(root, bare, paths=["**"]) == []
    elsewhere = Effect("run", path="/elsewhere/x", words=("w" * 300,))
    assert found(root, elsewhere, paths=["/elsewhere/*"])[0].count("w") == 200
    assert found(root, elsewhere, paths=["/other/*"]) == []
    assert found(root, elsewhere, paths=["**"]) == []
    assert found(root, elsewhere, paths=["x", "/elsewhere/**"])
    inside = Effect("run", path=f"{root}/src/app.py")
    assert found(root, inside, paths=["/src/app.py", "src/app.py"])
    assert found(root, inside, paths=[f"{root}/src/*"])


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a", "A", True),
        ("A*", "abc", True),
        ("*c", "abC", True),
        ("a*c", "ac", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "axbxc", True),
        ("a*b*c", "acb", False),
        ("a*b*b", "ab", False),
        ("ab*ba", "aba", False),
        ("*", "", True),
        ("a", "ab", False),
        ("b*", "ab", False),
        ("*x*y*", "1y2x3", False),
        ("*x*y*", "1x2y3", True),
        ("*aa*aa*", "aaa", False),
        ("*aa*aa*", "aaaa", True),
    ],
)
def test_what_is_like_a_pattern(pattern: str, text: str, fits: bool) -> None:
    assert declared.like(pattern, text) == fits


def test_a_declared_rule_has_all_of_its_entry() -> None:
    rule = declared.rule_of(ENTRY)
    assert (rule.id, rule.kinds, rule.decision, rule.severity) == (
        *("team.no-fetch", ("run",), "deny", "high"),
    )
    assert (rule.protects, rule.why, rule.instead) == ("the team", "It matters.", "Do not.")
    assert (rule.match, rule.not_match) == (("x",), ("y",))


def test_packs_are_asked_about_the_effects_of_their_rules() -> None:
    from ambidex.guard.rules import PACKS, of_pack

    for pack, kinds in PACKS.items():
        asked = {kind for rule in of_pack(pack) for kind in rule.kinds}
        assert asked <= kinds, pack
        for rule in of_pack(pack):
            for kind in rule.kinds:
                assert rule in list(about(kind))


PYPROJECT = "[project]\nname = 'x'\n[tool.pytest.ini_options]\naddopts = '-q'\n# c\n\n[z]\ny = 1\n"


def test_lines_of_tables() -> None:
    of = tables.table_lines
    name = ("tool.pytest",)
    head = "[tool.pytest.ini_options]"
    assert of(PYPROJECT, name) == [head, "addopts = '-q'"]
    assert of("[tool.pytest]\na=1", name) == ["[tool.pytest]", "a=1"]
    assert of("[tool.pytestx]\na=1", name) == []
    assert of("[xtool.pytest]\na=1", name) == []
    assert of("[ \"tool\" . 'pytest' ] # [z]\na=1", name) == [
        "[ \"tool\" . 'pytest' ] # [z]",
        "a=1",
    ]
    assert of("[[tool.pytest.x]]\n a=1 \n; c", name) == ["[[tool.pytest.x]]", "a=1"]
    assert of("tool . pytest.x.y = 1\ntool.pytestx = 2", name) == ["tool . pytest.x.y = 1"]
    assert of("[pytest]\na=1\n[b]\nc=2", ("pytest",)) == ["[pytest]", "a=1"]
    assert of("[tool:pytest]\na=1", ("tool:pytest",)) == ["[tool:pytest]", "a=1"]
    assert tables.TABLES == {
        "pyproject.toml": ("tool.pytest",),
        "tox.ini": ("pytest",),
        "setup.cfg": ("tool:pytest",),
    }
    assert tables.content("/nowhere/at/all") == ""


def test_changes_of_tables(root: Path) -> None:
    path = root / "pyproject.toml"
    path.write_text(PYPROJECT)
    where = scene(root)
    unknown = where.sources.mark(Source(VARIABLE, "$X"))

    def changes(kind: str, data: str = "", text: str = "", where: Scene = where) -> bool:
        where.text = text
        effect = Effect(kind, path=str(path), data=data)
        return tables.changes_tables("pyproject.toml", effect, where)

    assert tables.content(str(path)) == PYPROJECT
    assert not changes(effects.MODE)
    assert not changes(effects.OWNER)
    assert not changes(effects.WRITE, PYPROJECT + "[a]\nb = 1\n")
    assert changes(effects.WRITE, PYPROJECT.replace("-q", "-x"))
    assert changes(effects.WRITE, "")
    assert changes(effects.WRITE, unknown)
    assert not changes(effects.APPEND, "[a]\nb = 1\n")
    assert changes(effects.APPEND, "[tool.pytest.x]\nb = 1\n")
    assert changes(effects.APPEND, unknown)
    assert not changes(effects.EDIT)
    assert changes(effects.EDIT, "pytest")
    for word in ("pytest", "addopts", "testpaths", "norecursedirs", "conftest"):
        assert changes(effects.EDIT, text=f"sed s/{word}/x/")
        assert not changes(effects.EDIT, text=f"sed s/{word[1:]}/x/")
    assert changes(effects.DELETE)
    assert changes(effects.MOVE)
    path.write_text("[a]\nb = 1\n")
    assert not changes(effects.DELETE, "pytest")
    assert not changes(effects.WRITE, unknown)
    assert changes(effects.WRITE, f"{unknown}pytest")
    assert changes(effects.MOVE, "pytest")
    assert not changes(effects.MOVE)


NOW = 1_700_000_000.0


def approval(project_root: Path, **changed: object) -> dict[str, object]:
    entry = {"kind": "rule", "what": "ambidex.git.clean", "until": int(NOW) + 60}
    said = {"root": str(project_root), "because": "b", "who": "w", "when": "n"}
    return {**entry, **said, **changed}


def test_which_approvals_hold(root: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    file = Path(approvals.path_of(str(state)))
    assert file == state / "approvals.json"
    assert approvals.current(str(state), NOW) == []
    assert approvals.revoke(str(state), NOW) == 0

    def holds(**changed: object) -> bool:
        file.write_text(json.dumps({"approvals": [approval(root, **changed)]}))
        file.chmod(0o600)
        return bool(approvals.current(str(state), NOW))

    assert holds()
    assert holds(kind="path")
    assert holds(until=int(NOW) + 24 * 3600)
    assert not holds(until=int(NOW) + 24 * 3600 + 1)
    assert not holds(until=int(NOW))
    assert not holds(until=NOW + 60)
    assert not holds(until=True)
    assert not holds(kind="other")
    assert not holds(what=1)
    assert not holds(root=None)
    assert holds()
    for mode in (0o620, 0o602):
        file.chmod(mode)
        assert approvals.current(str(state), NOW) == []
    file.chmod(0o644)
    assert len(approvals.current(str(state), NOW)) == 1
    for damaged in ("", "[]", "{}", '{"approvals": 1}', '{"approvals": [1]}', "["):
        file.write_text(damaged)
        assert approvals.current(str(state), NOW) == []


def test_what_an_approval_covers(root: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    where = scene(root)
    where.state = str(state)
    os.symlink(root / "src", root / "link")

    def covers(rule: str, effect: Effect, **changed: object) -> bool:
        approvals.revoke(str(state), NOW)
        approvals.grant(str(state), approval(root, **changed), NOW)
        return approvals.covering(rule, effect, where, NOW) is not None

    some = Effect(effects.WRITE, path=f"{root}/src/app.py")
    assert covers("ambidex.git.clean", some)
    assert not covers("ambidex.git.other", some)
    assert not covers("ambidex.git.clean", some, root="/other")
    for never in ("ambidex.own.x", "ambidex.golden.x", "ambidex.guard.x"):
        assert not covers(never, some, what=never)
    for rule, place in (
        ("ambidex.paths.read-only", True),
        ("ambidex.filesystem.outside-write", True),
        ("ambidex.filesystem.shred", False),
    ):
        assert covers(rule, some, kind="path", what="src/**") == place
        assert covers(rule, some, kind="path", what="src") == place
    read_only = "ambidex.paths.read-only"
    assert not covers(read_only, some, kind="path", what="app.py")
    assert covers(read_only, some, kind="path", what="**/app.py")
    assert covers(read_only, some, kind="path", what=f"{os.path.realpath(root)}/src")
    assert covers(read_only, some, kind="path", what=f"{os.path.realpath(root)}/*/app.py")
    assert not covers(read_only, some, kind="path", what="/elsewhere")
    assert not covers(read_only, some, kind="rule", what="src")
    linked = Effect(effects.WRITE, path=f"{root}/link/app.py")
    assert covers(read_only, linked, kind="path", what="src")
    assert not covers(read_only, linked, kind="path", what="link")
    for path in ("", f"{root}/src/{where.sources.mark(Source(VARIABLE, '$X'))}", str(root)):
        assert not covers(read_only, Effect(effects.WRITE, path=path), kind="path", what="src")
        assert not covers(read_only, Effect(effects.WRITE, path=path), kind="path", what="**")
    where.state = ""
    assert approvals.covering("ambidex.git.clean", some, where, NOW) is None


def test_approvals_replace_each_other(root: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    for changed in ({}, {"until": int(NOW) + 90}, {"what": "other"}, {"root": "/x"}):
        approvals.grant(str(state), approval(root, **changed), NOW)
    approvals.grant(str(state), approval(root, kind="path"), NOW)
    kept = approvals.current(str(state), NOW)
    assert [entry["until"] - int(NOW) for entry in kept] == [90, 60, 60, 60]
    with pytest.raises(ValueError, match="does not hold"):
        approvals.grant(str(state), approval(root, until=5), NOW)
    assert len(approvals.current(str(state), NOW + 70)) == 1
    approvals.grant(str(state), approval(root, what="z", until=int(NOW) + 99), NOW + 70)
    assert len(approvals.current(str(state), NOW + 1)) == 2
    assert approvals.revoke(str(state), NOW + 1) == 2
    assert approvals.current(str(state), NOW) == []
