"""Fixtures for tests that drive the real Claude Code client.

The versions under test come from `AMBIDEX_CLIENT_VERSIONS` (separated by commas or blanks; `all`
means every version of `tests/client/versions.json`), else it is the pinned one. With
`AMBIDEX_TEST_CLIENT` it is that program, whatever its version.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambidex.client import find
from ambidex.client.runner import Client
from testing.recipes import Stage
from testing.witness import Witness

REPOSITORY = str(Path(__file__).resolve().parent.parent)
VARIABLE = "AMBIDEX_CLIENT_VERSIONS"


def versions_under_test() -> list[str]:
    """The client versions that this test run is about."""
    if find.VARIABLE in os.environ:
        return [find.version_of(os.environ[find.VARIABLE])]
    known = find.versions(REPOSITORY)
    wanted = os.environ.get(VARIABLE, "").replace(",", " ").split()
    if wanted == ["all"]:
        return known
    return wanted or known[:1]


def project_repository(folder: Path) -> Path:
    """A git repository with one commit, to be worked on by the client."""
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("A project for the client to work on.\n")
    identity = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.invalid"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Begin"]):
        subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(params=versions_under_test())
def client_version(request: pytest.FixtureRequest) -> str:
    """The version of the client that this test runs with."""
    return str(request.param)


@pytest.fixture
def client(tmp_path: Path, client_version: str) -> Iterator[Client]:
    """The real client with a temporary HOME and a project repository.

    Fails, and says how to install it, where the client is missing.
    """
    try:
        executable = find.find(os.environ, repository=REPOSITORY, version=client_version)
    except find.ClientNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    home = tmp_path / "home"
    home.mkdir()
    project = project_repository(tmp_path / "project")
    with Client(str(home), str(project), executable) as made:
        yield made


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    """A plugin that logs every event."""
    return Witness(str(tmp_path / "witness"))


@pytest.fixture
def stage(client: Client, witness: Witness) -> Stage:
    """A stage for the recipes, with no plugin but the witness."""
    return Stage(client, witness)
