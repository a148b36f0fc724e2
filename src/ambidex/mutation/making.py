"""Mutants made by a Python that has mutmut: this one, or that of the tools' environment.

A hook runs in whatever Python the machine has, and without packages. libcst is compiled for one
version of Python, so its folder can't be borrowed: another process has to make them.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.mutants import Generated

    # The arguments of `mutants.generate` by name, ready for JSON.
    Question = dict[str, Any]

_LONGEST_SECONDS = 86_400.0
# What is needed of us is loaded before mutmut, whose bytecode belongs beside it and ours not.
_BOOT = """
import sys
sys.path.insert(0, {source!r})
sys.pycache_prefix = {prefix!r}
sys.dont_write_bytecode = not sys.pycache_prefix
from ambidex.mutation import making, mutants
sys.pycache_prefix = None
sys.dont_write_bytecode = False
making.main()
"""


def generate(
    questions: Sequence[Question], environ: Mapping[str, str], deadline: float
) -> list[Generated]:
    """The answers of `mutants.generate`, in order; at most one process is started for all.

    Args:
        questions: see `mutants.generate`.
        environ: Ambidex's environment, to find its tools in.
        deadline: `time.monotonic()` at which it must have ended.

    Returns:
        Where no Python can make them, answers whose `error` says why.
    """
    from ambidex.mutation import mutants

    if not questions:
        return []
    if is_here():
        return [mutants.generate(**question) for question in questions]
    answers = _elsewhere(questions, environ, deadline)
    if isinstance(answers, str):
        return [mutants.Generated(error=answers) for _ in questions]
    return answers


def is_here() -> bool:
    """Whether this Python has what makes mutants."""
    return all(importlib.util.find_spec(name) is not None for name in ("libcst", "mutmut"))


def main() -> None:
    """Read questions from standard input, write the answers to standard output."""
    from ambidex.mutation import mutants

    made = [mutants.generate(**question) for question in json.load(sys.stdin)]
    answers = [
        {
            "mutants": [each.as_dict() for each in found.mutants],
            "dropped": found.dropped,
            "error": found.error,
        }
        for found in made
    ]
    json.dump(answers, sys.stdout)


def _elsewhere(
    questions: Sequence[Question], environ: Mapping[str, str], deadline: float
) -> list[Generated] | str:
    """The answers of another process, or why there are none."""
    from ambidex import locate

    python = os.path.join(locate.data_home(environ), "env", "current", "bin", "python")
    source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    boot = _BOOT.format(source=source, prefix=sys.pycache_prefix)
    try:
        run = subprocess.run(
            [python, "-I", "-c", boot],
            env=dict(environ),
            input=json.dumps(list(questions)).encode(),
            capture_output=True,
            # Without a deadline it is infinite, which subprocess does not take.
            timeout=min(max(0.0, deadline - time.monotonic()), _LONGEST_SECONDS),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "there was not enough time to make mutants"
    except OSError as error:
        return f"Ambidex's own environment is not set up ({python}: {error.strerror})"
    try:
        if run.returncode == 0:
            return [_read(answer) for answer in json.loads(run.stdout)]
    except (ValueError, KeyError, TypeError):
        pass
    said = run.stderr.decode("utf-8", "replace").strip().splitlines()
    return f"mutants can't be made: {said[-1] if said else f'{python} ended with {run.returncode}'}"


def _read(answer: dict[str, Any]) -> Generated:
    from ambidex.mutation.mutant import Mutant
    from ambidex.mutation.mutants import Generated

    found = Generated(str(answer["error"]))
    found.mutants = [Mutant.from_dict(each) for each in answer["mutants"]]
    found.dropped = dict(answer["dropped"])
    return found
