"""Which tests are property tests, as the source says."""

from __future__ import annotations

import pytest

from ambidex.proof.property_tests import GIVEN, STATEFUL, find

EVERYTHING = b"""
import hypothesis
import hypothesis.stateful
import hypothesis as h
import pytest
from hypothesis import given, given as gave, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from other import given as foreign, Imported

@given(st.integers())
def test_plain(x): ...

@pytest.mark.parametrize("base", [1, 2])
@gave(x=st.integers())
async def test_parametrized(base, x): ...

@hypothesis.given(st.integers())
def test_by_module(x): ...

@h.given(st.integers())
def test_by_alias(x): ...

class TestGroup:
    class TestInner:
        @given(st.integers())
        def test_method(self, x): ...

    def test_no_property(self): ...

@foreign(st.integers())
def test_of_another_given(x): ...

def given_in_name(): ...

class Cart(RuleBasedStateMachine):
    x = 1

class Bigger(Cart):
    y = 1

TestCart = Cart.TestCase
TestImported = Imported.TestCase

class TestBigger(Bigger.TestCase):
    settings = None

class ByModule(hypothesis.stateful.RuleBasedStateMachine):
    pass

def test_runs_machine():
    run_state_machine_as_test(Cart)

class TestUnit(pytest.unittest.TestCase):
    def test_it(self): ...

if True:
    @given(st.integers())
    def test_conditional(x): ...
"""


def test_functions_methods_parametrized_and_machines_are_found() -> None:
    found = {each.name: each for each in find("tests/test_a.py", EVERYTHING)}
    assert {name: each.kind for name, each in found.items()} == {
        "test_plain": GIVEN,
        "test_parametrized": GIVEN,
        "test_by_module": GIVEN,
        "test_by_alias": GIVEN,
        "TestGroup::TestInner::test_method": GIVEN,
        "TestCart::runTest": STATEFUL,
        "TestBigger::runTest": STATEFUL,
        "TestImported::runTest": STATEFUL,
        "test_runs_machine": STATEFUL,
        "test_conditional": GIVEN,
    }
    lines = EVERYTHING.decode().split("\n")
    parametrized = found["test_parametrized"]
    assert lines[parametrized.line - 1] == '@pytest.mark.parametrize("base", [1, 2])'
    assert parametrized.end_line == parametrized.line + 2
    # A machine's lines are its class's, where that is in the file.
    assert lines[found["TestCart::runTest"].line - 1] == "class Cart(RuleBasedStateMachine):"
    assert lines[found["TestImported::runTest"].line - 1] == "TestImported = Imported.TestCase"


def test_a_property_owns_its_parameters_and_nothing_else() -> None:
    (each,) = find("test_a.py", b"from hypothesis import given as g\n@g(1)\ndef test_x(a): ...\n")
    assert each.node == "test_a.py::test_x"
    assert each.owns("test_a.py::test_x")
    assert each.owns("test_a.py::test_x[1-[]")
    assert not each.owns("test_a.py::test_xy")
    assert not each.owns("")


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"def test_it(): ...\n",
        b"# hypothesis\ndef given(x): return x\n@given(1)\ndef test_it(): ...\n",
        b"from hypothesis import given\ndef broken(:\n",
        b"from hypothesis import given\nx = b'\xff'\n\xff\n",
        b"import unittest, hypothesis\nclass TestA(unittest.TestCase):\n    def test(self): ...\n",
    ],
)
def test_nothing_is_found_where_nothing_is(source: bytes) -> None:
    assert find("test_a.py", source) == []
