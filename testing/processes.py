"""Real processes for tests of what happens when several run at once, or one dies."""

from __future__ import annotations

import os
import subprocess
import sys
import time

SOURCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "src")


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a Python program that can import ambidex; its arguments are `sys.argv[1:]`."""
    prelude = f"import sys; sys.path.insert(0, {SOURCE!r})\n"
    return subprocess.Popen(
        [sys.executable, "-I", "-c", prelude + program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*processes: subprocess.Popen[str]) -> list[str]:
    """What each process printed, once all have ended well."""
    outputs = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        outputs.append(out)
    return outputs


def gone(pid: int) -> bool:
    """Whether the process `pid` ended within ten seconds (a zombie has ended)."""
    for _ in range(200):
        state = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        ).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False
