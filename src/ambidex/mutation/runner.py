"""Judge mutants: one warm pytest process in a copy of the work tree, a forked process for each.

The work is done by the plugin `inside.ambidex_warm` in the project's own Python. Here the copy is
made, the job written, the project's pytest command started, and what the plugin wrote is read,
also when it was killed in the middle. Nothing is tried a second time in silence.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import time
import tokenize

from ambidex import locate
from ambidex.mutation.mutant import NOT_JUDGED, UNCOVERED, Judged
from ambidex.printable import printable
from ambidex.proof import copies, plugins, process
from ambidex.proof.command import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.mutation.mutant import Mutant
    from ambidex.proof.command import Command

LOGS_KEPT = 20
# Between the plugin's own deadline, at which it ends its processes, and the end of patience.
_GRACE_SECONDS = 1.0
# For a test, or an import, of which nothing is known.
_LONGEST_SECONDS = 30.0


class Run:
    """What became of the mutants.

    Attributes:
        judged: every mutant, in the order in which they were given.
        broken: why nothing could be judged; `""` otherwise.
        collected: how many tests pytest collected.
        left_out: tests that proved nothing here (they fail without any change, or were not
            collected), each with the reason.
        notes: what else is worth knowing.
        seconds: wall-clock time.
        phases: seconds after the start at which each phase was over: `copied`, `collected`,
            `indexed`, `controlled`, `judged`.
        log: the output of the run, a path; `""` if there is none.
    """

    def __init__(self) -> None:
        self.judged: list[Judged] = []
        self.broken = ""
        self.collected = 0
        self.left_out: dict[str, str] = {}
        self.notes: list[str] = []
        self.seconds = 0.0
        self.phases: dict[str, float] = {}
        self.log = ""


def judge(
    root: str,
    state: str,
    command: Command,
    mutants: Sequence[Mutant],
    covering: Mapping[str, Sequence[str]],
    *,
    seconds: Mapping[str, float],
    environ: Mapping[str, str],
    deadline: float,
    workers: int = 0,
    texts: Mapping[str, str] | None = None,
) -> Run:
    """Find out which mutants the tests notice.

    Args:
        root: the project's root; nothing in it is written.
        state: the repository's state directory.
        command: the project's pytest command.
        mutants: what to judge.
        covering: for each mutant's id the node ids of the tests that execute it, in the order in
            which they are to run. None: the mutant is uncovered.
        seconds: what each test took, where that is known.
        environ: the process environment.
        deadline: `time.monotonic()` at which everything is over; mutants that were not reached
            are not judged.
        workers: processes at once; 0 for one for each processor.
        texts: the modules' texts that the mutants were made from; a module that is different by
            now is not judged.
    """
    started = time.monotonic()
    job = _Job(root, mutants, covering, seconds)
    run = Run()
    if job.tests and not command.is_pytest:
        run.broken = "the test command is not pytest"
    elif job.tests:
        job.workers = workers or _processors()
        job.deadline = deadline
        try:
            with copies.work_copy(state, root, deadline) as copy:
                run.phases["copied"] = time.monotonic()
                job.read_texts(copy.path, texts)
                _start(job, copy.path, state, command, environ, run)
        except (copies.CopyError, OSError) as error:
            run.broken = str(error)
    run.judged = job.judged(run.broken)
    run.seconds = time.monotonic() - started
    run.phases = {name: round(at - started, 3) for name, at in run.phases.items()}
    return run


class _Job:
    """What the plugin is told, and what it answered."""

    def __init__(
        self,
        root: str,
        mutants: Sequence[Mutant],
        covering: Mapping[str, Sequence[str]],
        seconds: Mapping[str, float],
    ) -> None:
        self.root = os.path.realpath(root)
        self._mutants = mutants
        self._covering = [list(dict.fromkeys(covering.get(each.id) or ())) for each in mutants]
        names = dict.fromkeys(name for each in self._covering for name in each)
        self.tests = {name: at for at, name in enumerate(names)}
        self._seconds = [float(seconds.get(name, 0.0)) for name in names]
        self._texts: dict[str, str] = {}
        self._unreadable: dict[str, str] = {}
        self._sent: list[int] = []
        self._answers: dict[int, dict[str, Any]] = {}
        self.ended = ""
        self.workers = 1
        self.deadline = 0.0

    def read_texts(self, copy: str, expected: Mapping[str, str] | None) -> None:
        """Read the modules as the tests will import them."""
        for path in dict.fromkeys(each.path for each in self._mutants):
            try:
                text = _text(os.path.join(copy, path))
            except (OSError, SyntaxError, ValueError) as error:
                self._unreadable[path] = f"{path} can't be read: {error}"
                continue
            wanted = expected.get(path) if expected is not None else None
            if wanted is not None and wanted != text:
                self._unreadable[path] = f"{path} has changed since the mutants were made"
            else:
                self._texts[path] = text

    def files(self, copy: str) -> list[str]:
        """The files of the tests that are still there."""
        names = dict.fromkeys(name.partition("::")[0] for name in self.tests)
        return [name for name in names if os.path.exists(os.path.join(copy, name))]

    def write(self, folder: str, copy: str) -> str:
        """Write the job into `folder`; returns its path.

        Raises:
            OSError: the disk is full.
        """
        entries = []
        for at, mutant in enumerate(self._mutants):
            text = self._texts.get(mutant.path)
            if text is None or not self._covering[at]:
                continue
            if not _fits(mutant, text):
                self._unreadable.setdefault(
                    mutant.id, f"{mutant.path} has changed since the mutants were made"
                )
                continue
            self._sent.append(at)
            entries.append(
                {
                    "path": mutant.path,
                    "qualname": mutant.qualname,
                    "line": mutant.line,
                    "start": mutant.start,
                    "end": mutant.end,
                    "replacement": mutant.replacement,
                    "cold": mutant.at_import,
                    "tests": [self.tests[name] for name in self._covering[at]],
                }
            )
        used = {entry["path"] for entry in entries}
        job = {
            "root": self.root,
            "copy": copy,
            "results": os.path.join(folder, "results"),
            "scratch": folder,
            "deadline": self.deadline - _GRACE_SECONDS,
            "longest": _LONGEST_SECONDS,
            "workers": self.workers,
            "texts": {path: text for path, text in self._texts.items() if path in used},
            "tests": list(self.tests),
            "seconds": self._seconds,
            "mutants": entries,
        }
        path = os.path.join(folder, "job")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(job, file)
        return path

    def read(self, folder: str, run: Run) -> None:
        """Read what the plugin wrote, up to where it was interrupted."""
        names = list(self.tests)
        try:
            with open(os.path.join(folder, "results"), "rb") as file:
                lines = file.read().split(b"\n")[:-1]
        except FileNotFoundError:
            return
        for line in lines:
            record = json.loads(line)
            if "mutant" in record:
                self._answers[self._sent[record["mutant"]]] = record
            elif "left_out" in record:
                run.left_out[names[record["left_out"]]] = record["reason"]
            elif "collected" in record:
                run.collected = record["collected"]
                if record["errors"]:
                    run.notes.append(f"can't be collected: {', '.join(record['errors'])}")
            elif "phase" in record:
                run.phases[record["phase"]] = record["at"]
            elif "note" in record:
                run.notes.append(record["note"])
            elif "end" in record:
                self.ended = "regularly"
                run.broken = record["broken"]

    def judged(self, broken: str) -> list[Judged]:
        """Every mutant with what became of it."""
        names = list(self.tests)
        found = []
        for at, mutant in enumerate(self._mutants):
            count = len(self._covering[at])
            answer = self._answers.get(at)
            if not count:
                found.append(Judged(mutant, UNCOVERED))
            elif answer is None or broken:
                reason = self._unreadable.get(mutant.id) or self._unreadable.get(mutant.path)
                why = broken or reason or self.ended or "the deadline passed"
                found.append(Judged(mutant, NOT_JUDGED, covering=count, reason=why))
            else:
                killer = answer["killer"]
                found.append(
                    Judged(
                        mutant,
                        answer["status"],
                        killer=names[killer] if killer >= 0 else "",
                        ran=answer["ran"],
                        covering=count,
                        seconds=answer["seconds"],
                        reason=answer["reason"],
                    )
                )
        return found


def _start(
    job: _Job, copy: str, state: str, command: Command, environ: Mapping[str, str], run: Run
) -> None:
    folder = os.path.realpath(tempfile.mkdtemp(prefix="ambidex-"))
    try:
        files = job.files(copy)
        if not files:
            run.broken = "the files of the covering tests are not there any more"
            return
        path = job.write(folder, copy)
        run.log = _log_path(state) or ""
        root = job.root
        outcome = process.run(
            _argv(command, files, root, copy),
            cwd=root if _is_launcher(command) else copy,
            environ=_environ(environ, root, path),
            deadline=job.deadline,
            log=run.log or None,
        )
        job.read(folder, run)
        if job.ended:
            return
        if outcome.code is None:
            job.ended = "the deadline passed"
            return
        lines = [printable(line, 300) for line in outcome.tail.splitlines()]
        last = next((line for line in reversed(lines) if line.strip("=- ")), "no output")
        job.ended = f"pytest ended early (exit code {outcome.code}): {last}"
        if not run.collected:
            run.broken = job.ended
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _argv(command: Command, files: Sequence[str], root: str, copy: str) -> list[str]:
    argv = command.only(files, ("-p", "ambidex_warm"))
    at = command.pytest_at
    # The interpreter stays what it is; a path among the options means the copy's.
    inside_root = root + os.sep
    moved = [
        word.replace(inside_root, copy + os.sep) if inside_root in word else word
        for word in argv[at:]
    ]
    program = argv[0]
    if os.sep in program and not os.path.isabs(program):
        program = os.path.join(root, program)
    return [program, *argv[1:at], *moved]


def _is_launcher(command: Command) -> bool:
    """Whether another program looks for the environment, by the folder that it is started in."""
    first = os.path.basename(command.argv[0])
    return not first.startswith(("python", "pypy", "pytest", "py.test"))


def _environ(environ: Mapping[str, str], root: str, job: str) -> dict[str, str]:
    mine = environment(environ, root)
    folder = plugins.folder(environ)
    inherited = mine.get("PYTHONPATH", "")
    mine["PYTHONPATH"] = f"{folder}{os.pathsep}{inherited}" if inherited else folder
    mine["AMBIDEX_WARM"] = job
    # uv would install the project anew.
    mine["UV_NO_SYNC"] = "1"
    return mine


def _text(path: str) -> str:
    """A module's text, line ends and byte order mark as they are."""
    with open(path, "rb") as file:
        data = file.read()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode("utf-8" if encoding == "utf-8-sig" else encoding)


def _fits(mutant: Mutant, text: str) -> bool:
    before = text[: mutant.start].replace("\r\n", "\n").replace("\r", "\n")
    return mutant.end <= len(text) and before.count("\n") + 1 == mutant.line


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS
        return os.cpu_count() or 1


def _log_path(state: str) -> str | None:
    """A new log's path, with the oldest logs removed; None where the state can't be written."""
    folder = os.path.join(state, "logs")
    try:
        locate.make_private(folder)
        old = sorted(name for name in os.listdir(folder) if name.startswith("mutants-"))
        for name in old[: -LOGS_KEPT + 1]:
            os.unlink(os.path.join(folder, name))
        path = os.path.join(folder, f"mutants-{time.time_ns()}-{os.getpid()}.log")
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        return None
    return path
