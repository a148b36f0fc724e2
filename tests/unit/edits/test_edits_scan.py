"""Scanning: new findings only, and every way in which a file can go unscanned."""

import json
import os
import subprocess

import pytest

from ambidex.edits import engine, scan

BAD = "x = evaluate(input())\n"


@pytest.fixture(autouse=True)
def _rules(project):
    project.with_rules()
    project.edits.update(format=False, lint=False)


def test_a_new_file_with_a_vulnerability_is_a_finding(project):
    project.write("a.py", "import ast\n\n" + BAD)
    (found,) = project.verdict("scan", "a.py").findings
    assert (found.path, found.line, found.rule) == ("a.py", 3, "evaluate-use")
    assert (found.message, found.fix) == ("evaluate runs text as code", "Use ast.literal_eval.")
    assert found.severity == "error"


def test_a_rule_of_severity_warning_is_a_warning(project):
    project.write("a.py", "import hashlib\n\nhashlib.md5(b'')\n")
    (found,) = project.verdict("scan", "a.py").findings
    assert found.severity == "warning"


def test_findings_of_the_baseline_are_not_reported_when_they_move_or_are_reformatted(project):
    before = "a = evaluate( 'x' )\nb = evaluate(y)\n"
    project.write("a.py", '# moved\n\nb = evaluate(y)\na = evaluate("x")\n', before)
    assert project.findings("scan", "a.py") == []


def test_one_more_of_the_same_is_new(project):
    project.write("a.py", BAD + BAD, BAD)
    assert len(project.findings("scan", "a.py")) == 1


def test_the_final_content_is_scanned(project):
    project.edits["format"] = True
    file = project.write("a.py", "x = 1; y = 2\nz = evaluate (x)\n")
    ((_, line, _),) = project.findings("scan", "a.py")
    assert "evaluate(x)" in file.read_text().splitlines()[line - 1]


def test_tests_are_scanned_although_semgrep_ignores_them_by_default(project):
    project.write("tests/unit/test_a.py", BAD)
    assert project.findings("scan", "tests/unit/test_a.py") == [
        ("tests/unit/test_a.py", 1, "evaluate-use")
    ]


def test_rules_for_certain_folders_apply_there_only(project):
    project.write("src/a.py", "forbidden()\n")
    project.write("lib/src/a.py", "forbidden()\n")
    assert project.findings("scan", "src/a.py", "lib/src/a.py") == [
        ("src/a.py", 1, "only-in-the-source")
    ]


def test_code_behind_a_byte_order_mark_is_scanned(project):
    project.write("a.py", b"\xef\xbb\xbf" + BAD.encode())
    assert project.findings("scan", "a.py") == [("a.py", 1, "evaluate-use")]


def test_a_file_that_is_not_utf8_is_scanned(project):
    project.write("a.py", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n" + BAD.encode())
    assert project.findings("scan", "a.py") == [("a.py", 3, "evaluate-use")]


def test_an_ignore_file_of_the_baseline_counts_and_one_of_the_edit_does_not(project):
    project.write("a.py", BAD)
    project.write(".semgrepignore", "a.py\n")
    assert len(project.findings("scan", "a.py")) == 1
    project.before[".semgrepignore"] = b":include .gitignore\na.py\n"
    verdict = project.verdict("scan", "a.py")
    assert (verdict.status, verdict.details["owed"]) == ("not_run", 1)
    assert "semgrep left it out" in verdict.reason


def test_a_suppressed_finding_is_not_reported(project):
    project.write("a.py", BAD.rstrip() + "  # nosemgrep\n")
    assert project.findings("scan", "a.py") == []


def test_a_file_over_the_limit_is_not_run(project):
    project.edits["max_file_bytes"] = 10
    project.write("a.py", BAD)
    verdict = project.verdict("scan", "a.py")
    assert verdict.status == "not_run"
    assert verdict.reason == "a.py: 22 bytes, more than the limit of 10"


def test_a_file_between_semgreps_limit_and_ours_is_scanned(project):
    project.edits["max_file_bytes"] = 2_000_000
    project.write("a.py", BAD + "# " + "x" * 1_100_000 + "\n")
    assert len(project.findings("scan", "a.py")) == 1


def test_a_file_that_no_rule_reads_has_not_passed_and_is_nobodys_debt(project):
    project.write("notes.md", "evaluate(x)\n")
    verdict = project.verdict("scan", "notes.md")
    assert (verdict.status, verdict.details["owed"]) == ("not_run", 0)


def test_a_file_that_semgrep_cannot_parse_is_broken(project):
    project.write("a.py", "def (:\n evaluate(x)\n")
    verdict = project.verdict("scan", "a.py")
    assert verdict.status == "broken"
    assert verdict.reason.startswith("Syntax error at line a.py:1")


def test_an_invalid_rule_of_the_project_is_broken_and_named(project):
    project.with_rules("rules:\n  - {id: half, languages: [python], severity: ERROR, pattern: x}\n")
    project.write("a.py", "x = 1\n")
    verdict = project.verdict("scan", "a.py")
    assert verdict.status == "broken"
    assert "half" in verdict.reason


def test_rules_that_do_not_exist_are_broken(project):
    project.edits["rules"].append("nowhere.yaml")
    project.write("a.py", "x = 1\n")
    verdict = project.verdict("scan", "a.py")
    assert verdict.reason == "the rules 'nowhere.yaml' of the configuration do not exist"
    assert verdict.status == "broken"


def test_rules_under_dot_semgrep_are_added(project):
    rule = (
        "rules:\n  - {id: own, languages: [python], severity: ERROR, message: m, pattern: own()}\n"
    )
    project.write(".semgrep/own.yml", rule)
    project.write(".semgrep/settings.yml", "has_shown_metrics_notification: true\n")
    project.write("a.py", "own()\n")
    assert project.findings("scan", "a.py") == [("a.py", 1, "own")]


def test_a_name_full_of_control_characters_is_scanned_and_kept(project):
    name = "a\nb\x1b[31m.py"
    project.write(name, BAD)
    assert project.findings("scan", name) == [(name, 1, "evaluate-use")]


def test_without_semgrep_the_verdict_names_the_command_that_installs_it(project, tmp_path):
    project.environ["PATH"] = str(tmp_path)
    project.write("a.py", BAD)
    verdict = project.verdict("scan", "a.py")
    assert verdict.reason == "a.py: semgrep is not installed: pip install semgrep"
    assert verdict.status == "not_run"


def test_nothing_is_left_in_the_state_directory_or_written_to_the_home(project):
    project.write("a.py", BAD)
    stale = project.state / "tmp" / "scan-1-1" / "new"
    stale.mkdir(parents=True)
    os.utime(stale.parent, (0, 0))
    project.treat("a.py")
    assert list((project.state / "tmp").iterdir()) == []
    home = project.state.parents[1]
    assert [path.name for path in home.iterdir()] == [".local"]


def test_a_state_directory_that_cannot_be_used_is_broken(project):
    project.write("a.py", BAD)
    project.state.parent.mkdir(parents=True)
    project.state.write_text("not a folder")
    assert project.verdict("scan", "a.py").status == "broken"


@pytest.mark.slow
def test_the_fast_engine_and_the_ordinary_command_find_the_same(project):
    source = "import hashlib\n" + BAD + "hashlib.md5(b'')\ny = evaluate(\n    x\n)\n"
    project.write("a.py", source)
    ours = project.findings("scan", "a.py")
    semgrep = os.path.join(project.environ["PATH"].split(os.pathsep)[0], "semgrep")
    ordinary = subprocess.run(
        [semgrep, "scan", "--json", "--metrics=off", "--config", "rules.yaml", "a.py"],
        cwd=project.root,
        env=engine.environment(project.environ, str(project.root)),
        capture_output=True,
        check=True,
    )
    theirs = [
        (match["path"], match["start"]["line"], match["check_id"].rsplit(".", 1)[-1])
        for match in json.loads(ordinary.stdout)["results"]
    ]
    assert len(ours) == 3
    assert sorted(ours) == sorted(theirs)


def test_where_the_engine_is_not_found_the_command_itself_is_used(project):
    semgrep = os.path.join(project.environ["PATH"].split(os.pathsep)[0], "semgrep")
    project.with_tool("semgrep", f'touch {project.root}/used; exec {semgrep} "$@"')
    project.write("a.py", BAD)
    assert engine.core(str(project.root / ".venv/bin/semgrep")) is None
    assert len(project.findings("scan", "a.py")) == 1
    assert (project.root / "used").exists()


def test_the_wheels_engine_is_found_through_a_link(project, tmp_path):
    link = tmp_path / "bin"
    link.mkdir()
    semgrep = os.path.join(project.environ["PATH"].split(os.pathsep)[0], "semgrep")
    (link / "semgrep").symlink_to(semgrep)
    assert engine.core(semgrep) is not None
    assert engine.core(str(link / "semgrep")) == engine.core(semgrep)


def test_only_the_part_of_the_pack_that_concerns_the_files_is_loaded(tmp_path, monkeypatch):
    for folder in ("python", "javascript"):
        (tmp_path / "pack" / folder).mkdir(parents=True)
    monkeypatch.setattr(scan, "PACK", str(tmp_path / "pack"))

    def folders(*paths):
        subjects = [scan.Subject(path, b"", None) for path in paths]
        return [os.path.basename(rule) for rule in scan.rule_files("/", [], subjects)[0]]

    assert folders("a.py") == ["python"]
    assert folders("a.tsx", "b.mjs") == ["javascript"]
    assert folders("a.py", "b.ts", "c.md") == ["javascript", "python"]
    assert folders("c.md") == []
