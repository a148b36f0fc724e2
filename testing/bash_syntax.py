"""What the real bash says about the syntax of commands; it runs none of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable

# `-n` reads commands and runs nothing; one process asks it about many.
_LOOP = r"""
while IFS= read -r -d '' command; do
  bash -O extglob -n -c -- "$command" 2>&1 </dev/null || echo "bash: status $?"
  printf '\0'
done
"""


def refusals(commands: Iterable[str]) -> list[str]:
    """What bash has against each command, "" for those that it accepts."""
    asked = list(commands)
    answer = subprocess.run(
        ["bash", "-c", _LOOP],
        input="".join(command + "\0" for command in asked).encode("utf-8", "surrogatepass"),
        capture_output=True,
        check=True,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )
    answers = answer.stdout.decode("utf-8", "replace").split("\0")[:-1]
    assert len(answers) == len(asked)
    return [_refusal(answer) for answer in answers]


def _refusal(answer: str) -> str:
    lines = [line for line in answer.splitlines() if line.startswith("bash: ")]
    return "\n".join(line for line in lines if "warning:" not in line)
