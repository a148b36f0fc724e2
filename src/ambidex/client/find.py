"""Where the Claude Code client is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping

PACKAGE = "@anthropic-ai/claude-code"
VARIABLE = "AMBIDEX_TEST_CLIENT"
_VERSIONS = os.path.join("tests", "client", "versions.json")


class ClientNotFoundError(Exception):
    """No client is installed; the message says how to install it."""


def versions(repository: str) -> list[str]:
    """The client versions that a checkout of Ambidex is tested with, the pinned one first."""
    with open(os.path.join(repository, _VERSIONS), encoding="utf-8") as file:
        data = json.load(file)
    return [data["pinned"], *data["matrix"]]


def place(repository: str, version: str) -> str:
    """Where a checkout keeps that version of the client (it may not be installed)."""
    return os.path.join(repository, ".cache", "client", version, "node_modules", ".bin", "claude")


def install_command(version: str) -> str:
    """The command that installs that version, to be run in the checkout's root."""
    return (
        f"npm install --no-fund --no-audit --no-package-lock --prefix .cache/client/{version} "
        f"{PACKAGE}@{version}"
    )


def find(
    environ: Mapping[str, str],
    *,
    executable: str | None = None,
    repository: str | None = None,
    version: str | None = None,
) -> str:
    """The client's executable.

    Looked for in this order: `executable`, the variable `AMBIDEX_TEST_CLIENT`, the copy that the
    checkout `repository` keeps, PATH. A `version` that is asked for is never taken from PATH.

    Raises:
        ClientNotFoundError: it is in none of these places, or the place named is no program.
    """
    named = executable or environ.get(VARIABLE)
    if named:
        path = shutil.which(named, path=environ.get("PATH"))
        if path is None:
            raise ClientNotFoundError(f"{named} is not a program that can be run")
        return os.path.abspath(path)
    kept = repository is not None and os.path.isfile(os.path.join(repository, _VERSIONS))
    if repository is not None and (kept or version):
        wanted = version or versions(repository)[0]
        path = place(repository, wanted)
        if os.access(path, os.X_OK):
            return path
        command = install_command(wanted)
    else:
        command = f"npm install -g {PACKAGE}"
    on_path = None if version else shutil.which("claude", path=environ.get("PATH"))
    if on_path is None:
        raise ClientNotFoundError(f"the Claude Code client is not installed; run: {command}")
    return os.path.abspath(on_path)


def version_of(executable: str) -> str:
    """The version that the client reports, for example `2.1.197`.

    Raises:
        ClientNotFoundError: it cannot be run.
    """
    try:
        done = subprocess.run(
            [executable, "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": os.devnull},
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ClientNotFoundError(f"{executable} --version: {error}") from error
    return done.stdout.split()[0] if done.stdout.split() else ""
