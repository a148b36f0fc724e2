"""Hypothesis profiles under pytest, and a record of the examples that made properties fail.

A pytest plugin and a hook of Hypothesis. Both are loaded in every environment in which Ambidex
is installed, so Hypothesis is imported only by the project itself or where a run asks for a
profile of ours. A profile is loaded before the project's own code: whatever the project or the
command line loads later replaces it.
"""

from __future__ import annotations

import os
import sys

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from typing import Any

# Examples per property; what each profile is for says docs/properties.md.
EXAMPLES = {"dev": 25, "ci": 200, "thorough": 500, "mutants": 50}
PREFIX = "ambidex-"
# Whoever runs us by path puts this folder on PYTHONPATH: our neighbours must not be importable.
_BY_PATH = "." not in __name__
_RECORDED = "_ambidex_recorded"


class _Chosen:
    """What this run asks for; `builtin` is Hypothesis's own profile of the chosen name."""

    begun = False
    name = ""
    builtin: Any = None
    file = ""


def register() -> None:
    """Register our profiles; Hypothesis calls this at the end of its import."""
    from hypothesis import HealthCheck, Phase, settings

    default = settings.get_profile("default")
    # Time is limited by whoever runs the tests; a slow machine is no failing property.
    more: dict[str, dict[str, Any]] = {
        "dev": {},
        "ci": {"derandomize": True, "print_blob": True},
        "thorough": {"derandomize": bool(os.environ.get("CI")), "print_blob": True},
        # To see whether a mutant dies: the same inputs each time, the first failure as it is.
        "mutants": {
            "derandomize": True,
            "phases": (Phase.explicit, Phase.generate),
            "suppress_health_check": list(HealthCheck),
            "report_multiple_bugs": False,
        },
    }
    for name, count in EXAMPLES.items():
        if _known(settings, PREFIX + name) is None:
            kept = {"suppress_health_check": [HealthCheck.too_slow], **more[name]}
            settings.register_profile(
                PREFIX + name, default, max_examples=count, deadline=None, **kept
            )
    # Those two are Hypothesis's own choice; any other one is somebody's.
    if _Chosen.name and _current() in ("default", "ci"):
        _Chosen.builtin = _known(settings, _Chosen.name)
        settings.load_profile(PREFIX + _Chosen.name)


def _known(settings: Any, name: str) -> Any:
    """The profile of that name, or None."""
    from hypothesis.errors import InvalidArgument

    try:
        return settings.get_profile(name)
    except InvalidArgument:
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Our two options; each has an environment variable, for runs that others start."""
    group = parser.getgroup("ambidex", "Ambidex")
    try:
        group.addoption(
            "--ambidex-profile",
            choices=sorted(EXAMPLES),
            help="Hypothesis profile where the project loads none (AMBIDEX_PROFILE)",
        )
        group.addoption(
            "--ambidex-examples",
            metavar="FILE",
            help="append failing examples of properties to FILE, as JSON lines (AMBIDEX_EXAMPLES)",
        )
    except ValueError:
        # A worker of xdist loads us twice: installed, and by path.
        return


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before any code of the project: the chosen profile, now or when Hypothesis is imported."""
    _begin(early_config, early_config.known_args_namespace)


def _begin(config: pytest.Config, options: object) -> None:
    if _Chosen.begun:
        return
    _Chosen.begun = True
    if _BY_PATH:
        _leave_the_path()
    _Chosen.name = _choice(options, config)
    named = getattr(options, "ambidex_examples", None)
    _Chosen.file = named or os.environ.get("AMBIDEX_EXAMPLES", "")
    named = getattr(options, "hypothesis_profile", None) or ""
    wanted = _Chosen.name or named.startswith(PREFIX)
    if wanted and (_BY_PATH or "hypothesis" in sys.modules):
        try:
            register()
        except ImportError:
            _Chosen.name = ""


def _choice(options: object, config: Any) -> str:
    name: str = getattr(options, "ambidex_profile", None) or os.environ.get("AMBIDEX_PROFILE", "")
    if name.startswith(PREFIX):
        name = name[len(PREFIX) :]
    if name in EXAMPLES:
        return name
    # A project that opted in has the same inputs in each run of its CI.
    root = str(getattr(config, "rootpath", "") or config.rootdir)
    opted_in = os.path.isfile(os.path.join(root, "ambidex.toml"))
    return "ci" if opted_in and os.environ.get("CI") and not name else ""


def _leave_the_path() -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here]
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [entry for entry in entries if entry != here]
    if kept and any(kept):
        os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    else:
        os.environ.pop("PYTHONPATH", None)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """A profile that the project registered under the chosen name stands for ours."""
    # Workers of xdist load plugins late.
    _begin(config, config.option)
    if not _Chosen.name or "hypothesis" not in sys.modules:
        return
    from hypothesis import settings

    own = _known(settings, _Chosen.name)
    if own is not None and own is not _Chosen.builtin and _current() == PREFIX + _Chosen.name:
        settings.load_profile(_Chosen.name)


def _current() -> str:
    from hypothesis import settings

    return getattr(settings, "_current_profile", "") or ""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Write down what Hypothesis found."""
    # Tests of unittest, state machines among them, get their exception while the report is made.
    yield
    failing = getattr(item, "_hypothesis_failing_examples", None)
    if failing and _Chosen.file and call.when == "call" and not hasattr(item, _RECORDED):
        # A test that is run again after a failure is still one record.
        setattr(item, _RECORDED, True)
        _write(item, call, failing)


def _write(item: pytest.Item, call: pytest.CallInfo[None], failing: list[str]) -> None:
    import json

    # The steps of a state machine are notes of their own.
    notes = getattr(call.excinfo.value, "__notes__", ()) if call.excinfo else ()
    steps = "\n".join(note for note in notes if "<state machine>" not in note)
    texts = [steps or text if text == "<state machine>" else text for text in failing]
    lines = [json.dumps(_record(item, text)) + "\n" for text in texts]
    try:
        # One write per test: workers of a distributed run share the file.
        with open(_Chosen.file, "a", encoding="utf-8") as file:
            file.write("".join(lines))
    except OSError:
        return


def _record(item: pytest.Item, text: str) -> dict[str, Any]:
    """One failing example.

    `values` are the arguments as Python code, None where they are no code; `unknown` the names
    in them that the test's module does not have.
    """
    function = getattr(item, "obj", None)
    inner = getattr(getattr(function, "hypothesis", None), "inner_test", function)
    code: Any = getattr(inner, "__code__", None)
    values, unknown = _values(text, item, getattr(inner, "__globals__", {}))
    return {
        "node": item.nodeid,
        "path": getattr(code, "co_filename", ""),
        "line": getattr(code, "co_firstlineno", 0),
        "function": getattr(inner, "__qualname__", item.name),
        "values": values,
        "unknown": unknown,
        "text": text[:10000],
        "profile": _current(),
    }


def _values(
    text: str, item: pytest.Item, namespace: dict[str, Any]
) -> tuple[list[list[str]] | None, list[str]]:
    import ast
    import builtins

    passed = set(getattr(item, "fixturenames", ())) | {"self", "cls"}
    given = _arguments(text, passed)
    if not given or any(_is_data(value) for _, value in given):
        return None, []
    unknown: set[str] = set()
    for _, value in given:
        for node in ast.walk(value):
            if not isinstance(node, ast.Name) or node.id in namespace:
                continue
            if node.id in ("nan", "inf"):
                # `ast.unparse` writes a name as it stands, and these floats have no literal.
                node.id = f"float('{node.id}')"
            elif not hasattr(builtins, node.id):
                unknown.add(node.id)
    return [[name, ast.unparse(value)] for name, value in given], sorted(unknown)


def _arguments(text: str, passed: set[str]) -> list[tuple[str, ast.expr]]:
    """The arguments of the printed call that Hypothesis gave, parsed; [] where one is no code."""
    import ast
    import re

    # One argument per line, indented by four; what pytest passed may have no literal at all.
    pieces = re.split(r"(?m)^    (?=\w+=)", text)
    kept = [piece for piece in pieces[1:] if piece.partition("=")[0] not in passed]
    if kept:
        last = kept[-1].rstrip()
        kept[-1] = last[:-1] if pieces[-1] is kept[-1] and last.endswith(")") else last
        text = "_(\n" + "".join(kept) + "\n)"
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        return []
    return [(each.arg or "", each.value) for each in call.keywords if each.arg not in passed]


def _is_data(value: ast.expr) -> bool:
    """Whether a value is interactive data, which only a running test can draw."""
    import ast

    return any(isinstance(each, ast.Constant) and each.value is ... for each in ast.walk(value))
