"""Machines for the doctor to examine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ambidex.client.find import VARIABLE
from testing.machine import Machine


@pytest.fixture
def machine(tmp_path: Path, bytecode: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine on which nothing is installed yet."""
    for name in list(os.environ):
        if name.startswith(("CLAUDE", "XDG_", "AMBIDEX_")) and name != VARIABLE:
            monkeypatch.delenv(name)
    return Machine(tmp_path, bytecode)


@pytest.fixture
def installed(machine: Machine) -> Machine:
    """A machine with Ambidex in the project's settings."""
    machine.install()
    return machine
