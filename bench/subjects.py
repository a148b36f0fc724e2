"""The things that are timed: hooks as the client runs them, and what they are compared with."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ambidex import locate
from ambidex.client.fire import snake_case
from ambidex.ledger.store import Store
from ambidex.policy import trust
from ambidex.policy.compile import compile_policy
from ambidex.setup.bytecode import compile_all
from bench.measure import Process, Subject
from testing.hooks import REPOSITORY, Hooks
from testing.projects import git, repository

FILES = 2_000

# An event and the fields of its payload.
Call = tuple[str, dict[str, object]]

_CONFIGURATION = 'version = 1\n\n[tests]\ncommand = "pytest -q"\npaths = ["tests"]\n'


def nothing() -> None:
    """No preparation."""


def silent(output: bytes) -> str:
    """The hook must answer with silence."""
    return f"expected silence, got {output[:200]!r}" if output.strip() else ""


def context(output: bytes) -> str:
    """The hook must tell the model something."""
    return "" if b"additionalContext" in output else f"expected context, got {output[:300]!r}"


def append(path: Path) -> None:
    """Change a file by a line."""
    with path.open("a") as file:
        file.write("one more line\n")


def forget_session(hooks: Hooks) -> None:
    """Make the next SessionStart the first of its session, which takes a baseline."""
    with Store(locate.repository_state(hooks.environ, str(hooks.project))) as store:
        store.forget_sessions(time.time() + 1)


def anything(_output: bytes) -> str:
    """Output is not looked at."""
    return ""


def project(folder: Path, files: int) -> Hooks:
    """A trusted project of `files` Python files, a home beside it, and its hooks.

    The tools' environment is the one that runs the bench, linked where the hooks look for it.
    """
    home = folder / "home"
    (home / "data" / "env").mkdir(parents=True)
    (home / "data" / "env" / "current").symlink_to(sys.prefix)
    sources = {f"src/p{n // 100}/m{n}.py": f"VALUE_{n} = {n}\n" for n in range(files)}
    root = repository(
        folder / "project",
        {
            **sources,
            "ambidex.toml": _CONFIGURATION,
            "tests/test_one.py": "def test_one():\n    assert True\n",
        },
    )
    hooks = Hooks(home, root)
    hooks.environ["PATH"] = "/usr/bin:/bin"
    # As a plugin: the state of the tools' environment is looked at too.
    hooks.environ["CLAUDE_PLUGIN_ROOT"] = str(REPOSITORY)
    state = locate.repository_state(hooks.environ, str(root))
    trust.grant(state, compile_policy(str(root))["digest"], "bench", str(root), 0)
    compile_all(sys.executable, str(REPOSITORY), str(home / "data"))
    hooks.fire("SessionStart", source="startup")
    hooks.fire("UserPromptSubmit", prompt="go")
    return hooks


def hook(
    hooks: Hooks,
    name: str,
    calls: list[Call],
    check: Callable[[bytes], str] = silent,
    before: Callable[[], None] = nothing,
) -> Subject:
    """Hooks fired one after another through the launcher."""
    processes = [
        Process(
            ["/bin/sh", str(hooks.launch), snake_case(event)],
            json.dumps(hooks.payload(event, **fields)).encode(),
            hooks.environ,
            str(hooks.project),
        )
        for event, fields in calls
    ]
    return Subject(name, processes, before, check)


def bare(hooks: Hooks) -> Subject:
    """The same interpreter as the hooks', doing nothing."""
    interpreter = Path(hooks.environ["CLAUDE_PLUGIN_DATA"], "python").read_text().strip()
    process = Process(
        [interpreter, "-I", "-S", "-c", "pass"], b"", hooks.environ, str(hooks.project)
    )
    return Subject("python -I -S -c pass", [process], nothing, anything)


def sloppy_source(lines: int = 300) -> str:
    """A Python file as an agent might leave it: unformatted, one unsafe call, else ordinary."""
    parts = ["import subprocess", "import json", "", ""]
    number = 0
    while len(parts) < lines - 6:
        number += 1
        parts += [
            f"def handler_{number}(request, options = None):",
            f'    """Answer request number {number}."""',
            "    values = [ json.dumps(item) for item in request ]",
            f"    if options and len(values) > {number}:",
            "        return {'values':values, 'options':options}",
            "    return {'values': values}",
            "",
            "",
        ]
    parts += ["def run(name):", "    subprocess.run('ls ' + name, shell=True)", ""]
    return "\n".join(parts)


def edit(hooks: Hooks, folder: Path) -> list[Subject]:
    """An edited file: our hook, the usual script, and the fast scanner alone."""
    path = hooks.project / "src" / "edited.py"
    clean = "import json\n\n\ndef first(items):\n    return json.dumps(items)\n"
    path.write_text(clean)
    git(hooks.project, "add", "-A")
    git(hooks.project, "commit", "-q", "-m", "clean file")
    hooks.prompt = "prompt-2"
    hooks.fire("UserPromptSubmit", prompt="go on")
    sloppy = sloppy_source()

    def rewrite() -> None:
        path.write_text(sloppy)

    def reported(output: bytes) -> str:
        if b"shell" not in output:
            return f"the finding was not reported: {output[:300]!r}"
        return "" if "options=None" in path.read_text() else "the file was not formatted"

    ours = hook(
        hooks,
        "PostToolUse after an edit",
        [
            (
                "PostToolUse",
                {
                    "tool_name": "Write",
                    "tool_input": {"file_path": str(path), "content": sloppy},
                    "tool_response": {"type": "update", "filePath": str(path)},
                    "tool_use_id": "toolu_1",
                    "duration_ms": 5,
                },
            )
        ],
        reported,
        rewrite,
    )
    binaries = Path(sys.prefix) / "bin"
    rules = Path(compile_policy.__code__.co_filename).parents[1] / "edits" / "rules" / "python"
    copy = folder / "script.py"
    environ = {
        **hooks.environ,
        "PATH": f"{binaries}:/usr/bin:/bin",
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SEND_METRICS": "off",
        # Both sides run compiled; this one keeps its bytecode where everybody's tools do.
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
    }

    def process(*arguments: str) -> Process:
        return Process([str(binaries / arguments[0]), *arguments[1:]], b"", environ, str(folder))

    def scan(*extra: str) -> Process:
        return process(
            "semgrep", "scan", *extra, "--metrics=off", "--quiet", "--json",
            "--config", str(rules), str(copy),
        )  # fmt: skip

    def found(output: bytes) -> str:
        return "" if b"shell" in output else f"the finding was not reported: {output[:300]!r}"

    def fresh() -> None:
        copy.write_text(sloppy)

    usual = Subject(
        "ruff format, ruff check --fix, semgrep scan",
        [
            process("ruff", "format", "--isolated", str(copy)),
            process("ruff", "check", "--isolated", "--fix", str(copy)),
            scan(),
        ],
        fresh,
        found,
    )
    fast = Subject("semgrep scan --experimental", [scan("--experimental")], fresh, found)
    return [ours, usual, fast]


def compile_tools(folder: Path) -> None:
    """Bytecode for the tools of the comparison, in a place of the bench's own."""
    subprocess.run(
        [
            sys.executable,
            "-X",
            f"pycache_prefix={folder / 'pycache'}",
            "-m",
            "compileall",
            "-q",
            str(Path(shutil.which("semgrep", path=f"{sys.prefix}/bin") or "").parents[1] / "lib"),
        ],
        check=False,
        capture_output=True,
    )
