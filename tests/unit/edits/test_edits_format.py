"""Formatting: what is rewritten, what is left alone, and how it is written."""

import os
from pathlib import Path

import pytest

UGLY = "x = [ 1,2 ]\n"
NEAT = "x = [1, 2]\n"
# Old code that its owners never formatted: single quotes, odd spaces.
UNCLEAN = """import os


def a( x ):
    return  os.path.join( x,'a' )


def b( x ):
    return x+1
"""


def test_a_new_file_is_formatted(project):
    file = project.write("a.py", UGLY)
    treatment = project.treat("a.py")
    assert file.read_text() == NEAT
    assert treatment.rewritten == ["a.py"]
    assert [v.status for v in treatment.verdicts] == ["passed", "passed", "not_run"]


def test_a_formatted_file_is_not_touched(project):
    file = project.write("a.py", NEAT)
    before = file.stat()
    assert project.treat("a.py").rewritten == []
    assert file.stat().st_ino == before.st_ino


def test_without_fixing_the_difference_is_a_finding_and_nothing_is_written(project):
    file = project.write("a.py", "y = 1\n" + UGLY)
    assert project.findings("format", "a.py", fix=False) == [("a.py", 2, "format")]
    assert file.read_text() == "y = 1\n" + UGLY


def test_a_file_that_was_unclean_is_formatted_only_where_it_was_changed(project):
    now = UNCLEAN.replace("return x+1", "y = { 'k':x }\n    return y['k']+1")
    file = project.write("a.py", now, UNCLEAN)
    project.treat("a.py")
    old, new = UNCLEAN.splitlines(), file.read_text().splitlines()
    assert new[:8] == old[:8]
    assert new[8:] == ['    y = {"k": x}', '    return y["k"] + 1']


def test_an_unchanged_statement_between_two_changed_ones_stays_unclean(project):
    before = "a = [ 1 ]\nb = [ 2 ]\nc = [ 3 ]\n"
    file = project.write("a.py", "a = [ 1,1 ]\nb = [ 2 ]\nc = [ 3,3 ]\n", before)
    project.treat("a.py")
    assert file.read_text() == "a = [1, 1]\nb = [ 2 ]\nc = [3, 3]\n"


def test_several_changes_within_one_statement_are_formatted_once(project):
    before = "x = {\n 'a':1,\n 'b':2,\n 'c':3,\n}\ny = [ 1 ]\n"
    now = before.replace("1,\n", "11,\n").replace("3,\n", "33,\n")
    file = project.write("a.py", now, before)
    project.treat("a.py")
    assert file.read_text() == 'x = {\n    "a": 11,\n    "b": 2,\n    "c": 33,\n}\ny = [ 1 ]\n'


def test_an_unclean_file_would_be_reformatted_only_where_it_was_changed(project):
    project.write("a.py", UNCLEAN + "\n\nz = 1\n", UNCLEAN)
    assert project.verdict("format", "a.py", fix=False).status == "passed"
    project.write("a.py", UNCLEAN + "\n\nz = [ 1 ]\n", UNCLEAN)
    assert project.findings("format", "a.py", fix=False) == [("a.py", 12, "format")]


def test_the_projects_configuration_decides(project):
    project.write("ruff.toml", 'line-length = 40\n[format]\nquote-style = "single"\n')
    file = project.write("a.py", 'x = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]\n')
    project.treat("a.py")
    assert file.read_text() == "x = [\n    'aaaaaaaaaa',\n    'bbbbbbbbbb',\n    'cccccccccc',\n]\n"


@pytest.mark.parametrize(
    "configuration",
    ['exclude = ["a.py"]\n', '[format]\nexclude = ["a.py"]\n[lint]\nexclude = ["a.py"]\n'],
)
def test_a_file_that_ruff_excludes_has_not_passed(project, configuration):
    project.write("ruff.toml", configuration)
    file = project.write("a.py", UGLY + "import os, sys\nprint(undefined)\n")
    treatment = project.treat("a.py")
    assert file.read_text().startswith(UGLY)
    for verdict in treatment.verdicts[:2]:
        assert (verdict.status, verdict.details["owed"]) == ("not_run", 0)
        assert "excluded by the configuration of ruff" in verdict.reason


def test_a_broken_configuration_of_ruff_is_broken_not_a_finding(project):
    project.write("ruff.toml", 'line-length = "wide"\n')
    file = project.write("a.py", UGLY)
    for verdict in project.treat("a.py").verdicts[:2]:
        assert verdict.status == "broken"
        assert "line-length" in str(verdict.details) or "ruff.toml" in verdict.reason
    assert file.read_text() == UGLY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"x = [ 1,2 ]\r\ny = 1\r\n", b"x = [1, 2]\r\ny = 1\r\n"),
        (b"\xef\xbb\xbfx = [ 1,2 ]\n", b"\xef\xbb\xbfx = [1, 2]\n"),
        (b"\xef\xbb\xbfx = [ 1,2 ]\r\n", b"\xef\xbb\xbfx = [1, 2]\r\n"),
        (b"if x:\n\ty = 1\n", b"if x:\n    y = 1\n"),
        (b"x = 1", b"x = 1\n"),
        ("é = '😀'\n".encode(), 'é = "😀"\n'.encode()),
    ],
    ids=["crlf", "bom", "bom-crlf", "tabs", "no-last-newline", "not-ascii"],
)
def test_line_ends_marks_and_characters_survive(project, before, after):
    file = project.write("a.py", before)
    project.treat("a.py")
    assert file.read_bytes() == after


def test_an_unclean_file_keeps_crlf_in_the_lines_that_are_formatted(project):
    before = UNCLEAN.replace("\n", "\r\n").encode()
    file = project.write("a.py", before + b"z = [ 1 ]\r\n", before)
    project.treat("a.py")
    assert file.read_bytes().startswith(before)
    assert file.read_bytes().endswith(b"z = [1]\r\n")
    assert file.read_bytes().count(b"\n") == file.read_bytes().count(b"\r\n")


def test_an_unclean_file_without_a_last_newline_is_formatted_at_its_end(project):
    file = project.write("a.py", UNCLEAN + "z = [ 1 ]", UNCLEAN)
    project.treat("a.py")
    assert file.read_text().startswith(UNCLEAN)
    assert "z = [1]" in file.read_text()


def test_a_file_that_is_not_utf8_is_not_run_and_left_alone(project):
    content = b"# -*- coding: latin-1 -*-\nx = [ '\xe9' ]\n"
    file = project.write("a.py", content)
    verdict = project.verdict("format", "a.py")
    assert (verdict.status, verdict.reason) == ("not_run", "a.py: not UTF-8, which ruff needs")
    assert file.read_bytes() == content


def test_a_notebook_is_left_alone(project):
    content = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    file = project.write("a.ipynb", content)
    verdict = project.verdict("format", "a.ipynb")
    assert (verdict.status, verdict.details["owed"]) == ("not_run", 0)
    assert file.read_text() == content


def test_a_syntax_error_is_one_finding_and_nothing_is_formatted(project):
    file = project.write("a.py", "x = [ 1 ]\ndef f(:\n  pass\ny = (\n")
    treatment = project.treat("a.py")
    assert treatment.verdicts[0].status == "not_run"
    assert treatment.verdicts[0].reason == "a.py: syntax error on line 2"
    assert [(f.line, f.rule) for f in treatment.verdicts[1].findings] == [(2, "invalid-syntax")]
    assert file.read_text().startswith("x = [ 1 ]\n")


def test_a_syntax_error_that_was_there_before_is_neither_reported_nor_passed(project):
    project.write("a.py", "def f(:\n  pass\n\nx = 1\n", "def f(:\n  pass\n")
    verdict = project.verdict("lint", "a.py")
    assert (verdict.status, verdict.reason) == ("not_run", "a.py: syntax error on line 1")


def test_mode_links_and_hard_links_survive(project):
    file = project.write("a.py", UGLY)
    file.chmod(0o750)
    (project.root / "link.py").symlink_to("a.py")
    project.treat("link.py")
    assert file.read_text() == NEAT
    assert file.stat().st_mode & 0o777 == 0o750
    assert (project.root / "link.py").is_symlink()

    file.write_text(UGLY)
    os.link(file, project.root / "other.py")
    project.treat("a.py")
    assert (project.root / "other.py").read_text() == NEAT
    assert file.stat().st_nlink == 2


def test_nothing_is_left_beside_the_file(project):
    project.write("a.py", UGLY)
    project.treat("a.py")
    assert sorted(path.name for path in project.root.iterdir()) == ["a.py"]


def test_a_read_only_file_is_not_written_and_the_verdict_says_so(project):
    file = project.write("a.py", UGLY + "print(undefined)\n")
    file.chmod(0o444)
    treatment = project.treat("a.py")
    assert file.read_text().startswith(UGLY)
    assert treatment.rewritten == []
    assert treatment.verdicts[0].reason == "a.py: not reformatted: it is read-only"
    assert [f.line for f in treatment.verdicts[1].findings] == [2]


def test_a_file_that_changes_meanwhile_is_not_overwritten(project):
    file = project.write("a.py", UGLY)
    # The project's ruff: formats, and lets somebody else write in the meantime.
    ruff = f"{project.environ['PATH'].split(os.pathsep)[0]}/ruff"
    project.with_tool("ruff", f'{ruff} "$@"; code=$?; echo "mine = 1" > {file}; exit $code')
    verdict = project.verdict("format", "a.py")
    assert file.read_text() == "mine = 1\n"
    assert verdict.reason == "a.py: not reformatted: it has changed while it was looked at"


def test_a_protected_file_is_judged_but_never_rewritten(project):
    project.paths["golden"] = ["tests/golden/**"]
    file = project.write("tests/golden/test_a.py", UGLY + "print(undefined)\n")
    treatment = project.treat("tests/golden/test_a.py")
    assert file.read_text().startswith(UGLY)
    assert treatment.verdicts[0].status == "not_run"
    assert treatment.verdicts[1].status == "findings"


def test_without_ruff_the_verdict_names_the_command_that_installs_it(project, tmp_path: Path):
    project.environ["PATH"] = str(tmp_path)
    project.write("a.py", UGLY)
    for verdict in project.treat("a.py").verdicts[:2]:
        assert verdict.status == "not_run"
        assert verdict.reason == "a.py: ruff is not installed: pip install ruff"
        assert verdict.details["owed"] == 1


def test_a_gate_that_is_switched_off_did_not_run(project):
    project.edits["format"] = False
    file = project.write("a.py", UGLY + "print(undefined)\n")
    treatment = project.treat("a.py")
    assert file.read_text().startswith(UGLY)
    assert [v.status for v in treatment.verdicts] == ["not_run", "findings", "not_run"]


def test_many_files_are_treated_in_one_go(project):
    names = [f"pkg/f{number}.py" for number in range(12)]
    for name in names:
        project.write(name, UGLY)
    treatment = project.treat(*names)
    assert treatment.rewritten == names
    assert treatment.verdicts[0].details["inspected"] == 12
