"""pytest plugin that judges mutants: collects once, then forks a process for each of them.

Loaded with `-p ambidex_warm`, its folder on PYTHONPATH, and `AMBIDEX_WARM` naming the job (JSON,
see `mutation.runner`). The process that imported the project forks the warm ones, whose mutants
are swapped into live functions. Before anything of the project is imported another process is
split off, which forks the cold ones: they go on to import the project with one text changed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import subprocess
import sys
import time
import traceback
import warnings

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_FOLDER = os.path.dirname(os.path.abspath(__file__))
# What tests and tools keep beside the files; it says nothing about where tests write.
_CACHES = ("__pycache__", ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache")
_MOST_FILES = 50_000


def _beside(name: str) -> Any:
    """A module that lies beside this one; no project's module of that name is in its way."""
    spec = importlib.util.spec_from_file_location(f"_{name}", os.path.join(_FOLDER, f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _enter(copy: str) -> None:
    """Be in the copy. A launcher (`uv run`) had to be started in the project itself."""
    if os.path.realpath(os.getcwd()) == copy:
        return
    os.chdir(copy)
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    script = sys.argv[0]
    start = ["-m", "pytest"] if os.path.basename(script) == "__main__.py" else [script]
    os.execv(sys.executable, [sys.executable, *flags, *start, *sys.argv[1:]])  # noqa: S606


def _leave_no_trace() -> None:
    """Take ourselves out of the environment, which tests hand on to their own processes."""
    del os.environ["AMBIDEX_WARM"]
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [entry for entry in entries if entry and os.path.abspath(entry) != _FOLDER]
    if kept:
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    else:
        os.environ.pop("PYTHONPATH", None)
    sys.path[:] = [entry for entry in sys.path if not entry or os.path.abspath(entry) != _FOLDER]


class _Forked(BaseException):
    """Leaves the loop of the cold processes' parent, in a new one of them."""

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__()
        self.request = request


class Warm:
    """The plugin."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._request: dict[str, Any] | None = None
        self._turn: Any = None
        self._collection_failed: list[str] = []
        self._results, self._say = os.pipe()
        self._guard = _guard.start()
        self._requests = -1
        self._served = 0

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(self, early_config: pytest.Config) -> Iterator[None]:
        """The last moment before code of the project is imported."""
        # Coverage slows everything down, and its threshold is not for a part of the tests.
        for name, value in (("cov_source", []), ("no_cov", True), ("cov_fail_under", None)):
            if hasattr(early_config.known_args_namespace, name):
                setattr(early_config.known_args_namespace, name, value)
        self._split()
        _elsewhere.install(self._job["root"], self._job["copy"])
        if self._request is not None:
            _swap.on_import(self._texts(self._request))
        yield

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Switch off what would run tests elsewhere, stop early, wait for a person or report."""
        for name, value in (
            ("numprocesses", 0),
            ("dist", "no"),
            ("tx", []),
            ("maxfail", 0),
            ("usepdb", False),
            ("trace", False),
            ("reruns", 0),
            ("collectonly", False),
            ("setuponly", False),
            ("setupplan", False),
            ("tbstyle", "native"),
            ("xmlpath", None),
        ):
            if hasattr(config.option, name):
                setattr(config.option, name, value)

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """A cold process collects only what it needs."""
        if self._request is not None:
            names = [self._job["tests"][test] for test in self._request["tests"]]
            session.config.args = list(dict.fromkeys(map(self._file, names)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what can't be collected."""
        if report.failed:
            self._collection_failed.append(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that a test failed, in any of its phases."""
        if self._turn is None:
            return
        if report.failed:
            self._turn.failed = True
        if report.when == "setup":
            self._turn.setup += report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run our tests in place of pytest's loop; does not return."""
        code = 70
        try:
            groups = self._groups(session)
            if self._request is not None:
                self._cold_turn(session, self._request, groups)
            self._judge(session, groups)
            code = 0
        except BaseException:
            sys.stdout.flush()
            traceback.print_exc()
        finally:
            # Reports of plugins, exit handlers: none of them is wanted.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _split(self) -> None:
        """Split off the parent of the cold processes; in each of those this returns, too."""
        requests, self._requests = os.pipe()
        self._served = _fork()
        if self._served:
            os.close(requests)
            return
        os.close(self._requests)
        os.close(self._results)
        try:
            _forks.serve(requests, self._fork_cold, self._say)
        except _Forked as forked:
            os.close(requests)
            self._request = forked.request
            self._turn = _turn.Turn(forked.request["number"], self._say, self._guard)
            _turn.silence()
            return
        except BaseException:
            traceback.print_exc()
        os._exit(0)

    def _fork_cold(self, request: dict[str, Any]) -> int:
        pid = _fork()
        if not pid:
            raise _Forked(request)
        return pid

    def _cold_turn(
        self, session: pytest.Session, request: dict[str, Any], groups: list[list[pytest.Item]]
    ) -> None:
        def work() -> None:
            self._places(session, request["number"])
            self._turn.run(
                [groups[test] for test in request["tests"]],
                request["cpu"],
                go_on=request["go_on"],
                budget=request["budget"],
                collected=not self._collection_failed,
            )

        self._turn.complete(work)

    def _judge(self, session: pytest.Session, groups: list[list[pytest.Item]]) -> None:
        """The parent's part: index, fork, judge, write."""
        job = self._job
        out = os.open(job["results"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

        def write(record: dict[str, Any]) -> None:
            data = json.dumps(record).encode() + b"\n"
            while data:
                data = data[os.write(out, data) :]

        def phase(name: str) -> None:
            write({"phase": name, "at": time.monotonic()})

        phase("collected")
        write({"collected": len(session.items), "errors": self._collection_failed[:20]})
        texts = self._originals()
        live = _swap.Live(set(texts), os.path.join(job["copy"], ""))
        modules = {path: _swap.Module(path, text) for path, text in texts.items()}
        for mutant in job["mutants"]:
            if not mutant["cold"]:
                modules[self._path(mutant)].prepare(mutant["start"], mutant["end"])
        gc.collect()
        gc.freeze()
        limits = _forks.Limits(
            job["seconds"], [name.partition("::")[0] for name in job["tests"]], job["longest"]
        )

        def fork(task: Any) -> int:
            pid = _fork()
            if pid:
                with contextlib.suppress(OSError):  # it was faster, or is gone already
                    os.setpgid(pid, pid)
                return pid
            turn = self._turn = _turn.Turn(task.number, self._say, self._guard)

            def work() -> None:
                os.close(self._requests)
                os.close(self._results)
                os.close(out)
                self._places(session, task.number)
                turn.say("swapped", self._change(task, live, modules))
                live.forget_results()
                tests = [groups[test] for test in task.tests]
                cpu = limits.cpu(task.tests)
                turn.run(tests, cpu, go_on=task.go_on, budget=task.budget)

            turn.complete(work)
            raise AssertionError

        def ask(task: Any) -> None:
            request = {
                "number": task.number,
                "kind": task.kind,
                "mutant": task.mutant,
                "tests": task.tests,
                "go_on": task.go_on,
                "budget": task.budget,
                "cpu": limits.cpu(task.tests),
            }
            data = json.dumps(request).encode() + b"\n"
            while data:
                data = data[os.write(self._requests, data) :]

        def freed(group: int) -> None:
            os.write(self._guard, b"-%d\n" % group)

        forks = _forks.Forks(
            self._results, job["workers"], job["deadline"], limits, fork, ask, freed
        )
        before = _listing(job["copy"])
        judge = _judging.Judge(
            job, forks, limits, _forks.Task, write, lambda: _listing(job["copy"]) != before
        )
        phase("indexed")
        for test, group in enumerate(groups):
            if not group:
                judge.left_out[test] = "it was not collected"
                write({"left_out": test, "reason": "it was not collected"})
        broken = judge.run()
        phase("judged")
        write({"end": True, "broken": broken})

    def _change(self, task: Any, live: Any, modules: dict[str, Any]) -> int:
        """Do what the task wants to be changed; returns how many functions were reached."""
        if task.mutant < 0:
            return int(sum(_swap.swap_same(live, module) for module in modules.values()))
        mutant = self._job["mutants"][task.mutant]
        module = modules[self._path(mutant)]
        if task.kind == "forced":
            return int(_swap.swap_raising(live, module, mutant["line"]))
        edit = mutant["start"], mutant["end"], mutant["replacement"]
        try:
            swapped = _swap.swap(live, module, *edit)
        except _swap.Unswappable:
            swapped = _defaults.swap_default(live, module, *edit)
            if not swapped:
                raise
        # A test that imports the module anew must meet the same mutant.
        _swap.on_import({module.path: _mutated(module.text, mutant)})
        return int(swapped)

    def _texts(self, request: dict[str, Any]) -> dict[str, str]:
        """The texts with which a cold process imports."""
        originals = self._originals()
        if request["mutant"] < 0:
            return originals
        mutant = self._job["mutants"][request["mutant"]]
        path = self._path(mutant)
        if request["kind"] == "forced":
            return {path: "raise BaseException('forced to fail')\n"}
        return {path: _mutated(originals[path], mutant)}

    def _originals(self) -> dict[str, str]:
        return {self._path({"path": name}): text for name, text in self._job["texts"].items()}

    def _path(self, mutant: dict[str, Any]) -> str:
        path: str = os.path.realpath(os.path.join(self._job["copy"], mutant["path"]))
        return path

    def _file(self, test: str) -> str:
        return os.path.join(self._job["copy"], test.partition("::")[0])

    def _groups(self, session: pytest.Session) -> list[list[pytest.Item]]:
        """For each test of the job the items that it stands for."""
        exact: dict[str, list[pytest.Item]] = {}
        base: dict[str, list[pytest.Item]] = {}
        for item in session.items:
            names = {item.nodeid, self._from_top(item)}
            for name in names:
                exact.setdefault(name, []).append(item)
                base.setdefault(name.partition("[")[0], []).append(item)
        # Parameters may be computed from what the mutant changes; their names change then.
        cold = self._request is not None
        return [
            exact.get(name) or (base.get(name.partition("[")[0], []) if cold else [])
            for name in self._job["tests"]
        ]

    def _from_top(self, item: pytest.Item) -> str:
        """The node id as it is where pytest's root is the project's."""
        path = os.path.realpath(str(getattr(item, "path", None) or item.fspath))
        relative = os.path.relpath(path, self._job["copy"]).replace(os.sep, "/")
        return "::".join([relative, *item.nodeid.split("::")[1:]])

    def _places(self, session: pytest.Session, number: int) -> None:
        _turn.private_places(session.config, os.path.join(self._job["scratch"], str(number)))


def _mutated(text: Any, mutant: dict[str, Any]) -> str:
    parts: list[str] = [text[: mutant["start"]], mutant["replacement"], text[mutant["end"] :]]
    return "".join(parts)


def _fork() -> int:
    with warnings.catch_warnings():
        # Threads of the project are not copied; the controls tell whether it minds.
        warnings.simplefilter("ignore")
        return os.fork()


def _listing(top: str) -> dict[str, tuple[int, int]]:
    """Files of the copy with size and time of change; linked folders are not followed."""
    found: dict[str, tuple[int, int]] = {}
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name not in _CACHES]
        for name in files:
            path = os.path.join(folder, name)
            try:
                status = os.lstat(path)
            except OSError:
                continue
            found[path] = status.st_size, status.st_mtime_ns
        if len(found) > _MOST_FILES:
            break
    return found


_elsewhere = _beside("elsewhere")
_swap = _beside("ambidex_swap")
_defaults = _beside("ambidex_defaults")
_forks = _beside("ambidex_forks")
_turn = _beside("ambidex_turn")
_guard = _beside("ambidex_guard")
_judging = _beside("ambidex_judge")


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Read the job and register the plugin that does it."""
    with open(os.environ["AMBIDEX_WARM"], encoding="utf-8") as file:
        job = json.load(file)
    _enter(job["copy"])
    _leave_no_trace()
    pluginmanager.register(Warm(job), "ambidex_warm_job")
