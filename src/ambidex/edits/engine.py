"""How semgrep is started: the fast way where it exists, and never with the network."""

from __future__ import annotations

import os

from ambidex.edits.language import first_line
from ambidex.edits.process import Job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ambidex.edits.process import Outcome

_CORE = "semgrep-core"


def core(program: str) -> str | None:
    """The engine that belongs to the command `program`, or None where it is not to be found.

    Looked for in the wheel's folder, of the command itself and of what it links to (as pipx and
    uv install it), then beside the command (as Homebrew does).
    """
    for command in dict.fromkeys((program, os.path.realpath(program))):
        folder = os.path.dirname(command)
        libraries = os.path.join(os.path.dirname(folder), "lib")
        candidates = [os.path.join(folder, _CORE)]
        try:
            pythons = sorted(name for name in os.listdir(libraries) if name.startswith("python"))
        except OSError:
            pythons = []
        inside = ("site-packages", "semgrep", "bin", _CORE)
        candidates += [os.path.join(libraries, name, *inside) for name in pythons]
        for candidate in candidates:
            if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
                return candidate
    return None


def environment(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """The environment for semgrep: offline, unconfigured by the user's own variables.

    Without it a call with no network waits for 100 s, and a token in the environment makes it
    talk to a service.

    Args:
        environ: the process environment.
        folder: a private folder, for the settings file.
    """
    env = {name: value for name, value in environ.items() if not name.startswith("SEMGREP_")}
    env.update(
        SEMGREP_ENABLE_VERSION_CHECK="0",
        SEMGREP_SEND_METRICS="off",
        SEMGREP_SETTINGS_FILE=os.path.join(folder, "settings.yml"),
        NO_COLOR="1",
    )
    return env


def job(program: str, arguments: Sequence[str], folder: str, environ: Mapping[str, str]) -> Job:
    """The call of semgrep with `arguments`, in `folder`."""
    env = environment(environ, folder)
    fast = core(program)
    if fast is not None:
        return Job(["osemgrep", *arguments], folder, env, executable=fast)
    return Job([program, *arguments], folder, env)


def complaint(outcome: Outcome) -> str:
    """The first line of what semgrep wrote to stderr."""
    return first_line(outcome.stderr)
