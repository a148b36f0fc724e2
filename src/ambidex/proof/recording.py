"""Running tests with the probe in them, and reading what it wrote down.

The probe is `inside/ambidex_probe.py`. Its lines come in coverage.py's data file, read here as the
SQLite database that it is: the schema is published with coverage.py (version 7 since 5.0), and
whoever only reads it needs nothing but the standard library.
"""

from __future__ import annotations

import os

from ambidex.proof import plugins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = ("-p", "ambidex_probe")
PLUGIN = "ambidex_probe"
_SCHEMA = 7


class Ran:
    """One test of a recording: see `testmap.Test`; `uses` are contexts that it depends on."""

    __slots__ = ("outcome", "seconds", "starts", "uses")

    def __init__(self, outcome: str, seconds: float, starts: bool, uses: list[str]) -> None:
        self.outcome = outcome
        self.seconds = seconds
        self.starts = starts
        self.uses = uses


class Recording:
    """What one run of the tests wrote down, all its processes together.

    Attributes:
        lines: whether lines were recorded.
        reason: why not, or why not all of them.
        rival: what measures the lines itself, and would leave it to the probe (`instead`); or `""`.
        tests: the tests that ran, by node id.
        bits: executed lines, by path relative to the root and by context; bit n is line n.
        asked: fixtures that tests asked for while they ran: context, and the start of the node
            ids of all tests that could do so.
        foreign: files that were imported from where they must not come.
        watched: each process that ran tests said where its modules came from.
    """

    __slots__ = ("asked", "bits", "foreign", "lines", "reason", "rival", "tests", "watched")

    def __init__(self) -> None:
        self.lines = False
        self.reason = "the tests' process wrote nothing down"
        self.rival = ""
        self.tests: dict[str, Ran] = {}
        self.bits: dict[str, dict[str, int]] = {}
        self.asked: dict[str, str] = {}
        self.foreign: list[str] = []
        self.watched = False

    def contexts(self) -> set[str]:
        """All contexts in which a line was executed."""
        return {context for contexts in self.bits.values() for context in contexts}


class Recorder:
    """What a run of the tests is asked to write down, and what it wrote.

    Attributes:
        probes: whether the probe takes part at all; without it only `outcomes` are known.
        lines: whether executed lines are asked for.
        foreign: see `environment`.
        instead: likewise.
        recording: what the probe wrote down; empty until `read`.
        outcomes: `passed`, `failed` or `skipped` (see `junit.Case`) by node id.
    """

    __slots__ = (
        "_packages",
        "_plugins",
        "foreign",
        "instead",
        "lines",
        "outcomes",
        "probes",
        "recording",
    )

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        lines: bool = True,
        foreign: str = "",
        instead: bool = False,
    ) -> None:
        """Prepare a run; `environ` is Ambidex's own, without one there is no probe."""
        self.probes = environ is not None
        self.lines = lines
        self.foreign = foreign
        self.instead = instead
        self.recording = Recording()
        self.outcomes: dict[str, str] = {}
        self._packages = packages(environ) if lines and environ is not None else ""
        self._plugins = plugins.folder(environ) if environ is not None else ""

    def environment(self, environ: Mapping[str, str], folder: str, root: str) -> dict[str, str]:
        """The environment of the tests; `folder` is private to the run."""
        return environment(
            environ,
            folder,
            root,
            self._plugins,
            self._packages,
            lines=self.lines,
            foreign=self.foreign,
            instead=self.instead,
        )

    def read(self, folder: str, root: str) -> None:
        """Take what was written into `folder`."""
        self.recording = read(folder, root)


def environment(
    environ: Mapping[str, str],
    folder: str,
    root: str,
    ours: str,
    packages: str = "",
    *,
    lines: bool = True,
    foreign: str = "",
    instead: bool = False,
) -> dict[str, str]:
    """`environ`, completed so that the probe is found and writes into `folder`.

    Args:
        environ: the environment of the tests.
        folder: an empty folder.
        root: the folder whose Python files count.
        ours: where our plugins are; see `plugins`.
        packages: where `coverage` is if the tests' Python has none; see `packages`.
        lines: whether lines are recorded.
        foreign: a folder from which no module may come; those that do are in `Recording.foreign`.
        instead: pytest-cov does not measure, and its threshold does not count.
    """
    path = [ours, *filter(None, [environ.get("PYTHONPATH", "")])]
    return {
        **environ,
        "PYTHONPATH": os.pathsep.join(path),
        "AMBIDEX_PROBE": folder,
        "AMBIDEX_PROBE_ROOT": os.path.realpath(root),
        "AMBIDEX_PROBE_PACKAGES": packages,
        "AMBIDEX_PROBE_LINES": "1" if lines else "0",
        "AMBIDEX_PROBE_INSTEAD": "1" if instead else "0",
        "AMBIDEX_PROBE_FOREIGN": os.path.realpath(foreign) if foreign else "",
    }


def packages(environ: Mapping[str, str]) -> str:
    """The folder of our tools' environment that holds coverage.py; `""` where there is none."""
    import glob
    import importlib.util

    from ambidex import locate

    lib = os.path.join(locate.data_home(environ), "env", "current", "lib")
    for folder in sorted(glob.glob(os.path.join(glob.escape(lib), "python3*", "site-packages"))):
        if os.path.isdir(os.path.join(folder, "coverage")):
            return folder
    found = importlib.util.find_spec("coverage")
    if found is None or not found.origin:
        return ""
    return os.path.dirname(os.path.dirname(found.origin))


def read(folder: str, root: str) -> Recording:
    """What the probe left in `folder`; never raises.

    Args:
        folder: as it was given to `environment`.
        root: likewise.
    """
    import json

    recording = Recording()
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    except OSError:
        return recording
    reasons = []
    unread = False
    for name in names:
        try:
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                written = json.load(file)
            tests = {node: _ran(test) for node, test in written["tests"].items() if test["outcome"]}
            asked = {
                context: "" if context == "*" else context.partition("\t")[0]
                for test in written["tests"].values()
                if test.get("asks") or "*" in test["uses"]
                for context in test["uses"]
            }
            with_lines, reason = bool(written["lines"]), str(written["reason"])
            foreign = [str(path) for path in written["foreign"]]
            rival = str(written["rival"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            reasons.append(f"{name} can't be read: {error}")
            unread = True
            continue
        if with_lines and not _add_lines(recording, folder, name, os.path.realpath(root)):
            with_lines, reason = False, "coverage's data can't be read"
        recording.tests.update(tests)
        recording.asked.update(asked)
        recording.foreign += foreign
        recording.rival = recording.rival or rival
        recording.lines = recording.lines or with_lines
        if reason or not with_lines:
            reasons.append(reason)
    if names:
        recording.watched = not unread
        # One process without lines would make its tests look as if they reached nothing.
        recording.lines = recording.lines and not reasons
        recording.reason = "; ".join(dict.fromkeys(reasons))
    return recording


def _ran(test: Mapping[str, object]) -> Ran:
    uses = test["uses"]
    if not isinstance(uses, list):
        raise TypeError("uses is no list")
    return Ran(
        str(test["outcome"]),
        float(str(test["seconds"])),
        bool(test.get("starts")),
        [str(each) for each in uses],
    )


def _add_lines(recording: Recording, folder: str, name: str, root: str) -> bool:
    import sqlite3

    path = os.path.join(folder, name[: -len(".json")] + ".coverage")
    if not os.path.exists(path):
        # Nothing of the project was executed: coverage.py writes no file then.
        return True
    prefix = root + os.sep
    try:
        connection = sqlite3.connect(path)
        try:
            ((version,),) = connection.execute("SELECT version FROM coverage_schema")
            if version != _SCHEMA:
                return False
            rows = connection.execute(
                "SELECT file.path, context.context, line_bits.numbits FROM line_bits "
                "JOIN file ON file.id = line_bits.file_id "
                "JOIN context ON context.id = line_bits.context_id"
            )
            for file, context, bits in rows:
                if file.startswith(prefix):
                    inside = file[len(prefix) :].replace(os.sep, "/")
                    lines = recording.bits.setdefault(inside, {})
                    lines[context] = lines.get(context, 0) | int.from_bytes(bits, "little")
        finally:
            connection.close()
    except (sqlite3.Error, ValueError, TypeError):
        return False
    return True
