"""The gate `scope` over real trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.proof.scope.boundaries import crosses, modules
from ambidex.proof.scope.dependencies import ecosystem, names
from ambidex.proof.scope.gate import judge
from ambidex.verdict import FINDINGS, NOT_RUN, PASSED, Verdict
from testing.changed_project import ChangedProject

BOUNDARY = {
    "files": ["src/shop/ui/**"],
    "forbidden": ["shop.db", "src/shop/db"],
    "reason": "the user interface goes through shop.api",
}


def verdict_of(project: ChangedProject) -> Verdict:
    verdict = judge(project.subject())
    assert verdict is not None
    return verdict


def found(verdict: Verdict) -> list[tuple[str, int, str, str]]:
    return [(f.path, f.line, f.rule, f.severity) for f in verdict.findings]


def test_without_limits_and_manifests_nothing_is_owed(tmp_path: Path) -> None:
    project = ChangedProject(tmp_path, {"a.py": ""})
    project.write({"a.py": "import os\n"})
    verdict = verdict_of(project)
    assert (verdict.status, verdict.is_fine) == (NOT_RUN, True)


@pytest.mark.parametrize(("limit", "status"), [(2, PASSED), (1, FINDINGS)])
def test_the_number_of_files_is_limited(tmp_path: Path, limit: int, status: str) -> None:
    project = ChangedProject(tmp_path, {"a.py": "", "b.py": "x"}, scope={"max_files": limit})
    project.write({"a.py": "1\n"})
    (project.root / "b.py").unlink()
    assert verdict_of(project).status == status


@pytest.mark.parametrize(("limit", "status"), [(4, PASSED), (3, FINDINGS)])
def test_lines_added_and_removed_are_limited_and_lock_files_free(
    tmp_path: Path, limit: int, status: str
) -> None:
    files = {"a.py": "1\n2\n3\n", "uv.lock": "", "b.bin": "\0"}
    project = ChangedProject(tmp_path, files, scope={"max_lines": limit})
    # One replaced (two lines), one removed, one added in another file.
    project.write({"a.py": "1\ntwo\n", "c.py": "1\n", "uv.lock": "1\n" * 99, "b.bin": "\0\n\n\n"})
    verdict = verdict_of(project)
    assert (verdict.status, verdict.details["lines"]) == (status, 4)


MANIFESTS = {
    "pyproject.toml": (
        '[project]\ndependencies = ["Click>=8"]\n[dependency-groups]\ndev = ["pytest"]\n',
        '[project]\ndependencies = ["click>=9", "rich [all]>1; python_version>\'3\'"]\n'
        '[dependency-groups]\ndev = ["pytest", {include-group = "x"}]\n',
        ("rich", 2),
    ),
    "poetry/pyproject.toml": (
        '[tool.poetry.dependencies]\npython = "^3.11"\n',
        '[tool.poetry.dependencies]\npython = "^3.12"\n'
        '[tool.poetry.group.d.dependencies]\nmypy = "*"\n',
        ("mypy", 4),
    ),
    "requirements-dev.txt": (
        "click==8.1 # why\n",
        "# colours\n-r other.txt\nclick==8.2\nRich_Text==13 --hash=sha256:0\n",
        ("rich-text", 4),
    ),
    "setup.cfg": (
        "[options]\ninstall_requires =\n    click\n",
        "[options]\ninstall_requires =\n    click\n    rich>=2\n",
        ("rich", 4),
    ),
    "web/package.json": (
        '{"dependencies": {"react": "1"}}',
        '{"dependencies": {"react": "2"},\n "devDependencies": {"@types/react": "1"}}',
        ("@types/react", 2),
    ),
    "Cargo.toml": (
        '[dependencies]\nserde = "1"\n',
        '[dependencies]\nserde = "2"\n[target."cfg(unix)".dependencies]\nnix = "1"\n',
        ("nix", 4),
    ),
    "go.mod": (
        "module a\nrequire golang.org/x/text v0.1.0\n",
        "module a\nrequire (\n\tgolang.org/x/text v0.2.0\n\tgithub.com/a/b v1.0.0\n"
        "\tgithub.com/c/d v1.0.0 // indirect\n)\n",
        ("github.com/a/b", 4),
    ),
}


@pytest.mark.parametrize("path", MANIFESTS)
def test_a_new_dependency_is_a_warning(tmp_path: Path, path: str) -> None:
    before, after, (name, line) = MANIFESTS[path]
    project = ChangedProject(tmp_path, {path: before})
    project.write({path: after})
    verdict = verdict_of(project)
    assert found(verdict) == [(path, line, "new dependency", "warning")]
    assert verdict.findings[0].message.endswith(f": {name}")


def test_a_dependency_that_moves_to_another_manifest_is_not_new(tmp_path: Path) -> None:
    project = ChangedProject(tmp_path, {"requirements.txt": "click\nrich\n"})
    project.write({"requirements.txt": "click\n", "requirements-dev.txt": "Rich==1\n"})
    assert verdict_of(project).status == PASSED


def test_a_manifest_that_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    project = ChangedProject(tmp_path, {"package.json": "{}"})
    project.write({"package.json": '{"dependencies": '})
    verdict = verdict_of(project)
    assert (verdict.status, verdict.details["unreadable"]) == (PASSED, ["package.json"])


def test_only_new_imports_across_a_boundary_are_reported(tmp_path: Path) -> None:
    files = {"src/shop/ui/old.py": "from shop import db\n", "src/shop/ui/view.py": ""}
    project = ChangedProject(tmp_path, files, scope={"boundaries": [BOUNDARY]})
    project.write(
        {
            "src/shop/ui/old.py": "from shop import db\nimport os\n",
            "src/shop/ui/view.py": "import os\n\nfrom ..db.client import connect\n",
            "src/shop/ui/app.ts": "import x from 'y';\nimport { c } from '../db/client';\n",
            "src/shop/api.py": "import shop.db\n",
        }
    )
    verdict = verdict_of(project)
    assert found(verdict) == [
        ("src/shop/ui/app.ts", 2, "boundary", "error"),
        ("src/shop/ui/view.py", 3, "boundary", "error"),
    ]
    assert "goes through shop.api" in verdict.findings[0].message


def test_a_file_that_moves_across_takes_its_imports_along(tmp_path: Path) -> None:
    text = "# one\n# two\n# three\nimport shop.db\n"
    project = ChangedProject(
        tmp_path, {"src/shop/report.py": text}, scope={"boundaries": [BOUNDARY]}
    )
    (project.root / "src/shop/ui").mkdir()
    (project.root / "src/shop/report.py").rename(project.root / "src/shop/ui/report.py")
    assert found(verdict_of(project)) == [("src/shop/ui/report.py", 4, "boundary", "error")]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("src/a/b.py", "from . import c\n", {"a": 1, "a.c": 1}),
        ("src/a/b/__init__.py", "from .c import d\n", {"a.b.c": 1, "a.b.c.d": 1}),
        ("src/a/b.py", "import os, x.y\n", {"os": 1, "x.y": 1}),
        ("lib/a.js", "// require('z')\nconst b = require('./b.js')\n", {"lib/b": 2}),
        ("a.ts", "import type { A } from '@x/y'\nexport * from './c'\n", {"@x/y": 1, "c": 2}),
        ("a.tsx", "const B = lazy(() => import('./b'))\n", {"b": 1}),
        ("a.rb", "require 'x'\n", {}),
    ],
)
def test_what_a_file_imports(path: str, text: str, expected: dict[str, int]) -> None:
    assert modules(path, text.encode(), ["src", "."]) == expected


@pytest.mark.parametrize(
    ("module", "pattern", "forbidden"),
    [
        ("shop.db", "shop.db", True),
        ("shop.db.client", "shop.db", True),
        ("shop.dbx", "shop.db", False),
        ("shop.db", "*.db", True),
        ("@x/y/z", "@x/y", True),
    ],
)
def test_a_pattern_means_the_module_and_what_is_in_it(
    module: str, pattern: str, forbidden: bool
) -> None:
    assert bool(crosses(module, [pattern])) == forbidden


def test_other_text_files_are_no_manifests() -> None:
    assert [ecosystem(path) for path in ("notes.txt", "constraints.txt", "a.toml")] == [""] * 3
    assert ecosystem("requirements/dev.txt") == "Python"
    assert names("requirements/dev.txt", b"-e git+https://x/y#egg=My_Pkg\n") == {"my-pkg"}
