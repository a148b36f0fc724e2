from __future__ import annotations

import datetime
import os
import re
from pathlib import Path

import pytest

from ambidex.policy.compile import compile_policy
from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.errors import PolicyError
from ambidex.policy.load import load
from testing.configured_project import make_project

TODAY = datetime.date(2030, 1, 15)
FILES = {
    "src/app.py": "",
    "tests/test_app.py": "",
    "tests/golden/test_gold.py": "",
    "vendor/x.py": "",
}

# Document, then what its only problem must say: place and key, found, and what helps.
KNOWN_BAD = {
    "syntax": ("a = 1\nb = = 2\n", "ambidex.toml:2: not valid TOML (Invalid value)"),
    "syntax at the end": ("a = [1,\n", "ambidex.toml:1: not valid TOML"),
    "a key twice": ("track = 'left'\ntrack = 'left'\n", "ambidex.toml:2: not valid TOML"),
    "byte order mark": ("\ufefftrack = 'left'\n", "ambidex.toml:1: not valid TOML"),
    "too deep": ("a = " + "[" * 20_000, "ambidex.toml: not readable: its values are nested"),
    "unknown key": (
        "[guard]\non_eror = 'ask'\n",
        "ambidex.toml:2 guard.on_eror: unknown key; allowed: allow, decisions, disable, hosts, "
        "on_error, prompts, protected_branches, rules, trash, writers. "
        "Did you mean on_error?",
    ),
    "unknown section": (
        "version = 1\n[gaurd]\n",
        "ambidex.toml:2 gaurd: unknown section; allowed: commit, edits, gates, guard, ledger, "
        "mutation, paths, scope, stop, tests, track, tracks, types, version. Did you mean guard?",
    ),
    "unknown gate": (
        "[gates.left]\ntets = 'block'\n",
        "ambidex.toml:2 gates.left.tets: unknown key; allowed: claims, coverage, format, guard, "
        "inert, lint, mutation, properties, scan, scope, tests, types, weakening. Did you mean "
        "tests?",
    ),
    "unknown track in gates": (
        "[gates.rihgt]\nlint = 'off'\n",
        "ambidex.toml:1 gates.rihgt: unknown section; allowed: left, right. Did you mean right?",
    ),
    "unknown level": (
        "[gates.right]\nlint = 'blok'\n",
        'ambidex.toml:2 gates.right.lint: found the string "blok"; allowed: "block", "report", '
        '"off". Did you mean "block"?',
    ),
    "level of another gate": (
        "gates.right.tests = 'fix'\n",
        'ambidex.toml:1 gates.right.tests: found the string "fix"; allowed: "block", "report"',
    ),
    "key of another section": (
        "[edits]\ngolden = []\n",
        "ambidex.toml:2 edits.golden: unknown key; allowed: deadline_seconds, exclude, format, "
        "lint, max_characters, max_file_bytes, max_findings, rules, scan. Did you mean "
        "paths.golden? Move the key there",
    ),
    "section that is a value": (
        "guard = 1\n",
        "ambidex.toml:1 guard: found the integer 1; allowed: a table",
    ),
    "string for an integer": (
        "[edits]\nmax_findings = '10'\n",
        'ambidex.toml:2 edits.max_findings: found the string "10"; allowed: an integer from 1 to '
        "50 (findings)",
    ),
    "boolean for an integer": (
        "[edits]\nmax_findings = true\n",
        "ambidex.toml:2 edits.max_findings: found the boolean true; allowed: an integer",
    ),
    "integer for a boolean": (
        "[edits]\nlint = 1\n",
        "ambidex.toml:2 edits.lint: found the integer 1; allowed: true, false",
    ),
    "string for an array": (
        "[paths]\ngolden = 'tests/golden/**'\n",
        'ambidex.toml:2 paths.golden: found the string "tests/golden/**"; allowed: an array of '
        "strings",
    ),
    "integer in an array": (
        "[paths]\ngolden = [\n 'tests/golden/**',\n 3]\n",
        "ambidex.toml:4 paths.golden[1]: found the integer 3; allowed: a string",
    ),
    "float": (
        "[ledger]\nkeep_days = 1.5\n",
        "ambidex.toml:2 ledger.keep_days: found the float 1.5",
    ),
    "other version": ("version = 2\n", "ambidex.toml:1 version: found the integer 2; allowed: 1"),
    "number too small": (
        "[edits]\ndeadline_seconds = 0\n",
        "ambidex.toml:2 edits.deadline_seconds: found the integer 0; allowed: an integer from 1 to "
        "45 (seconds)",
    ),
    "more blocks than the client's cap": (
        "stop.blocks_in_a_row = 8\n",
        "ambidex.toml:1 stop.blocks_in_a_row: found the integer 8; allowed: an integer from 1 to 7 "
        "(blocks)",
    ),
    "absolute glob": (
        "paths.golden = ['/etc/**']\n",
        "ambidex.toml:1 paths.golden[0]: the glob '/etc/**' is invalid: it is absolute",
    ),
    "glob with dots": (
        "paths.read_only = ['a/../b']\n",
        "ambidex.toml:1 paths.read_only[0]: the glob 'a/../b' is invalid: it leaves the project",
    ),
    "invalid glob": (
        "edits.exclude = ['vendor/[a']\n",
        "ambidex.toml:1 edits.exclude[0]: the glob 'vendor/[a' is invalid: a `[` is not closed",
    ),
    "glob twice": (
        "edits.exclude = ['vendor', 'vendor']\n",
        "ambidex.toml:1 edits.exclude: 'vendor' stands there twice; allowed: each once",
    ),
    "glob without a match": (
        "[paths]\nread_only = ['src/**',\n'nothing/**']\n",
        "ambidex.toml:3 paths.read_only[1]: the glob 'nothing/**' matches nothing in the project",
    ),
    "absolute path": (
        "tests.paths = ['/tests']\n",
        "ambidex.toml:1 tests.paths[0]: the path '/tests' is invalid: it is absolute",
    ),
    "path that is missing": (
        "tests.source = ['lib']\n",
        "ambidex.toml:1 tests.source[0]: the path 'lib' is not in the project",
    ),
    "allow without a reason": (
        "[[guard.allow]]\ncommand = 'x'\nexpires = 2031-01-01\n",
        "ambidex.toml:1 guard.allow[0].reason: it is missing",
    ),
    "allow with an empty reason": (
        "guard.allow = [{command = 'x', expires = 2031-01-01, reason = ' '}]\n",
        "ambidex.toml:1 guard.allow[0].reason: an empty string",
    ),
    "allow without an expiry": (
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\n",
        "ambidex.toml:1 guard.allow[0]: an entry without a date; allowed: `expires`, or `added`",
    ),
    "allow that has expired": (
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = 2030-01-14\n",
        "ambidex.toml:4 guard.allow[0].expires: the entry expired on 2030-01-14; allowed: a date "
        "from 2030-01-15 on",
    ),
    "allow with a date that is none": (
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = '2031-02-30'\n",
        "ambidex.toml:4 guard.allow[0].expires: '2031-02-30' is not a date",
    ),
    "allow with a time": (
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = 2031-01-01T00:00:00Z\n",
        "ambidex.toml:4 guard.allow[0].expires: found",
    ),
    "a command allowed twice": (
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = 2031-01-01\n"
        "[[guard.allow]]\ncommand = 'x'\nreason = 'z'\nexpires = 2031-01-02\n",
        "ambidex.toml:6 guard.allow[1].command: 'x' is allowed by guard.allow[0] already",
    ),
    "command that needs a shell": (
        "tests.command = 'make && make test'\n",
        "ambidex.toml:1 tests.command: the command 'make && make test' needs a shell",
    ),
    "command with an assignment": (
        "tests.command = 'CI=1 pytest'\n",
        "ambidex.toml:1 tests.command: the command 'CI=1 pytest' needs a shell",
    ),
    "command with an open quote": (
        "tests.command = 'pytest \"x'\n",
        "ambidex.toml:1 tests.command: the command 'pytest \"x' cannot be split into words",
    ),
    "empty command": ("tests.command = ''\n", "ambidex.toml:1 tests.command: an empty command"),
    "golden glob excluded": (
        "[tests]\nexclude = ['tests/golden/**']\n",
        "ambidex.toml:2 tests.exclude[0]: 'tests/golden/**' excludes what paths.golden protects",
    ),
    "golden file excluded": (
        "[tests]\nexclude = ['*_gold.py']\n",
        "ambidex.toml:2 tests.exclude[0]: '*_gold.py' excludes what paths.golden protects "
        "(tests/golden/test_gold.py)",
    ),
    "tests longer than the Stop": (
        "[stop]\ndeadline_seconds = 60\n[tests]\ndeadline_seconds = 300\n",
        "ambidex.toml:4 tests.deadline_seconds: 300 contradicts stop.deadline_seconds = 60; "
        "allowed: at most 60 seconds",
    ),
    "more blocks without progress than in a row": (
        "[stop]\nblocks_in_a_row = 2\nblocks_without_progress = 3\n",
        "ambidex.toml:3 stop.blocks_without_progress: 3 contradicts stop.blocks_in_a_row = 2; "
        "allowed: at most 2 blocks",
    ),
    "more blocks in a row than per prompt": (
        "[stop]\nmax_blocks = 5\nblocks_in_a_row = 7\n",
        "ambidex.toml:3 stop.blocks_in_a_row: 7 contradicts stop.max_blocks = 5; "
        "allowed: at most 5 blocks",
    ),
    "a gate whose check is off": (
        "[edits]\nscan = false\n[gates.right]\nscan = 'block'\n",
        "ambidex.toml:4 gates.right.scan: 'block' contradicts edits.scan = false; allowed: \"off\"",
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"), FILES)


def problems(root: Path, text: str | bytes, **options: object) -> list[str]:
    content = text if isinstance(text, bytes) else text.encode()
    (root / "ambidex.toml").write_bytes(content)
    with pytest.raises(PolicyError) as caught:
        load(str(root), today=TODAY, **options)  # type: ignore[arg-type]
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("name", KNOWN_BAD)
def test_a_known_bad_document_is_refused_with_place_key_and_reason(
    project: Path, name: str
) -> None:
    document, expected = KNOWN_BAD[name]
    found = problems(project, document)
    assert len(found) == 1, found
    assert found[0].startswith(expected)
    assert found[0].endswith((".", "`"))


@pytest.mark.parametrize("name", [name for name in KNOWN_BAD if ": not " not in KNOWN_BAD[name][1]])
def test_the_same_table_in_pyproject_is_refused_on_its_line(tmp_path: Path, name: str) -> None:
    document, expected = KNOWN_BAD[name]
    nested = re.sub(r"^(\[+)(\w)", r"\1tool.ambidex.\2", document, flags=re.MULTILINE)
    text = f"[project]\nname = 'x'\n[tool.ambidex]\n{nested}"
    root = make_project(tmp_path, FILES | {"pyproject.toml": text})
    with pytest.raises(PolicyError) as caught:
        load(str(root), today=TODAY)
    line, _, rest = expected.removeprefix("ambidex.toml:").partition(" ")
    assert str(caught.value).startswith(f"pyproject.toml:{int(line) + 3} {rest}")


def test_every_problem_is_reported_at_once_in_the_order_of_the_file(project: Path) -> None:
    found = problems(
        project,
        "trak = 'left'\n[paths]\ngolden = ['nothing/**', '/abs']\n[stop]\nblocks_in_a_row = 3\n"
        "max_blocks = 2\n[gates.right]\nlint = 'blok'\n",
    )
    assert [line.split()[:2] for line in found] == [
        ["ambidex.toml:1", "trak:"],
        ["ambidex.toml:3", "paths.golden[0]:"],
        ["ambidex.toml:3", "paths.golden[1]:"],
        ["ambidex.toml:5", "stop.blocks_in_a_row:"],
        ["ambidex.toml:8", "gates.right.lint:"],
    ]


def test_bytes_that_are_not_utf8_are_refused_with_their_line(project: Path) -> None:
    assert problems(project, b"# fine\n# caf\xe9\n") == [
        "ambidex.toml:2: the byte 0xe9 is not UTF-8; allowed: UTF-8 text. Save the file as UTF-8."
    ]


def test_a_file_over_one_megabyte_is_refused(project: Path) -> None:
    assert problems(project, b"#" * 1_000_001)[0].startswith(
        "ambidex.toml: it is larger than 1000000 bytes"
    )


def test_a_directory_is_refused(tmp_path: Path) -> None:
    root = make_project(tmp_path, FILES)
    (root / "ambidex.toml").mkdir()
    with pytest.raises(PolicyError, match=r"^ambidex.toml: it is a directory"):
        load(str(root))


def test_a_link_to_nowhere_is_refused_and_not_taken_for_no_configuration(tmp_path: Path) -> None:
    root = make_project(tmp_path, FILES)
    (root / "ambidex.toml").symlink_to(root / "gone")
    with pytest.raises(PolicyError, match=r"^ambidex.toml: it cannot be read \(No such file"):
        load(str(root))


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    root = make_project(tmp_path, FILES)
    (root / "ambidex.toml").symlink_to(root / "ambidex.toml")
    with pytest.raises(PolicyError, match=r"^ambidex.toml: it cannot be read \(Too many levels"):
        load(str(root))


def test_two_configurations_contradict_each_other(tmp_path: Path) -> None:
    root = make_project(
        tmp_path,
        FILES
        | {"ambidex.toml": "", "pyproject.toml": "[project]\n\n[tool.ambidex]\ntrack = 'left'\n"},
    )
    with pytest.raises(PolicyError) as caught:
        load(str(root))
    assert str(caught.value).startswith(
        "pyproject.toml:3 tool.ambidex: a second configuration beside ambidex.toml, which wins"
    )
    assert compile_policy(str(root), strict=False)["track"] == "right"


SURROUNDINGS = {
    "glob without a match",
    "path that is missing",
    "allow that has expired",
    "golden file excluded",
}


@pytest.mark.parametrize("name", sorted(SURROUNDINGS))
def test_surroundings_only_warn_when_a_hook_compiles(project: Path, name: str) -> None:
    document, expected = KNOWN_BAD[name]
    (project / "ambidex.toml").write_text(document)
    loaded = load(str(project), strict=False, today=TODAY)
    assert [str(warning).startswith(expected) for warning in loaded.warnings] == [True]


@pytest.mark.parametrize("name", sorted(set(KNOWN_BAD) - SURROUNDINGS))
def test_what_is_wrong_in_itself_is_refused_in_a_hook_too(project: Path, name: str) -> None:
    (project / "ambidex.toml").write_bytes(KNOWN_BAD[name][0].encode())
    with pytest.raises(PolicyError):
        load(str(project), strict=False, today=TODAY)


class Rules:
    """Two rules of a guard, one of which refuses everything that has "force" in it."""

    def ids(self) -> list[str]:
        return ["git.force-push", "files.delete"]

    def refused_by(self, command: str) -> str:
        return "git.force-push" if "force" in command else ""


def test_a_rule_that_does_not_exist_cannot_be_disabled(project: Path) -> None:
    found = problems(project, "guard.disable = ['git.forcepush']\n", rules=Rules())
    assert found[0].startswith(
        "ambidex.toml:1 guard.disable[0]: 'git.forcepush' is not a rule of the guard; allowed: ids "
        "of guard rules. Did you mean git.force-push?"
    )


def test_a_command_cannot_be_allowed_while_its_rule_is_disabled(project: Path) -> None:
    found = problems(
        project,
        "guard.disable = ['git.force-push']\n[[guard.allow]]\ncommand = 'git push --force'\n"
        "reason = 'x'\nexpires = 2031-01-01\n",
        rules=Rules(),
    )
    assert found[0].startswith(
        "ambidex.toml:3 guard.allow[0].command: 'git push --force' is allowed although its rule "
        "git.force-push is disabled"
    )


@pytest.mark.parametrize(
    "document",
    [
        "",
        "tests.command = 'pytest -k \"a | b\"'\n",
        "gates.left = {guard = 'block', format = 'fix', lint = 'block', scan = 'block'}\n"
        "gates.right.lint = 'off'\n",
        "edits.lint = false\ngates.right.lint = 'off'\n",
        "edits.exclude = ['tests/**']\n",
        "paths.golden = []\n",
        "[[guard.allow]]\ncommand = 'x'\nreason = 'y'\nexpires = 2030-01-15\n",
    ],
)
def test_what_only_looks_odd_is_accepted(project: Path, document: str) -> None:
    (project / "ambidex.toml").write_text(document)
    assert load(str(project), today=TODAY).digest


def test_what_is_not_written_down_has_the_builtin_default(project: Path) -> None:
    (project / "ambidex.toml").write_text("")
    policy = compile_policy(str(project))
    assert policy["active"]
    same = set(DEFAULTS) - {"active", "source", "digest"}
    assert {key: policy[key] for key in same} == {key: DEFAULTS[key] for key in same}
    assert set(policy) == set(DEFAULTS)


def test_a_command_may_be_a_string_or_an_array_and_a_date_a_string_or_a_date(project: Path) -> None:
    (project / "ambidex.toml").write_text(
        "tests.command = \"pytest -m 'not slow'\"\n"
        "guard.allow = [{command = 'x', reason = 'y', expires = 9999-01-01}]\n"
    )
    policy = compile_policy(str(project))
    assert policy["tests"]["command"] == ["pytest", "-m", "not slow"]
    assert policy["guard"]["allow"] == [{"command": "x", "reason": "y", "expires": "9999-01-01"}]


def test_trust_survives_comments_and_order_and_not_values(project: Path) -> None:
    digests = []
    for text in ("track = 'left'\nversion = 1\n", "# x\nversion=1\ntrack='left'", "version = 1\n"):
        (project / "ambidex.toml").write_text(text)
        digests.append(compile_policy(str(project))["digest"])
    assert digests[0] == digests[1] != digests[2]


def test_a_table_that_only_a_comment_names_configures_nothing(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pyproject.toml": "# [tool.ambidex] some day\n"})
    policy = compile_policy(str(root))
    assert not policy["active"]
    assert policy["source"]["path"] == os.path.join(root, "pyproject.toml")


def test_a_project_without_configuration_is_inactive(tmp_path: Path) -> None:
    assert compile_policy(str(make_project(tmp_path, FILES))) == DEFAULTS


@pytest.mark.parametrize("text", ["[ tool . ambidex ]\n", "tool.ambidex.track = 'left'\n"])
def test_a_table_that_hooks_would_overlook_is_refused(tmp_path: Path, text: str) -> None:
    root = make_project(tmp_path, {"pyproject.toml": f"# x\n{text}"})
    with pytest.raises(PolicyError, match=r"^pyproject.toml:2 tool.ambidex: written in a way"):
        load(str(root))


def test_an_array_is_not_the_table(tmp_path: Path) -> None:
    root = make_project(tmp_path, {"pyproject.toml": "\n[[tool.ambidex]]\n"})
    with pytest.raises(PolicyError, match=r"^pyproject.toml:2: found the array .*allowed: a table"):
        load(str(root))


@pytest.mark.parametrize("text", ["tool = 1\n# [tool.ambidex]\n", "[tool]\nx = '[tool.ambidex]'\n"])
def test_a_mention_of_the_table_is_not_the_table(tmp_path: Path, text: str) -> None:
    root = make_project(tmp_path, {"pyproject.toml": text})
    assert not compile_policy(str(root))["active"]
    (root / "ambidex.toml").write_text("track = 'left'\n")
    assert compile_policy(str(root))["track"] == "left"
