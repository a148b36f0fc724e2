"""Which files count as instructions, where they are found, and what is worth a lock."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ambidex.instructions import files, survey


@pytest.mark.parametrize(
    "path",
    [
        "CLAUDE.md",
        "/x/sub/CLAUDE.local.md",
        "AGENTS.md",
        ".claude/skills/tidy/SKILL.md",
        ".claude/skills/tidy/scripts/run.py",
        "/home/u/.claude/agents/a.md",
        ".claude/commands/deep/er.md",
        ".claude/rules/style.md",
        ".claude/output-styles/terse.md",
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".mcp.json",
        ".cursorrules",
        ".cursor/rules/a.mdc",
        ".github/copilot-instructions.md",
        "plugin/skills/x/SKILL.md",
    ],
)
def test_a_file_of_instructions(path: str) -> None:
    assert files.is_instruction(path)


@pytest.mark.parametrize(
    "path",
    ["README.md", "src/skills.py", ".claude/notes.md", "skills", ".claude/skills", "docs/agents/x"],
)
def test_another_file(path: str) -> None:
    assert not files.is_instruction(path)


def put(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n")


def found(root: Path, environ: dict[str, str]) -> list[str]:
    return sorted(os.path.relpath(path, root.parent) for path in files.usual(str(root), environ))


def test_usual_places_of_project_user_and_plugins(tmp_path: Path) -> None:
    root, home = tmp_path / "project", tmp_path / "home"
    put(root, "CLAUDE.md", ".mcp.json", ".claude/skills/a/SKILL.md", "src/CLAUDE.md", "README.md")
    put(home, ".claude/CLAUDE.md", ".claude/agents/b.md", ".claude/history.md")
    put(tmp_path / "plugin", "skills/c/SKILL.md", "hooks/hooks.json", "src/main.py")
    put(tmp_path / "own", "skills/d/SKILL.md")
    listed = {
        "plugins": {
            "c@m": [{"installPath": str(tmp_path / "plugin")}],
            "d@m": [{"installPath": str(tmp_path / "own")}, {"other": 1}],
        }
    }
    (home / ".claude/plugins").mkdir()
    (home / ".claude/plugins/installed_plugins.json").write_text(json.dumps(listed))
    environ = {"HOME": str(home), "CLAUDE_PLUGIN_ROOT": str(tmp_path / "own")}
    expected = [
        "home/.claude/CLAUDE.md",
        "home/.claude/agents/b.md",
        "project/.claude/skills/a/SKILL.md",
        "project/.mcp.json",
        "project/CLAUDE.md",
    ]
    # One entry that cannot be understood makes the whole list unusable.
    assert found(root, environ) == expected
    listed["plugins"]["d@m"].pop()
    (home / ".claude/plugins/installed_plugins.json").write_text(json.dumps(listed))
    assert found(root, environ) == sorted(
        [*expected, "plugin/hooks/hooks.json", "plugin/skills/c/SKILL.md"]
    )


def test_below_finds_nested_files_and_skips_dependencies(tmp_path: Path) -> None:
    put(tmp_path, "a/b/CLAUDE.md", "node_modules/x/CLAUDE.md", ".git/CLAUDE.md", "a/x.md")
    assert [Path(one).name for one in files.below(str(tmp_path))] == ["CLAUDE.md"]


def test_links_that_lead_in_a_circle_end(tmp_path: Path) -> None:
    put(tmp_path, ".claude/skills/a/SKILL.md")
    (tmp_path / ".claude/skills/a/again").symlink_to(tmp_path / ".claude/skills")
    (tmp_path / ".claude/skills/b").symlink_to(tmp_path / ".claude/skills/b")
    (tmp_path / ".claude/skills/twin").symlink_to(tmp_path / ".claude/skills/a")
    assert len(list(files.usual(str(tmp_path), {}))) == 1


def test_bounds_end_a_survey_and_it_says_so(tmp_path: Path) -> None:
    put(tmp_path, *(f".claude/rules/{number}.md" for number in range(9)))
    paths = list(files.usual(str(tmp_path), {}))
    assert survey.survey(paths).is_complete
    few = survey.survey(paths, most_files=3)
    assert (len(few.inspected), few.is_complete) == (3, False)
    assert len(survey.survey(paths, most_bytes=11).inspected) == 3
    assert survey.survey(paths, most_seconds=-1.0).inspected == []


def test_what_is_locked_is_what_came_from_elsewhere_or_runs(tmp_path: Path) -> None:
    root, home = tmp_path / "project", tmp_path / "home"
    put(root, "CLAUDE.md", ".mcp.json", ".claude/skills/a/SKILL.md", ".claude/settings.local.json")
    put(home, ".claude/skills/own/SKILL.md")
    (root / ".claude/settings.json").write_text('{"model": "x", "hooks": {"Stop": []}}')
    environ = {"HOME": str(home)}

    def locked() -> dict[str, str]:
        inspected = survey.survey(files.usual(str(root), environ)).inspected
        return survey.locked(str(root), environ, inspected)

    before = locked()
    assert sorted(before) == [".claude/settings.json", ".claude/skills/a/SKILL.md", ".mcp.json"]
    (root / ".claude/settings.json").write_text('{"model": "y", "hooks": {"Stop": []}}')
    assert locked() == before
    (root / ".claude/settings.json").write_text('{"hooks": {"Stop": [1]}}')
    assert locked()[".claude/settings.json"] != before[".claude/settings.json"]
