"""The client tests with every version of the client.

    python -m testing.matrix [PYTEST ARGUMENT ...]

Installs the versions of `tests/client/versions.json` by the Makefile's own rule, runs the tests
marked `client` with all of them, and prints how each version did. Exit status: 0 when every version
was tested and nothing failed, 1 otherwise, 2 when a version cannot be installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ambidex.client import find
from testing.client import REPOSITORY, VARIABLE

# Tests that are about no particular version of the client.
ANY = "any"


@dataclass
class Count:
    """How many tests of one version passed, and which did not (skipped ones included)."""

    passed: int = 0
    failed: tuple[str, ...] = ()


def install(versions: Iterable[str]) -> None:
    """Install these versions of the client where the tests look for them.

    Raises:
        subprocess.CalledProcessError: npm cannot install one.
        OSError: there is no make.
    """
    for version in versions:
        # Those that are there already stay as they are.
        if not os.access(find.place(REPOSITORY, version), os.X_OK):
            subprocess.run(["make", f".cache/client/{version}/ready"], cwd=REPOSITORY, check=True)


def run(report: str, arguments: Sequence[str]) -> None:
    """Run the client tests with all versions; `report` is where JUnit's XML goes."""
    command = [sys.executable, "-m", "pytest", "-m", "client", f"--junitxml={report}"]
    environ = {**os.environ, VARIABLE: "all"}
    environ.pop(find.VARIABLE, None)
    subprocess.run([*command, *arguments], cwd=REPOSITORY, env=environ, check=False)


def count(report: str, versions: Sequence[str]) -> dict[str, Count]:
    """The results in JUnit's XML, by the version that stands in the name of a test.

    Raises:
        OSError: there is no report.
        xml.etree.ElementTree.ParseError: it is not whole.
    """
    counts = {version: Count() for version in [*versions, ANY]}
    for case in ET.parse(report).iter("testcase"):
        name = case.get("name", "")
        inside = name.partition("[")[2].rstrip("]").split("-")
        own = counts[next((version for version in versions if version in inside), ANY)]
        if any(case.find(outcome) is not None for outcome in ("failure", "error", "skipped")):
            own.failed += (name,)
        else:
            own.passed += 1
    return counts


def good(counts: Mapping[str, Count]) -> bool:
    """Whether every version was tested and nothing failed."""
    tested = all(own.passed for version, own in counts.items() if version != ANY)
    return tested and not any(own.failed for own in counts.values())


def table(counts: Mapping[str, Count]) -> str:
    """One line per version, then the tests that did not pass."""
    lines = [f"{'client':<12} {'passed':>6} {'failed':>6}"]
    for version, own in counts.items():
        lines.append(f"{version:<12} {own.passed:>6} {len(own.failed):>6}")
    lines += [f"  not passed: {name}" for own in counts.values() for name in own.failed]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Install, run, print; returns the exit status."""
    versions = find.versions(REPOSITORY)
    try:
        install(versions)
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"a client cannot be installed: {problem}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        report = os.path.join(folder, "report.xml")
        run(report, arguments)
        try:
            counts = count(report, versions)
        except (OSError, ET.ParseError) as problem:
            print(f"the tests left no report: {problem}", file=sys.stderr)
            return 1
    print(table(counts))
    return 0 if good(counts) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
