"""Linting: safe fixes, work in progress, and only what is new."""

UNUSED = '"""A module."""\n\nimport os\n\nx = 1\n'


def test_a_new_finding_is_reported_with_line_and_rule(project):
    project.write("a.py", "x = 1\nprint(undefined)\n", "x = 1\n")
    assert project.findings("lint", "a.py") == [("a.py", 2, "F821")]


def test_a_safe_fix_is_applied(project):
    project.write("ruff.toml", 'lint.select = ["F", "UP"]\n')
    file = project.write("a.py", 'x = 1\nprint(f"plain")\n')
    assert project.findings("lint", "a.py") == []
    assert 'print("plain")' in file.read_text()


def test_an_import_before_its_use_survives_two_edits_in_a_row(project):
    file = project.write("a.py", UNUSED, "x = 1\n")
    assert project.findings("lint", "a.py") == []
    assert project.findings("lint", "a.py") == []
    assert "import os" in file.read_text()
    project.write("a.py", file.read_text() + "y = os.sep\n")
    assert project.findings("lint", "a.py", settled=True) == []


def test_at_stop_an_unused_import_is_reported_and_still_not_removed(project):
    file = project.write("a.py", UNUSED, "x = 1\n")
    assert project.findings("lint", "a.py", settled=True, fix=False) == [("a.py", 3, "F401")]
    assert "import os" in file.read_text()


def test_an_unused_import_of_the_baseline_is_not_reported_at_stop(project):
    project.write("a.py", UNUSED + "y = 2\n", UNUSED)
    assert project.findings("lint", "a.py", settled=True, fix=False) == []


def test_unused_variables_and_redefinitions_wait_until_stop(project):
    source = "def f():\n    unused = 1\n\n\ndef f():\n    pass\n"
    project.write("a.py", source)
    assert project.findings("lint", "a.py") == []
    assert project.findings("lint", "a.py", settled=True) == [
        ("a.py", 2, "F841"),
        ("a.py", 5, "F811"),
    ]


def test_a_suppression_written_ahead_is_kept(project):
    project.write("ruff.toml", 'lint.select = ["F", "RUF100"]\n')
    file = project.write("a.py", "x = 1  # noqa: F821\n")
    assert project.findings("lint", "a.py") == []
    assert "noqa" in file.read_text()


def test_what_the_project_made_unfixable_is_not_fixed(project):
    project.write("ruff.toml", 'lint.select = ["F"]\nlint.unfixable = ["F541"]\n')
    file = project.write("a.py", 'print(f"plain")\n')
    assert project.findings("lint", "a.py") == [("a.py", 1, "F541")]
    assert file.read_text() == 'print(f"plain")\n'


def test_unsafe_fixes_are_not_applied_even_if_the_project_enables_them(project):
    project.write("ruff.toml", 'unsafe-fixes = true\nlint.select = ["E711"]\n')
    file = project.write("a.py", "x = 1\ny = x == None\n")
    assert project.findings("lint", "a.py") == [("a.py", 2, "E711")]
    assert "== None" in file.read_text()


def test_findings_of_the_baseline_are_not_reported_when_their_lines_move(project):
    before = "print(undefined)\n\n\ndef f():\n    return missing\n"
    project.write("a.py", "import os\n\nprint(os.sep)\n" + before, before)
    assert project.findings("lint", "a.py") == []


def test_a_second_finding_of_the_same_kind_on_the_same_text_is_new(project):
    project.write("a.py", "print(undefined)\nprint(undefined)\n", "print(undefined)\n")
    assert project.findings("lint", "a.py") == [("a.py", 2, "F821")]


def test_fixable_findings_of_the_baseline_are_not_fixed(project):
    before = 'a = 1\nprint(f"old")\n'
    file = project.write("a.py", before + 'print(f"new")\n', before)
    assert project.findings("lint", "a.py") == []
    assert file.read_text() == 'a = 1\nprint(f"old")\nprint("new")\n'


def test_fixes_in_an_unclean_file_stay_within_the_changed_lines(project):
    project.write("ruff.toml", 'lint.select = ["F", "I"]\n')
    before = "import sys\nimport abc\nx = [ abc,sys ]\n"
    file = project.write("a.py", before + 'é = "😀" ; print(f"new")\n', before)
    project.treat("a.py")
    assert file.read_text() == before + 'é = "😀"\nprint("new")\n'


def test_columns_are_counted_in_characters_when_fixes_are_applied(project):
    before = "x = [ 1 ]\n"
    file = project.write("a.py", before + 'print("é😀", f"a", "é", f"b")\n', before)
    project.treat("a.py")
    assert file.read_text() == before + 'print("é😀", "a", "é", "b")\n'


def test_fixes_that_would_break_the_code_together_are_left_out(project):
    project.write("ruff.toml", 'lint.select = ["PIE790"]\nlint.preview = true\n')
    before = "x = [ 1 ]\n"
    file = project.write("a.py", before + "def f():\n    pass\n    ...\n    pass\n", before)
    project.treat("a.py")
    compile(file.read_text(), "a.py", "exec")


def test_a_baseline_that_cannot_be_parsed_leaves_the_changed_lines_to_judge(project):
    before = "print(old)\ndef f(:\n    pass\n"
    project.write("a.py", "print(old)\ndef f():\n    print(new)\n", before)
    assert project.findings("lint", "a.py") == [("a.py", 3, "F821")]


def test_line_numbers_are_those_of_the_formatted_file(project):
    file = project.write("a.py", "x = 1; y = 2\nprint(undefined)\n")
    ((_, line, rule),) = project.findings("lint", "a.py")
    assert file.read_text().splitlines()[line - 1] == "print(undefined)"
    assert rule == "F821"
