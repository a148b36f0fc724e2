"""A project whose files are edited, with real ruff and semgrep on a scrubbed PATH."""

from __future__ import annotations

import os
import sysconfig
import time
from pathlib import Path
from typing import Any

import pytest

from ambidex.edits import scan
from ambidex.edits.treat import Treatment, treat
from ambidex.verdict import Verdict

TOOLS = sysconfig.get_path("scripts")

RULES = """\
rules:
  - id: evaluate-use
    languages: [python]
    severity: ERROR
    message: evaluate runs text as code
    metadata: {fix: Use ast.literal_eval.}
    pattern: evaluate(...)
  - id: weak-hash
    languages: [python]
    severity: WARNING
    message: MD5 is broken
    metadata: {fix: Use sha256.}
    pattern: hashlib.md5(...)
  - id: only-in-the-source
    languages: [python]
    severity: ERROR
    message: not in src
    paths: {include: [/src/*.py]}
    pattern: forbidden()
"""


class Project:
    """A folder with edited files, what they were before, and how they are treated."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.state = folder / "home" / ".local" / "state"
        self.before: dict[str, bytes] = {}
        self.environ = {
            "HOME": str(folder / "home"),
            "PATH": os.pathsep.join([TOOLS, "/usr/bin", "/bin"]),
        }
        self.edits: dict[str, Any] = {
            "format": True,
            "lint": True,
            "scan": False,
            "exclude": [],
            "rules": [],
            "max_findings": 10,
            "max_characters": 2000,
            "max_file_bytes": 1_000_000,
        }
        self.paths: dict[str, list[str]] = {"golden": [], "read_only": []}
        self.options: dict[str, Any] = {"fix": True}
        self.seconds = 60.0

    @property
    def policy(self) -> dict[str, Any]:
        return {"edits": self.edits, "paths": self.paths}

    def write(self, path: str, now: str | bytes, before: str | bytes | None = None) -> Path:
        """Write an edited file, and remember what it was."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(now.encode() if isinstance(now, str) else now)
        if before is not None:
            self.before[path] = before.encode() if isinstance(before, str) else before
        return file

    def with_rules(self, rules: str = RULES) -> None:
        self.write("rules.yaml", rules)
        self.edits.update(scan=True, rules=["rules.yaml"])

    def with_tool(self, name: str, script: str) -> None:
        """Give the project an own tool: a shell script in its environment."""
        file = self.write(f".venv/bin/{name}", f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def treat(self, *files: str, **options: Any) -> Treatment:
        return treat(
            str(self.root),
            self.policy,
            files,
            baseline=self.before.get,
            environ=self.environ,
            state=str(self.state),
            deadline=time.monotonic() + self.seconds,
            **{**self.options, **options},
        )

    def verdict(self, gate: str, *files: str, **options: Any) -> Verdict:
        found = {verdict.gate: verdict for verdict in self.treat(*files, **options).verdicts}
        return found[gate]

    def findings(self, gate: str, *files: str, **options: Any) -> list[tuple[str, int, str]]:
        verdict = self.verdict(gate, *files, **options)
        assert verdict.status in ("passed", "findings"), verdict.as_dict()
        return [(finding.path, finding.line, finding.rule) for finding in verdict.findings]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(scan, "PACK", str(tmp_path / "no-pack"))
    return Project(tmp_path)
