from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.policy.compile import compile_policy
from ambidex.policy.defaults import CI_FILES
from ambidex.policy.detect import proposal, uses_pytest
from ambidex.policy.sample import render
from testing.configured_project import make_project


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"src/a/__init__.py": ""}, ["src"]),
        ({"a/__init__.py": "", "setup.py": ""}, ["."]),
        ({"a.py": ""}, ["."]),
        ({"src/a.py": "", "b/__init__.py": ""}, ["src", "."]),
    ],
)
def test_the_layout_is_seen(tmp_path: Path, files: dict[str, str], source: list[str]) -> None:
    assert proposal(str(make_project(tmp_path, files)))["tests"]["source"] == source


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({"tests/t.py": "", "test/t.py": ""}, ["tests", "test"]),
        ({"checks/t.py": "", "pytest.ini": "[pytest]\ntestpaths = checks gone\n"}, ["checks"]),
        ({"c/t.py": "", "setup.cfg": "[tool:pytest]\ntestpaths =\n  c\n  /etc\n  ../x\n"}, ["c"]),
    ],
)
def test_test_folders_are_seen(tmp_path: Path, files: dict[str, str], paths: list[str]) -> None:
    assert proposal(str(make_project(tmp_path, files)))["tests"]["paths"] == paths


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": "[project]\ndependencies = ['pytest']\n"},
        {"requirements-dev.txt": "pytest>=8\n"},
        {"tests/conftest.py": ""},
        {"tox.ini": "[pytest]\nx = 1\n"},
    ],
)
def test_the_use_of_pytest_is_seen(tmp_path: Path, files: dict[str, str]) -> None:
    assert uses_pytest(str(make_project(tmp_path, files)))


@pytest.mark.parametrize(
    ("files", "add_only"),
    [
        ({"migrations/0001.sql": ""}, ["migrations/**"]),
        ({"shop/orders/migrations/0001_initial.py": ""}, ["shop/orders/migrations/**"]),
        ({"alembic/versions/ab12.py": "", "alembic/env.py": ""}, ["alembic/versions/**"]),
        ({"db/migrate/1.rb": "", "db/schema.rb": ""}, ["db/migrate/**"]),
        ({"tests/migrations/a.py": "", "node_modules/x/migrations/a.js": ""}, []),
        ({".venv/migrations/a.py": "", "vendor/migrations/a.py": "", "versions/a.py": ""}, []),
        ({"a/b/c/d/e/migrations/a.sql": ""}, []),
        ({"docs/migrations.md": ""}, []),
    ],
)
def test_migrations_are_proposed_as_add_only(
    tmp_path: Path, files: dict[str, str], add_only: list[str]
) -> None:
    root = make_project(tmp_path, files)
    (root / "empty" / "migrations").mkdir(parents=True)
    assert proposal(str(root)).get("paths", {}).get("add_only", []) == add_only


@pytest.mark.parametrize(
    ("files", "approval"),
    [
        ({"src/shop/auth/login.py": ""}, ["src/shop/auth/**"]),
        ({"infra/main.tf": "", "terraform/x.tf": ""}, ["infra/**", "terraform/**"]),
        ({"app/billing/a.rb": "", "app/authors/a.rb": ""}, ["app/billing/**"]),
        ({"tests/auth/test_login.py": "", "src/authors.py": "", "author/a": ""}, []),
    ],
)
def test_what_reaches_everybody_is_proposed_for_approval_besides_ci(
    tmp_path: Path, files: dict[str, str], approval: list[str]
) -> None:
    paths = proposal(str(make_project(tmp_path, files))).get("paths", {})
    assert paths.get("approval", []) == ([*CI_FILES, *approval] if approval else [])


def test_a_folder_behind_a_link_is_not_proposed(tmp_path: Path) -> None:
    root = make_project(tmp_path / "p", {"a.py": ""})
    (tmp_path / "elsewhere" / "auth").mkdir(parents=True)
    (tmp_path / "elsewhere" / "auth" / "x.py").write_text("")
    (root / "lib").symlink_to(tmp_path / "elsewhere")
    assert "paths" not in proposal(str(root))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"tests/golden/a": "", "golden/b": "", "vendor/c": "", ".semgrep/r.yml": "", "a.py": ""},
        {"pyproject.toml": "not toml [", "setup.cfg": "not an ini"},
        {"pyproject.toml": "tool = 1\n"},
        {"pyproject.toml": "[tool]\npytest = 1\n"},
        {"db/migrate/1.rb": "", "infra/main.tf": "", "src/auth/a.py": "", "we[ird/auth/x": ""},
        {"tests/golden/.keep": "", "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = 1\n"},
    ],
)
def test_what_is_proposed_is_accepted(tmp_path: Path, files: dict[str, str]) -> None:
    root = make_project(tmp_path, files)
    (root / "ambidex.toml").write_text(render(proposal(str(root))))
    assert compile_policy(str(root))["active"]
