"""The tables that say what is imported for what agree with the modules that they name."""

from __future__ import annotations

import importlib
from collections import Counter
from typing import get_args

import pytest

from ambidex.guard import code, programs, rules
from ambidex.guard.effects import KINDS
from ambidex.policy.values import EffectKind


@pytest.mark.parametrize("family", programs.FAMILIES)
def test_a_family_has_a_model_for_each_of_its_programs(family: str) -> None:
    module = importlib.import_module(f"ambidex.guard.programs.{family}")
    assert set(module.MODELS) == set(programs.FAMILIES[family])


def test_a_program_belongs_to_one_family() -> None:
    counted = Counter(name for names in programs.FAMILIES.values() for name in names)
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_language_has_a_reader() -> None:
    for name in code.READERS.values():
        assert callable(importlib.import_module(f"ambidex.guard.code.{name}").follow)


def test_packs_speak_of_effects_that_there_are() -> None:
    for kinds in rules.PACKS.values():
        assert kinds <= set(KINDS)


def test_a_policy_may_name_every_kind_of_effect() -> None:
    assert list(get_args(EffectKind)) == list(KINDS)
