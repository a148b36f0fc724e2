"""Whether a process is still there."""

from __future__ import annotations

import subprocess
import time


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
