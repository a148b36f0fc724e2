"""Golden tests and Ambidex's own wiring are not written by an agent; reading stays free."""

import os
from pathlib import Path

import pytest

from ambidex.guard.decide import decide
from ambidex.guard.scene import Scene
from ambidex.policy.defaults import DEFAULTS
from ambidex.verdict import Decision
from testing.projects import git, repository

POLICY = {
    **DEFAULTS,
    "active": True,
    "paths": {
        **DEFAULTS["paths"],
        "no_access": ["private/**"],
        "read_only": ["vendor/**"],
        "add_only": ["migrations/**"],
    },
}


def judge(project: Path, home: Path, tool: str, path: object, **more: object) -> Decision:
    field = "notebook_path" if tool == "NotebookEdit" else "file_path"
    where = Scene(cwd=str(project), root=str(project), policy=POLICY, environ={"HOME": str(home)})
    return decide(tool, {field: path, **more}, where)


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
        ("TESTS/Golden/test_a.py", "ambidex.golden.write"),
        ("private/plan.txt", "ambidex.paths.no-access"),
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


def test_what_is_closed_is_not_read(project: Path, home: Path) -> None:
    for tool, path in (("Read", "private/plan.txt"), ("Read", "./src/../private/plan.txt")):
        assert judge(project, home, tool, path).rule == "ambidex.paths.no-access"


def test_what_may_be_added_to_is_not_changed(project: Path, home: Path) -> None:
    (project / "migrations").mkdir()
    (project / "migrations" / "1.sql").write_text("")
    assert judge(project, home, "Write", "migrations/2.sql").action == "allow"
    assert judge(project, home, "Write", "migrations/1.sql").rule == "ambidex.paths.add-only"
    assert judge(project, home, "Edit", "migrations/1.sql").rule == "ambidex.paths.add-only"


def test_what_needs_approval_is_asked_about(project: Path, home: Path) -> None:
    decision = judge(project, home, "Write", ".github/workflows/ci.yml")
    assert (decision.action, decision.rule) == ("ask", "ambidex.paths.approval")
    assert "ambidex approve" in decision.instead


def test_a_second_name_of_a_protected_file_is_protected(project: Path, home: Path) -> None:
    golden = project / "tests" / "golden"
    golden.mkdir(parents=True)
    (golden / "test_a.py").write_text("")
    os.link(golden / "test_a.py", project / "alias.py")
    os.link(project / "README.md", project / "harmless.md")
    assert judge(project, home, "Edit", "alias.py").rule == "ambidex.golden.write"
    assert judge(project, home, "Edit", "harmless.md").action == "allow"


def test_only_what_executes_is_protected_in_the_configuration_of_git(
    project: Path, home: Path
) -> None:
    config = project / ".git" / "config"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[core]\n\tbare = false\n")
    free = judge(
        project,
        home,
        "Edit",
        ".git/config",
        old_string="bare = false\n",
        new_string='bare = false\n[branch "x"]\n\tremote = origin\n',
    )
    assert free.action == "allow"
    for added in (
        "[core]\n\thooksPath = /x\n",
        "[alias]\n\tst = !rm -r x\n",
        '[filter "x"]\n\tclean = sh\n',
        '[url "https://x.example"]\n\tinsteadOf = https://y.example\n',
        "[include]\n\tpath = /tmp/x\n",
    ):
        decision = judge(
            project,
            home,
            "Edit",
            ".git/config",
            old_string="bare = false\n",
            new_string="bare = false\n" + added,
        )
        assert decision.rule == "ambidex.own.write", added


@pytest.mark.parametrize("manifest", [True, False])
def test_what_grades_golden_tests_is_protected_once_they_are_set_up(
    project: Path, home: Path, manifest: bool
) -> None:
    golden = project / "tests" / "golden"
    golden.mkdir(parents=True)
    if manifest:
        (golden / "MANIFEST").write_text("")
    for path in ("conftest.py", "tests/conftest.py", "pytest.ini"):
        decision = judge(project, home, "Write", path, content="x = 1\n")
        assert decision.rule == ("ambidex.golden.grading" if manifest else ""), path
    assert judge(project, home, "Write", "src/conftest.py").action == "allow"


def test_a_tool_of_an_mcp_server_that_writes_is_held_to_the_same(project: Path, home: Path) -> None:
    writers = [{"tool": "mcp__files__write*", "field": "target"}]
    policy = {**POLICY, "guard": {**DEFAULTS["guard"], "writers": writers}}
    where = Scene(cwd=str(project), root=str(project), policy=policy, environ={"HOME": str(home)})
    golden = {"target": "tests/golden/test_a.py"}
    assert decide("mcp__files__write_file", golden, where).rule == "ambidex.golden.write"
    assert decide("mcp__files__write", {"target": "src/a.py"}, where).action == "allow"
    assert decide("mcp__files__read", golden, where).action == "allow"


def test_a_project_without_opt_in_has_no_golden_folder(project: Path, home: Path) -> None:
    where = Scene(cwd=str(project), root=str(project), policy=DEFAULTS, environ={"HOME": str(home)})
    for path in ("tests/golden/test_a.py", ".github/workflows/ci.yml"):
        assert decide("Write", {"file_path": path}, where).action == "allow"
    assert decide("Write", {"file_path": ".claude/settings.json"}, where).action == "deny"


def test_another_work_tree_of_the_repository_has_the_same_golden_tests(
    project: Path, home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(project, "worktree", "add", "-q", "-b", "side", str(other))
    for path in (
        "tests/golden/test_a.py",
        "vendor/lib.py",
        "ambidex.toml",
        ".claude/settings.json",
    ):
        assert judge(project, home, "Write", str(other / path)).action == "deny", path
        assert judge(other, home, "Write", str(project / path)).action == "deny", path
        assert judge(other, home, "Write", path).action == "deny", path
    assert judge(project, home, "Write", str(other / "src/a.py")).action == "allow"


def test_another_repository_has_no_golden_tests_of_this_one(
    project: Path, home: Path, tmp_path: Path
) -> None:
    beside = repository(tmp_path / "beside", {"a.txt": ""})
    decision = judge(project, home, "Write", str(beside / "tests/golden/test_a.py"))
    assert decision.rule != "ambidex.golden.write"


def test_a_submodule_lies_in_the_project(project: Path, home: Path) -> None:
    repository(project / "tests" / "golden" / "sub", {"a.txt": ""})
    repository(project / "lib", {"a.txt": ""})
    assert judge(project, home, "Write", "tests/golden/sub/a.txt").rule == "ambidex.golden.write"
    assert judge(project, home, "Write", "lib/a.txt").action == "allow"


@pytest.mark.parametrize("tool", ["Write", "Edit", "MultiEdit", "NotebookEdit"])
def test_a_folder_behind_links_is_the_same_folder(project: Path, home: Path, tool: str) -> None:
    (project / "tests" / "golden").mkdir(parents=True)
    (project / "one").symlink_to("tests")
    (project / "two").symlink_to("one/golden")
    for path in ("one/golden/x.py", "two/x.py", "one/../one/Golden/x.py"):
        assert judge(project, home, tool, path).rule == "ambidex.golden.write", path
    assert judge(project, home, tool, "one/x.py").action == "allow"


def test_names_of_any_length_and_bytes_are_judged(project: Path, home: Path) -> None:
    for name in ("x" * 4000, "caf\udce9.py", "a b\n.py", "\U000f0001.py"):
        path = f"tests/golden/{name}"
        assert judge(project, home, "Write", path).rule == "ambidex.golden.write"
        assert judge(project, home, "Write", f"src/{name}").action == "allow"


def test_a_search_in_what_is_closed_is_a_read_of_it(project: Path, home: Path) -> None:
    where = Scene(cwd=str(project), root=str(project), policy=POLICY, environ={"HOME": str(home)})
    for path in ("private/plan.txt", "private/a/b"):
        closed = decide("Grep", {"pattern": "x", "path": path}, where)
        assert closed.rule == "ambidex.paths.no-access"
    assert decide("Grep", {"pattern": "x", "path": "src"}, where).action == "allow"
    assert decide("Grep", {"pattern": "x"}, where).action == "allow"


@pytest.mark.parametrize(
    "command",
    [
        "rm {root}/tests/golden/test_a.py",
        "echo x > {root}/tests/golden/test_a.py",
        "cd / && rm -rf {root}/tests",
        "cd /tmp; sed -i 1d {root}/tests/golden/test_a.py",
        "cp /tmp/x {root}/src/../tests/golden/",
        "python -c \"open('{root}/tests/golden/x.py', 'w')\"",
        "git -C {root} rm tests/golden/test_a.py",
        "app --output={root}/tests/golden/x.json",
        "echo '{{}}' > {root}/.claude/settings.json",
        "rm {root}/.git/hooks/pre-commit",
    ],
)
def test_absolute_paths_of_the_project_are_its_paths(
    project: Path, home: Path, command: str
) -> None:
    where = Scene(cwd=str(project), root=str(project), policy=POLICY, environ={"HOME": str(home)})
    assert decide("Bash", {"command": command.format(root=project)}, where).action == "deny"


_CONFIGURATION = {
    "pyproject.toml": "[project]\nname = 'x'\n\n[tool.pytest.ini_options]\naddopts = '-q'\n",
    "tox.ini": "[tox]\nenvlist = py311\n\n[pytest]\naddopts = -q\n",
    "setup.cfg": "[metadata]\nname = x\n\n[tool:pytest]\naddopts = -q\n",
}


def _graded(project: Path) -> None:
    golden = project / "tests" / "golden"
    golden.mkdir(parents=True)
    (golden / "MANIFEST").write_text("")
    for name, text in _CONFIGURATION.items():
        (project / name).write_text(text)


@pytest.mark.parametrize(
    ("name", "old", "new", "stopped"),
    [
        ("pyproject.toml", "name = 'x'", "name = 'y'", False),
        ("pyproject.toml", "addopts = '-q'", "addopts = '-k x'", True),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", "", True),
        ("tox.ini", "py311", "py312", False),
        ("tox.ini", "addopts = -q", "addopts = -k x", True),
        ("setup.cfg", "name = x", "name = y", False),
        ("setup.cfg", "addopts = -q", "testpaths = src", True),
    ],
)
def test_of_shared_configuration_only_the_tables_of_pytest_are_protected(
    project: Path, home: Path, name: str, old: str, new: str, stopped: bool
) -> None:
    _graded(project)
    expected = "ambidex.golden.grading" if stopped else ""
    assert judge(project, home, "Edit", name, old_string=old, new_string=new).rule == expected
    text = _CONFIGURATION[name].replace(old, new)
    assert judge(project, home, "Write", name, content=text).rule == expected


@pytest.mark.parametrize(
    ("command", "stopped"),
    [
        ("sed -i 's/addopts.*//' pyproject.toml", True),
        ("printf '[tool.pytest.ini_options]\\naddopts = \"-x\"\\n' >> pyproject.toml", True),
        ("printf '[pytest]\\naddopts = -k x\\n' > tox.ini", True),
        ("rm setup.cfg", True),
        ("echo x > pytest.ini", True),
        ("cp /tmp/c.py tests/conftest.py", True),
        ("mv tests/conftest.py /tmp/x.py", True),
        ("sed -i 's/py311/py312/' tox.ini", False),
        ("printf '[tool.ruff]\\nline-length = 90\\n' >> pyproject.toml", False),
        ("sed -i s/x/y/ setup.cfg", False),
        ("cat pyproject.toml tests/conftest.py", False),
        ("chmod 644 pyproject.toml", False),
        ("echo x > src/pytest.ini", False),
    ],
)
def test_the_shell_is_held_to_the_same_grading_surface(
    project: Path, home: Path, command: str, stopped: bool
) -> None:
    _graded(project)
    where = Scene(cwd=str(project), root=str(project), policy=POLICY, environ={"HOME": str(home)})
    decision = decide("Bash", {"command": command}, where)
    assert (decision.rule == "ambidex.golden.grading") == stopped, decision


def test_in_the_shell_the_parent_of_a_link_is_where_it_leads_to(project: Path, home: Path) -> None:
    (project / "tests" / "golden").mkdir(parents=True)
    (project / "two").symlink_to("tests/golden")
    where = Scene(cwd=str(project), root=str(project), policy=POLICY, environ={"HOME": str(home)})
    for command in ("echo x > two/../golden/x.py", "rm -rf two/../../tests"):
        assert decide("Bash", {"command": command}, where).rule == "ambidex.golden.write", command
    assert decide("Bash", {"command": "echo x > two/../x.py"}, where).action == "allow"
