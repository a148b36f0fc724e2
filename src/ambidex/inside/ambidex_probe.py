r"""A pytest plugin that writes down which test executed which line, and how it ended.

It is loaded by name (`-p ambidex_probe`) with its folder on PYTHONPATH, and told by variables of
the environment, which it takes away again:

    AMBIDEX_PROBE            folder for the results; without it the plugin does nothing
    AMBIDEX_PROBE_ROOT       the folder whose Python files count
    AMBIDEX_PROBE_PACKAGES   where `coverage` is, should the project have none of its own
    AMBIDEX_PROBE_LINES      `0`: no lines are recorded, only what became of the tests
    AMBIDEX_PROBE_INSTEAD    `1`: pytest-cov does not measure, so that this plugin can
    AMBIDEX_PROBE_FOREIGN    a folder from which no module of the project may come

For each process that runs tests it leaves `<worker>-<pid>.json`, written last, and beside it
coverage.py's data, whose contexts are

    ``                            what ran outside of all tests: imports, collection
    `<node id>`                   a test, with setup and teardown
    `<base id>\t<name>`            a fixture that outlives a test: all that use it depend on it

Lines that other processes execute are not seen; a test that starts one is marked. Trouble in here
ends the recording and never the tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any

_NAME = "ambidex_probe"
_HERE = os.path.dirname(os.path.abspath(__file__))
_FOLDER = os.environ.get("AMBIDEX_PROBE", "")
_ROOT = os.environ.get("AMBIDEX_PROBE_ROOT", "")
_PACKAGES = os.environ.get("AMBIDEX_PROBE_PACKAGES", "")
_LINES = os.environ.get("AMBIDEX_PROBE_LINES", "") != "0"
_INSTEAD = os.environ.get("AMBIDEX_PROBE_INSTEAD", "") == "1"
_FOREIGN = os.environ.get("AMBIDEX_PROBE_FOREIGN", "")

# Audit events of the standard library by which another process is started.
_STARTS = frozenset(
    (
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.spawn",
        "os.posix_spawn",
    )
)
_ENVIRONMENTS = ("site-packages", "dist-packages", ".venv", "venv", "node_modules", ".tox", ".nox")


class _Probe:
    """The recording of one process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.coverage: Any = None
        self.reason = ""
        self.rival = ""
        self.tests: dict[str, dict[str, Any]] = {}
        self.current = ""
        self.contexts = [""]
        self.controls = False
        self.listening = False

    def start(self, config: Any) -> None:
        """Begin to record, unless somebody else measures already."""
        if self.coverage is not None or self.reason:
            return
        self.reason = "" if _LINES else "not asked for"
        options = config.known_args_namespace
        if self.reason:
            return
        if getattr(options, "cov_source", None) and not getattr(options, "no_cov", False):
            self.rival = "pytest-cov"
            self.reason = "the project measures its coverage itself (pytest-cov)"
            return
        if sys.gettrace() is not None or _monitored():
            self.reason = "something else traces the tests (a debugger, or coverage.py)"
            return
        module = _import_coverage()
        if isinstance(module, str):
            self.reason = module
            return
        omitted = [os.path.join(_ROOT, "*", name, "*") for name in _ENVIRONMENTS]
        omitted += [os.path.join(_ROOT, name, "*") for name in _ENVIRONMENTS]
        measured = module.Coverage(
            data_file=self.path("coverage"),
            config_file=False,
            include=[os.path.join(_ROOT, "*")],
            omit=[*omitted, os.path.join(_HERE, "*")],
            check_preimported=False,
            messages=False,
        )
        _choose_core(measured)
        measured.start()
        self.coverage = measured

    def path(self, ending: str) -> str:
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        return os.path.join(_FOLDER, f"{worker}-{self.pid}.{ending}")

    def enter(self, context: str) -> None:
        self.contexts.append(context)
        self._switch()

    def leave(self) -> None:
        self.contexts.pop()
        self._switch()

    def _switch(self) -> None:
        if self.coverage is not None:
            self.coverage.switch_context(self.contexts[-1])

    def give_up(self, error: BaseException) -> None:
        """Stop recording because of our own trouble."""
        measured, self.coverage = self.coverage, None
        self.reason = f"{type(error).__name__}: {str(error)[:300]}"
        if measured is not None:
            with contextlib.suppress(Exception):
                measured.stop()

    def write(self) -> None:
        if self.controls or os.getpid() != self.pid:
            return
        measured, self.coverage = self.coverage, None
        if measured is not None:
            measured.stop()
            measured.save()
        results = {
            "version": 1,
            "lines": measured is not None,
            "reason": self.reason,
            "rival": self.rival,
            "tests": self.tests,
            "foreign": _foreign_modules(),
        }
        new = self.path("new")
        with open(new, "w", encoding="utf-8") as file:
            json.dump(results, file)
        os.replace(new, self.path("json"))


def _import_coverage() -> Any:
    """The package `coverage`, the project's own or else ours; text where there is none."""
    try:
        import coverage
    except ImportError:
        pass
    else:
        return coverage
    if not _PACKAGES:
        return "coverage is not installed where the tests run"
    # At the end and for this import only: nothing else of ours may be found there.
    sys.path.append(_PACKAGES)
    try:
        import coverage

        return coverage
    except (Exception, SystemExit) as error:
        return f"coverage can't be imported: {str(error)[:300]}"
    finally:
        if _PACKAGES in sys.path:
            sys.path.reverse()
            sys.path.remove(_PACKAGES)
            sys.path.reverse()


def _choose_core(measured: Any) -> None:
    # sys.monitoring, as coverage uses it, reports a line once per process and not once per test.
    # An older version has no such choice to make.
    with contextlib.suppress(Exception):
        measured.set_option("run:core", "ctrace")
    with contextlib.suppress(Exception):
        measured.set_option("run:disable_warnings", ["no-ctracer", "no-data-collected"])


def _monitored() -> bool:
    monitoring = getattr(sys, "monitoring", None)
    return bool(monitoring and monitoring.get_tool(monitoring.COVERAGE_ID))


def _foreign_modules() -> list[str]:
    """Files of the project that were imported from `_FOREIGN`."""
    if not _FOREIGN:
        return []
    found = set()
    for module in list(sys.modules.values()):
        try:
            path = module.__file__
        except Exception:  # noqa: S112 - a lazy module may raise anything
            continue
        if isinstance(path, str) and path.startswith(_FOREIGN + os.sep):
            inside = path[len(_FOREIGN) + 1 :]
            if not any(part in _ENVIRONMENTS for part in inside.split(os.sep)):
                found.add(inside)
    return sorted(found)


_probe = _Probe() if _FOLDER else None


def _tidy() -> None:
    """Take our traces out of the process: the tests see the paths and variables they always see."""
    for name in [name for name in os.environ if name.startswith("AMBIDEX_PROBE")]:
        # Workers of xdist are children of this process and need to be told, too.
        if "PYTEST_XDIST_WORKER" in os.environ:
            del os.environ[name]
    while _HERE in sys.path:
        sys.path.remove(_HERE)
    rest = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part != _HERE]
    if any(rest):
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    else:
        os.environ.pop("PYTHONPATH", None)


def _start(config: Any) -> None:
    if _probe is not None:
        try:
            _probe.start(config)
        except (Exception, SystemExit) as error:
            _probe.give_up(error)


def _stand_in(options: Any) -> None:
    """Take the tests' lines over from pytest-cov, where that is wanted."""
    if _probe is not None and _INSTEAD:
        # Its threshold is not for a part of the tests.
        for name, value in (("cov_source", []), ("no_cov", True), ("cov_fail_under", None)):
            if hasattr(options, name):
                setattr(options, name, value)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: Any) -> Generator[None]:
    """Before the first file of the project is imported, and before pytest-cov looks."""
    _stand_in(early_config.known_args_namespace)
    _start(early_config)
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: Any) -> None:
    """Workers of xdist come by here only; their controller runs no tests."""
    if _probe is None:
        return
    # xdist gives its workers these options.
    _stand_in(config.option)
    if hasattr(config, "workerinput") or not _distributes(config):
        _start(config)
        if "PYTEST_XDIST_WORKER" not in os.environ:
            for name in [name for name in os.environ if name.startswith("AMBIDEX_PROBE")]:
                del os.environ[name]
        return
    _probe.give_up(RuntimeError("xdist"))
    _probe.controls = True
    paths = getattr(sys.modules.get("xdist.plugin"), "_sys_path", None)
    if isinstance(paths, list):
        paths.append(_HERE)
    elif _NAME in config.option.plugins:
        # Workers that could not find us would not start.
        config.option.plugins.remove(_NAME)


def _distributes(config: Any) -> bool:
    option = config.option
    return bool(getattr(option, "numprocesses", None) or getattr(option, "tx", None)) and (
        getattr(option, "dist", "no") != "no"
    )


def _guarded(function: Callable[..., object], *arguments: object) -> None:
    """Call `function`; what goes wrong in it ends the recording only."""
    if _probe is None or os.getpid() != _probe.pid:
        return
    try:
        function(_probe, *arguments)
    except (Exception, SystemExit) as error:
        _probe.give_up(error)


def _begin(probe: _Probe, item: Any) -> None:
    if not probe.listening:
        probe.listening = True
        sys.addaudithook(_listen)
    probe.current = item.nodeid
    probe.tests[item.nodeid] = {"outcome": "", "seconds": 0.0, "uses": _uses(item)}
    probe.enter(item.nodeid)


def _end(probe: _Probe) -> None:
    probe.current = ""
    probe.leave()


def _uses(item: Any) -> list[str]:
    """Fixtures that outlive the test, as contexts; `["*"]` where that can't be told."""
    try:
        if not hasattr(item, "_fixtureinfo"):
            return []
        known = item._fixtureinfo.name2fixturedefs
        used = [known.get(name, ()) for name in item.fixturenames]
        return sorted({_context(each) for all_of in used for each in all_of if _outlives(each)})
    except Exception:
        return ["*"]


def _outlives(fixture: Any) -> bool:
    return bool(fixture.scope != "function")


def _context(fixture: Any) -> str:
    return f"{fixture.baseid}\t{fixture.argname}"


def _prepare(probe: _Probe, fixture: Any) -> None:
    context = _context(fixture)
    test = probe.tests.get(probe.current)
    if test is not None and context not in test["uses"]:
        # Asked for while the test ran; others that do it are not known before they run.
        test["uses"].append(context)
        test["asks"] = True
    probe.enter(context)


def _listen(event: str, _arguments: object) -> None:
    if event not in _STARTS or _probe is None:
        return
    if _probe.current and os.getpid() == _probe.pid:
        test = _probe.tests.get(_probe.current)
        if test is not None:
            test["starts"] = True


def _report(probe: _Probe, report: Any) -> None:
    test = probe.tests.get(report.nodeid)
    if test is None:
        return
    if report.when == "setup":
        test["seconds"], test["outcome"] = 0.0, ""
    test["seconds"] += report.duration
    if report.outcome == "failed" or test["outcome"] == "failed":
        test["outcome"] = "failed"
    elif hasattr(report, "wasxfail"):
        test["outcome"] = "xfailed"
    elif report.outcome == "skipped" or report.when == "call":
        test["outcome"] = report.outcome


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: Any) -> Generator[None, None, None]:
    """Around all phases of one test."""
    _guarded(_begin, item)
    yield
    _guarded(_end)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: Any) -> Generator[None, None, None]:
    """Around the setup of one fixture."""
    outlives = _probe is not None and _outlives(fixturedef)
    if outlives:
        _guarded(_prepare, fixturedef)
    yield
    if outlives:
        _guarded(_Probe.leave)


def pytest_runtest_logreport(report: Any) -> None:
    """One phase of one test is over."""
    _guarded(_report, report)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Everything is over: write it down."""
    _guarded(_Probe.write)


_tidy()
