from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ambidex.cli.explain import command
from ambidex.guard.rulebook import all_rules
from testing.configured_project import environment, make_project


class Desk:
    """A terminal in a project whose golden tests are protected."""

    def __init__(self, folder: Path, files: dict[str, str] | None = None) -> None:
        self.environ = environment(folder)
        self.root = make_project(
            folder / "project", {"ambidex.toml": "version = 1\n", **(files or {})}
        )

    def explain(self, *arguments: str, given: str | bytes = "") -> Result:
        return CliRunner().invoke(command, arguments, input=given, env=self.environ)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path)
    monkeypatch.chdir(desk.root)
    return desk


def lines(result: Result) -> dict[str, list[str]]:
    """The answer's lines by label."""
    found: dict[str, list[str]] = {}
    label = ""
    for line in result.stdout.splitlines():
        label = line[:7].strip() or label
        found.setdefault(label, []).append(line[8:])
    return found


def test_a_harmless_command_is_told_in_few_lines(desk: Desk) -> None:
    result = desk.explain("ls -l src")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "reads   ls -l src",
        "effects none",
        "tried   0 rules",
        "applies none",
        "answer  allow",
    ]


def test_a_refusal_is_told_from_the_reading_to_the_next_step(desk: Desk) -> None:
    result = desk.explain("cd / && r''m -rf -- *")
    assert result.exit_code == 1
    told = lines(result)
    assert told["reads"] == ["in turn: … && …", "  cd /", "  r''m -rf -- *"]
    assert any(line.startswith("delete /") for line in told["effects"])
    assert "filesystem" in told["tried"][0]
    assert any("→ deny" in line for line in told["applies"])
    assert told["answer"][0].startswith("deny by ambidex.filesystem.")
    assert told["why"][0]
    assert told["instead"][0]
    assert len(result.stdout.splitlines()) < 15


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "for f in a 'b c'; do echo $(date); done",
            ["for f in a 'b c'", "  echo $(date)", "    $( )", "      date"],
        ),
        ("a | b |& c", ["pipeline of 3", "  a", "  b", "  c"]),
        ("! time a", ["! time pipeline", "  a"]),
        ("if a; then b; fi", ["if", "  a", "  b"]),
        ("until a; do (b); done", ["until", "  a", "  ( )", "    b"]),
        ("case $x in a) b;; esac", ["case $x", "  b"]),
        ("f() { a; }; f", ["function f", "  { }", "    a", "f"]),
        ("cat <<E\ntext\nE", ["cat <<E"]),
        ("diff <(a) b", ["diff <(a) b", "  <( )", "    a"]),
        ("[[ -f x ]] && ((1))", ["in turn: … && …", "  [[ -f x ]]", "  ((1))"]),
        ("echo 'a\nb'", ["echo 'a⏎b'"]),
        ("select x; do a; done", ["select x", "  a"]),
        ("coproc a", ["coproc", "  a"]),
    ],
)
def test_the_tree_is_an_outline(desk: Desk, text: str, wanted: list[str]) -> None:
    assert lines(desk.explain(text))["reads"] == wanted


def test_a_long_tree_is_cut_for_people_and_whole_for_programs(desk: Desk) -> None:
    text = "; ".join(f"echo {number}" for number in range(100))
    told = lines(desk.explain(text))["reads"]
    assert len(told) == 25
    assert told[-1] == "… and 76 more; --json has them all"
    assert len(json.loads(desk.explain("--json", text).stdout)["reads"]) == 100
    assert len(lines(desk.explain(f"echo {'a' * 5000}"))["reads"][0]) == 160


def test_json_has_everything(desk: Desk) -> None:
    result = desk.explain("--json", "echo x | sudo tee tests/golden/test_a.py")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert set(told) == {
        *("tool", "input", "command", "tree", "reads", "effects", "rules", "hits"),
        *("action", "rule", "reason", "instead"),
    }
    assert told["tree"]["type"] == "Script"
    write = next(effect for effect in told["effects"] if effect["kind"] == "write")
    assert write["path"].endswith("tests/golden/test_a.py")
    assert told["rule"] in told["rules"]
    assert {hit["rule"] for hit in told["hits"]} <= set(told["rules"])
    assert (told["action"], told["rule"]) == ("deny", "ambidex.golden.write")


def test_what_cannot_be_read_says_why(desk: Desk) -> None:
    result = desk.explain("cp 'open")
    assert result.exit_code == 1
    assert "reads   nothing: a ' at position 4 is never closed" in result.stdout
    told = json.loads(desk.explain("--json", "cp 'open").stdout)
    assert "tree" not in told
    assert "never closed" in told["unreadable"]
    assert (told["action"], told["rule"]) == ("ask", "ambidex.guard.unreadable")


def test_no_character_of_a_command_reaches_the_terminal_as_it_is(desk: Desk) -> None:
    said = desk.explain("echo '\x1b[2J\u202e\u200b'; rm -rf /\x1b[2J").stdout
    assert all(c.isprintable() or c == "\n" for c in said)
    assert "\\x1b[2J" in said


@pytest.mark.parametrize(
    ("tool", "given", "code", "rule"),
    [
        (
            "Write",
            {"file_path": "tests/golden/test_a.py", "content": ""},
            1,
            "ambidex.golden.write",
        ),
        ("Edit", {"file_path": "ambidex.toml", "old_string": "1", "new_string": "2"}, 1, ""),
        ("Write", {"file_path": "src/new.py", "content": "x = 1\n"}, 0, ""),
        ("Read", {"file_path": "README.md"}, 0, ""),
        ("Write", {}, 1, "ambidex.guard.unreadable"),
        ("Bash", None, 2, ""),
    ],
)
def test_other_tools_are_explained_too(
    desk: Desk, tool: str, given: dict[str, str] | None, code: int, rule: str
) -> None:
    arguments = [] if given is None else [json.dumps(given)]
    result = desk.explain("--tool", tool, *arguments)
    assert result.exit_code == code
    assert rule in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give one COMMAND, or --file."),
        (["ls", "--file", "-"], "Give one COMMAND, or --file."),
        (["--tool", "Write", "--file", "-"], "--file has shell commands"),
        (["--tool", "Write", "{"], "The input of Write is no JSON"),
        (["--tool", "Write", "[1]"], "is a JSON object"),
        (["--tool", "Write", "[" * 100_000], "is no JSON"),
        (["--file", "nowhere.jsonl"], "No such file or directory"),
        (["--file", "."], "directory"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(desk: Desk, arguments: list[str], said: str) -> None:
    result = desk.explain(*arguments)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_many_commands_are_judged_and_compared(desk: Desk) -> None:
    rows = [
        {"command": "rm -rf /", "expect": "block"},
        {"command": "ls", "expect": "allow"},
        {"command": "cp 'open"},
    ]
    file = desk.root / "commands.jsonl"
    file.write_text("\n\n".join(json.dumps(row) for row in rows) + "\n")
    result = desk.explain("--file", str(file))
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        '  deny    "rm -rf /"  ambidex.filesystem.recursive-delete',
        '  allow   "ls"',
        '  ask     "cp \'open"  ambidex.guard.unreadable',
    ]
    assert result.stderr == "3 commands: 1 allow, 1 ask, 1 deny; 0 differ\n"


def test_a_line_that_differs_is_marked_and_counted(desk: Desk) -> None:
    given = '{"command": "ls", "expect": "block"}\n{"command": "rm -rf /", "expect": "allow"}\n'
    result = desk.explain("--file", "-", given=given)
    assert result.exit_code == 1
    assert [line[0] for line in result.stdout.splitlines()] == ["≠", "≠"]
    assert "2 differ" in result.stderr


def test_many_commands_as_json_are_one_object_a_line(desk: Desk) -> None:
    given = '{"command": "ls"}\n{"command": "echo \\u00e4 \\ud800 \\u0000"}'
    result = desk.explain("--file", "-", "--json", given=given)
    assert result.exit_code == 0
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["command"] for one in told] == ["ls", "echo ä \ud800 \0"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "no commands"),
        ("\n  \n", "no commands"),
        ('{"command": "ls"}\n{"comm', "Line 2 is not JSON"),
        ('{"command": "ls"}\n\n["ls"]\n', "Line 3 has no command"),
        ('{"command": 1}', "Line 1 has no command"),
        ('{"command": "ls", "expect": "deny"}', "Line 1 expects 'deny'; allowed: block, allow"),
        (b"\xff\xfe\x00", "Line 1 is not JSON"),
        ("[" * 100_000, "Line 1 is not JSON"),
    ],
)
def test_a_broken_file_is_a_usage_error_and_nothing_is_judged(
    desk: Desk, given: str | bytes, said: str
) -> None:
    result = desk.explain("--file", "-", given=given)
    assert result.exit_code == 2
    assert said in result.output
    assert result.stdout == ""


def test_every_example_of_every_rule_can_be_explained(desk: Desk) -> None:
    examples = [text for rule in all_rules() for text in (*rule.match, *rule.not_match)]
    given = "\n".join(json.dumps({"command": text}) for text in examples)
    result = desk.explain("--file", "-", given=given)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(examples) > 1000


@pytest.mark.parametrize("text", ["$(" * 2000 + "ls", "((" * 5000, "a" * 300_000, "echo \0", ""])
def test_odd_commands_can_be_explained(desk: Desk, text: str) -> None:
    result = desk.explain("--json", text)
    assert result.exit_code in (0, 1)
    assert json.loads(result.stdout)["action"] in ("allow", "ask", "deny")


def test_a_rule_of_the_project_is_among_those_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = """
[[guard.rules]]
id = "acme.deploy"
effects = ["run"]
programs = ["./deploy"]
protects = "the shop"
why = "It goes live."
instead = "Ask."
match = ["./deploy now"]
not_match = ["ls"]
"""
    desk = Desk(tmp_path, {"ambidex.toml": own})
    monkeypatch.chdir(desk.root)
    told = json.loads(desk.explain("--json", "./deploy now").stdout)
    assert "acme.deploy" in told["rules"]
    assert told["rule"] == "acme.deploy"
