"""The guard: mixed commands, as whole processes and in process, and the worst that can come."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

from ambidex.client.fire import snake_case
from bench import subjects
from bench.measure import Process, Subject, interleaved
from testing.corpus import cases
from testing.guarding import decision_on, project, scene
from testing.hooks import REPOSITORY, Hooks

COMMANDS = 200
# A peer that parses: the fastest of those that do, installed by `make bench`.
PEER = REPOSITORY / ".cache" / "peer" / "node_modules" / ".bin" / "cc-safety-net"

# Seconds.
P99_LIMIT = 0.005
WORST_LIMIT = 0.250

# Name, command, what the guard must say.
WORST = (
    ("128 kB of text, then rm -rf /", "echo '" + "x" * 131_000 + "'; rm -rf /", ("deny",)),
    (
        "128 kB in a here-document",
        "cat > notes.md <<'EOF'\n" + "rm -rf / is bad\n" * 8_000 + "EOF\n",
        ("allow",),
    ),
    ("128 kB of words", "echo " + "word " * 26_000, ("allow", "ask")),
    ("128 kB of commands", "ls; " * 32_000 + "rm -rf /", ("ask", "deny")),
    ("5,000 dashes", "rm " + "-" * 5_000 + "x /tmp/file", ("allow", "ask")),
    ("5,000 options", "rm " + "-x " * 5_000 + "-rf /", ("deny",)),
    ("1,000 nested substitutions", "echo " + "$(echo " * 1_000 + "x" + ")" * 1_000, ("ask",)),
    ("1,000 nested, rm inside", "$( " * 1_000 + "rm -rf /" + ")" * 1_000, ("ask", "deny")),
    ("4,000 open braces", "echo " + "{a," * 4_000 + "b" + "}" * 4_000, ("allow", "ask")),
)


def mixed(count: int = COMMANDS) -> list[str]:
    """Commands from the whole corpus, spread evenly over the families."""
    commands = [case.command for case in cases() if len(case.command) <= 1000]
    step = len(commands) / count
    return [commands[int(at * step)] for at in range(count)]


def processes(folder: Path) -> dict[str, float]:
    """Median seconds over the mixed commands, of each: bare interpreter, our hook, the peer."""
    hooks = subjects.project(folder / "guard", 20)
    bare = subjects.bare(hooks)
    times: dict[str, list[float]] = {}
    for command in mixed():
        group = [bare, _ours(hooks, command), _peer(hooks, command)]
        for name, taken in interleaved(group, 1).items():
            times.setdefault(name, []).extend(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _payload(hooks: Hooks, command: str) -> dict[str, object]:
    return hooks.payload(
        "PreToolUse", tool_name="Bash", tool_input={"command": command}, tool_use_id="toolu_1"
    )


def _ours(hooks: Hooks, command: str) -> Subject:
    process = Process(
        ["/bin/sh", str(hooks.launch), snake_case("PreToolUse")],
        json.dumps(_payload(hooks, command)).encode(),
        hooks.environ,
        str(hooks.project),
    )
    return Subject("the guard", [process], subjects.nothing, subjects.anything)


def _peer(hooks: Hooks, command: str) -> Subject:
    environ = {**hooks.environ, "PATH": f"{_node()}:/usr/bin:/bin"}
    process = Process(
        [str(PEER), "--claude-code"],
        json.dumps(_payload(hooks, command)).encode(),
        environ,
        str(hooks.project),
    )
    return Subject("cc-safety-net", [process], subjects.nothing, subjects.anything)


def _node() -> str:
    import shutil

    return str(Path(shutil.which("node") or "/usr/bin/node").parent)


def in_process(folder: Path) -> float:
    """The 99th percentile of the whole corpus up to 1 kB, in seconds, imports done."""
    root = project(folder / "in-process")
    commands = [case.command for case in cases() if len(case.command) <= 1000]
    for command in commands:
        decision_on(command, scene(root))
    taken = []
    for command in commands:
        where = scene(root)
        started = time.perf_counter()
        decision_on(command, where)
        taken.append(time.perf_counter() - started)
    return statistics.quantiles(taken, n=100)[98]


def worst(folder: Path) -> dict[str, float]:
    """Seconds of each of the worst commands, after making sure that the answer is right."""
    root = project(folder / "worst")
    found = {}
    for name, command, allowed in WORST:
        best = 0.0
        for _ in range(3):
            where = scene(root)
            started = time.perf_counter()
            decision = decision_on(command, where)
            taken = time.perf_counter() - started
            best = min(best or taken, taken)
            if decision.action not in allowed:
                raise RuntimeError(f"{name}: {decision.action}, expected one of {allowed}")
        found[name] = best
    return found
