"""Mutants, made by whichever Python has mutmut.

A hook runs on a bare interpreter, whose version need not be that of the tools' environment; mutmut
is there, with a parser that is compiled for one version of Python. So a process of that
environment makes the mutants, unless this one can.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys

from ambidex import locate
from ambidex.mutation import mutants
from ambidex.mutation.mutant import Mutant
from ambidex.mutation.mutants import Generated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

# A module of 10,000 lines takes a tenth of that. Seconds.
_PATIENCE = 120
_BOOT = "import sys; sys.path.insert(0, {!r}); from ambidex.mutation.generator import main; main()"


def generate(
    path: str,
    text: str,
    *,
    environ: Mapping[str, str] | None = None,
    lines: Sequence[tuple[int, int]] | None = None,
    functions: Sequence[str] | None = None,
    former: str | None = None,
) -> Generated:
    """What `mutants.generate` answers; see there.

    Args:
        path: likewise.
        text: likewise.
        environ: Ambidex's environment, to find its tools in; None for that of this process.
        lines: likewise.
        functions: likewise.
        former: likewise.

    Returns:
        The mutants; with an `error` also where no Python with mutmut could be started.
    """
    asked = {"lines": lines, "functions": functions, "former": former}
    if not _is_here():
        home = locate.data_home(os.environ if environ is None else environ)
        python = os.path.join(home, "env", "current", "bin", "python")
        if os.path.exists(python):
            return _elsewhere(python, {"path": path, "text": text, **asked}, environ)
    return mutants.generate(path, text, lines=lines, functions=functions, former=former)


def main() -> None:
    """Answer one question from standard input on standard output, both JSON."""
    made = mutants.generate(**json.load(sys.stdin))
    answer = {
        "mutants": [each.as_dict() for each in made.mutants],
        "dropped": made.dropped,
        "error": made.error,
    }
    json.dump(answer, sys.stdout)


def _is_here() -> bool:
    return importlib.util.find_spec("mutmut") is not None


def _elsewhere(
    python: str, question: dict[str, Any], environ: Mapping[str, str] | None
) -> Generated:
    import subprocess

    import ambidex

    boot = _BOOT.format(os.path.dirname(os.path.dirname(os.path.abspath(ambidex.__file__))))
    try:
        run = subprocess.run(
            # -B: an installed plugin's folder is not ours to write bytecode into.
            [python, "-I", "-B", "-c", boot],
            env=None if environ is None else dict(environ),
            input=json.dumps(question).encode(),
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Generated(error=f"making its mutants took longer than {_PATIENCE} seconds")
    except OSError as error:
        return Generated(error=f"{python} could not be started: {error.strerror}")
    try:
        answer = json.loads(run.stdout)
        made = Generated(error=answer["error"])
        made.mutants = [Mutant.from_dict(each) for each in answer["mutants"]]
        made.dropped = dict(answer["dropped"])
    except (ValueError, KeyError, TypeError):
        said = run.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1][:300] if said else f"exit status {run.returncode}"
        return Generated(error=f"the tools' Python made no mutants: {why}")
    return made
