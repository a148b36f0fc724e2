"""What the record shows that the agent did in a prompt: commands with their outcome, files written.

The ledger has a call in two records, before and after it, which share their `trace`. Relied on are
`tool`, `input` (secrets redacted, texts over 8,000 characters cut in the middle), `exit` (None: not
known), and of Bash's output what was kept of standard output, or the error of a failed call. A call
without its second record was refused, interrupted, or its hook failed: nothing follows from that.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

TESTS, LINT, FORMAT, TYPES, BUILD = "tests", "lint", "format", "types", "build"

_EVENTS = ("PreToolUse", "PostToolUse", "PostToolUseFailure")
WRITERS = frozenset(("Edit", "MultiEdit", "NotebookEdit", "Write"))
_READERS = frozenset(("Glob", "Grep", "LS", "Read", "TodoWrite", "WebFetch", "WebSearch", "Skill"))
_SEPARATOR = re.compile(r"&&|\|\||[;\n|&]")
_ASSIGNMENT = re.compile(r"^\w+=\S*$")
# fmt: off
_WRAPPERS = frozenset((
    "bunx", "command", "corepack", "env", "exec", "hatch", "nice", "npx", "nohup", "pdm", "pipenv",
    "poetry", "pnpx", "python", "python3", "rye", "sudo", "time", "timeout", "uv", "uvx",
    "xvfb-run",
))
_WORDS_OF_WRAPPERS = frozenset((
    "-m", "run", "exec", "dlx", "--", "tool", "-s", "-q", "-y", "--yes",
))
_KINDS = {
    TESTS: frozenset((
        "ava", "bats", "behave", "ctest", "cypress", "gotestsum", "jest", "karma", "mocha", "nose2",
        "nox", "phpunit", "playwright", "py.test", "pytest", "rspec", "tox", "trial", "unittest",
        "vitest", "coverage",
    )),
    LINT: frozenset((
        "eslint", "flake8", "golangci-lint", "pylint", "rubocop", "ruff", "shellcheck", "stylelint",
        "biome", "oxlint", "clippy", "pre-commit",
    )),
    FORMAT: frozenset((
        "biome", "black", "clang-format", "gofmt", "isort", "prettier", "ruff", "rustfmt", "fmt",
    )),
    TYPES: frozenset(("basedpyright", "mypy", "pyre", "pyright", "tsc", "ty", "dmypy", "vue-tsc")),
    BUILD: frozenset((
        "build", "cargo", "esbuild", "go", "gradle", "mvn", "ninja", "next", "rollup", "tsc",
        "vite", "webpack", "docker",
    )),
}
# Programs whose second word says what they do.
SUBCOMMANDS = frozenset((
    "bun", "bundle", "cargo", "deno", "docker", "dotnet", "git", "go", "gradle", "gradlew", "just",
    "kubectl", "make", "mix", "mvn", "npm", "pnpm", "rake", "swift", "task", "terraform", "yarn",
))
_WORD_KINDS = (
    (TESTS, re.compile(r"test|spec|check|verify|ci\b|nextest", re.I)),
    (LINT, re.compile(r"lint|clippy|check|vet|verify|ci\b", re.I)),
    (FORMAT, re.compile(r"format|fmt|lint|check|ci\b", re.I)),
    (TYPES, re.compile(r"type|tsc|mypy|check|build|vet|ci\b", re.I)),
    (BUILD, re.compile(r"build|compile|check|install|test|all|ci\b", re.I)),
)
# Programs that run what the command line does not show.
_OPAQUE = frozenset((
    "act", "ambidex", "bash", "bazel", "docker", "docker-compose", "invoke", "inv", "lefthook",
    "nox", "node", "perl", "pre-commit", "ruby", "sh", "tox", "zsh", "parallel", "xargs", "ssh",
))
_HARMLESS = frozenset((
    "awk", "basename", "cat", "cd", "cp", "cut", "date", "diff", "dirname", "du", "echo", "export",
    "false", "file", "find", "git", "grep", "head", "jq", "kill", "less", "ls", "mkdir", "mv",
    "pip", "printf", "ps", "pwd", "rg", "rm", "sed", "set", "sleep", "sort", "source", "stat",
    "tail", "tee", "touch", "tr", "tree", "true", "uniq", "wc", "which", "curl", "pkill", "test",
    "[",
))
# fmt: on
FAILING = re.compile(
    r"\b[1-9]\d* (?:failed|failing|failures?)\b|\b[1-9]\d* errors?(?=,| in )|^FAILED \(|^--- FAIL|"
    r"^FAIL\b|\b(?:failures|errors)=[1-9]|^# fail [1-9]|test result: FAILED",
    re.MULTILINE,
)
_PASSING = re.compile(
    r"\b(\d+) (?:passed|passing)\b|^Ran (\d+) tests?|^# pass (\d+)|^OK\b|^ok\s+\S+", re.MULTILINE
)
_NEVER_STARTED = re.compile(
    r"command not found|No module named (?:pytest|unittest|mypy|ruff)|no such file or directory: "
    r"|Missing script|unrecognized arguments|file or directory not found|No rule to make target",
    re.I,
)

PASSED, FAILED, UNKNOWN, NEVER = "passed", "failed", "unknown", "never"


class Segment:
    """One simple command: `program` without its folder, and the words after it."""

    __slots__ = ("program", "words")

    def __init__(self, program: str, words: Sequence[str]) -> None:
        self.program = program
        self.words = list(words)


class Call:
    """One tool call.

    Attributes:
        tool: its name.
        input: what it was given.
        command: of Bash, the command; else `""`.
        path: of a tool that writes a file, which; else `""`.
        exit: its status; None when it is not known.
        output: text that it printed, as far as it was kept.
        over: its second record is there.
        refused: the guard refused it.
        segments: the simple commands in `command`.
    """

    def __init__(self, tool: str, given: Mapping[str, Any]) -> None:
        self.tool = tool
        self.input = given
        command = given.get("command") if tool == "Bash" else ""
        self.command = command if isinstance(command, str) else ""
        path = given.get("file_path") or given.get("notebook_path")
        self.path = path if tool in WRITERS and isinstance(path, str) else ""
        self.exit: int | None = None
        self.output = ""
        self.over = False
        self.refused = False
        self.segments = list(segments(self.command))

    @property
    def is_alone(self) -> bool:
        """Whether the status is that of one command, not of the last of several."""
        return len([each for each in self.segments if each.program not in _HARMLESS]) < 2 and (
            not re.search(r"\||;\s*\S|&\s*$", self.command)
        )

    def mentions(self, text: str) -> bool:
        """Whether a call that may have written something has `text` in what it was given."""
        if self.tool in _READERS or self.refused:
            return False
        return text in repr(self.input)


def calls(records: Iterable[Mapping[str, Any]]) -> list[Call]:
    """The calls in the ledger's records, oldest first; what is malformed is left out."""
    found: list[Call] = []
    latest: dict[str, Call] = {}
    for number, record in enumerate(records):
        event, tool = record.get("event"), record.get("tool")
        if not isinstance(tool, str) or event not in _EVENTS:
            continue
        key = str(record.get("trace") or number)
        given = record.get("input")
        given = given if isinstance(given, dict) else {}
        call = latest.get(key)
        if call is None or call.tool != tool or (event == "PreToolUse" and call.input):
            call = latest[key] = Call(tool, given)
            found.append(call)
        if event == "PreToolUse":
            call.refused = _is_refused(record.get("decision"))
            continue
        call.over = True
        call.refused = False
        status = record.get("exit")
        call.exit = status if type(status) is int else None
        call.output = _text(record.get("output")) or str(record.get("error") or "")
    return found


def _is_refused(decision: object) -> bool:
    if not isinstance(decision, dict):
        return False
    return decision.get("action") == "deny" and decision.get("level") != "report"


def _text(output: object) -> str:
    if isinstance(output, dict):
        return str(output.get("stdout") or "")
    return output if isinstance(output, str) else ""


def segments(command: str) -> Iterator[Segment]:
    """The simple commands of a shell command, roughly: wrappers and assignments removed."""
    for part in _SEPARATOR.split(command):
        words = [word.strip("\"'()") for word in part.split()]
        while words and _is_prefix(words):
            words = words[1:]
        if words and words[0]:
            yield Segment(words[0].rpartition("/")[2], words[1:])


def _is_prefix(words: Sequence[str]) -> bool:
    if _ASSIGNMENT.match(words[0]):
        return True
    program = words[0].rpartition("/")[2]
    if program.startswith(("python", "pypy")):
        # `python x.py` is a script that nobody knows; `python -m x` is x.
        return len(words) > 1 and words[1] == "-m"
    if words[0] in _WORDS_OF_WRAPPERS or re.fullmatch(r"\d+[smh]?", words[0]):
        return len(words) > 1
    if program in _WRAPPERS and len(words) > 1:
        # `uv pip install` and `poetry build` are commands of their own.
        return program not in ("uv", "poetry", "hatch", "pdm", "rye", "pipenv") or (
            words[1] in ("run", "exec", "tool")
        )
    return False


def is_a(segment: Segment, kind: str) -> bool:
    """Whether the command is one of `kind`, by its program or the word after it."""
    if segment.program in SUBCOMMANDS:
        pattern = dict(_WORD_KINDS)[kind]
        return any(pattern.search(word) for word in segment.words[:3] if not word.startswith("-"))
    return segment.program in _KINDS[kind]


def is_opaque(segment: Segment) -> bool:
    """Whether the command may run anything: scripts, tasks of a project, other machines."""
    if segment.program in _HARMLESS:
        return False
    if segment.program in SUBCOMMANDS:
        return segment.program in ("make", "just", "task", "rake") or "run" in segment.words[:1]
    return segment.program in _OPAQUE or bool(
        re.search(r"\.(?:sh|py|js|ts|rb|pl)$|^python|^pypy", segment.program)
    )


def outcome(call: Call, kind: str) -> str:
    """What became of a command of `kind`: passed, failed, unknown, or it never started."""
    if not call.over or call.input.get("run_in_background"):
        return UNKNOWN
    text = call.output
    if kind == TESTS:
        if FAILING.search(text):
            return FAILED
        if _PASSING.search(text):
            return PASSED
    if call.exit and (call.exit in (126, 127) or _NEVER_STARTED.search(text)):
        return NEVER
    if call.exit == 0:
        return PASSED if call.is_alone else UNKNOWN
    if kind == TESTS and call.exit in (4, 5) and any(s.program == "pytest" for s in call.segments):
        return NEVER
    return FAILED if call.exit and call.is_alone else UNKNOWN


def passed_count(call: Call) -> int:
    """How many tests passed, by what the command printed; -1 where that does not say."""
    counts = [
        int(next(filter(None, found.groups())))
        for found in _PASSING.finditer(call.output)
        if any(found.groups())
    ]
    return sum(counts) if counts else -1
