"""Golden tests and Ambidex's own wiring are not written by an agent; reading stays free."""

from pathlib import Path

import pytest

from ambidex.guard.decide import decide
from ambidex.policy.defaults import DEFAULTS
from ambidex.verdict import Decision

POLICY = {
    **DEFAULTS,
    "active": True,
    "paths": {"golden": ["tests/golden/**"], "read_only": ["vendor/**"]},
}


def judge(project: Path, home: Path, tool: str, path: object, **more: object) -> Decision:
    field = "notebook_path" if tool == "NotebookEdit" else "file_path"
    return decide(
        tool,
        {field: path, **more},
        cwd=str(project),
        root=str(project),
        policy=POLICY,
        environ={"HOME": str(home)},
    )


@pytest.mark.parametrize("tool", ["Write", "Edit", "NotebookEdit"])
@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("tests/golden/test_a.py", "ambidex.golden.write"),
        ("tests/golden/new/test_b.py", "ambidex.golden.write"),
        ("src/../tests/golden/test_a.py", "ambidex.golden.write"),
        ("./tests//golden/test_a.py", "ambidex.golden.write"),
        ("vendor/lib.py", "ambidex.paths.read-only"),
        ("ambidex.toml", "ambidex.own.write"),
        (".ambidex/anything", "ambidex.own.write"),
        (".claude/settings.json", "ambidex.own.write"),
        (".claude/settings.local.json", "ambidex.own.write"),
        (".claude/hooks/x.sh", "ambidex.own.write"),
        (".claude/ambidex/launch", "ambidex.own.write"),
        (".git/hooks/pre-commit", "ambidex.own.write"),
        (".git/config", "ambidex.own.write"),
    ],
)
def test_a_protected_path_is_denied_to_every_writing_tool(
    project: Path, home: Path, tool: str, path: str, rule: str
) -> None:
    for spelling in (path, str(project / path)):
        decision = judge(project, home, tool, spelling)
        assert (decision.action, decision.rule) == ("deny", rule)
        assert decision.instead


@pytest.mark.parametrize(
    "path", ["src/a.py", "tests/test_a.py", "tests/golden_notes.md", ".claude/commands/x.md"]
)
def test_other_paths_are_free(project: Path, home: Path, path: str) -> None:
    assert judge(project, home, "Write", path).action == "allow"


def test_a_link_into_a_protected_folder_is_followed(project: Path, home: Path) -> None:
    golden = project / "tests" / "golden"
    golden.mkdir(parents=True)
    (project / "shortcut").symlink_to(golden)
    assert judge(project, home, "Write", "shortcut/test_a.py").rule == "ambidex.golden.write"


def test_a_link_that_lies_in_a_protected_folder_is_protected_itself(
    project: Path, home: Path
) -> None:
    golden = project / "tests" / "golden"
    golden.mkdir(parents=True)
    (golden / "link.py").symlink_to(project / "README.md")
    assert judge(project, home, "Edit", "tests/golden/link.py").rule == "ambidex.golden.write"


def test_the_users_own_settings_are_protected(project: Path, home: Path) -> None:
    for path in (str(home / ".claude" / "settings.json"), "~/.claude/settings.json"):
        assert judge(project, home, "Write", path).rule == "ambidex.own.write"


def test_state_and_data_are_protected(project: Path, home: Path) -> None:
    for path in (".local/state/ambidex/repos/x/trust.json", ".local/share/ambidex/python"):
        assert judge(project, home, "Write", str(home / path)).rule == "ambidex.own.write"


def test_the_policy_table_in_pyproject_is_protected_and_the_rest_is_not(
    project: Path, home: Path
) -> None:
    (project / "pyproject.toml").write_text(
        '[project]\nname = "x"\n\n[tool.ambidex]\ntrack = "right"\n\n'
        "[tool.ruff]\nline-length = 90\n"
    )
    free = judge(
        project, home, "Edit", "pyproject.toml", old_string="line-length = 90", new_string="#"
    )
    assert free.action == "allow"
    for old, new in (
        ('track = "right"', 'track = "left"'),
        ("[tool.ruff]", "[tool.ambidex.gates.right]\ntests = 'off'\n[tool.ruff]"),
        ("[tool.ambidex]\n", ""),
    ):
        decision = judge(project, home, "Edit", "pyproject.toml", old_string=old, new_string=new)
        assert decision.rule == "ambidex.own.write", new
    whole = judge(project, home, "Write", "pyproject.toml", content='[project]\nname = "x"\n')
    assert whole.rule == "ambidex.own.write"


@pytest.mark.parametrize("path", [None, "", 5, ["a"], "a\0b"])
def test_a_write_without_a_usable_path_is_denied(project: Path, home: Path, path: object) -> None:
    assert judge(project, home, "Write", path).rule == "ambidex.guard.unreadable"


def test_reading_a_golden_test_is_free(project: Path, home: Path) -> None:
    assert judge(project, home, "Read", "tests/golden/test_a.py").action == "allow"


def test_a_project_without_opt_in_has_no_golden_folder(project: Path, home: Path) -> None:
    decision = decide(
        "Write",
        {"file_path": "tests/golden/test_a.py"},
        cwd=str(project),
        root=str(project),
        policy=DEFAULTS,
        environ={"HOME": str(home)},
    )
    assert decision.action == "allow"


def test_a_rule_that_the_policy_disables_allows_and_says_so(project: Path, home: Path) -> None:
    guard = {**DEFAULTS["guard"], "disable": ["ambidex.git.force-push"]}
    decision = decide(
        "Bash",
        {"command": "git push --force"},
        cwd=str(project),
        root=str(project),
        policy={**DEFAULTS, "guard": guard},
        environ={"HOME": str(home)},
    )
    assert (decision.action, decision.rule) == ("allow", "ambidex.git.force-push")
