"""The direction of imports: each contract holds, and each would notice if it did not."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import tomllib

from testing.checkout import ROOT, modules, read

# Contract → an import that it must reject: the module that gets it, and the line.
KNOWN_BAD = {
    "layers": ("policy/globs.py", "import ambidex.guard.decide"),
    "checks-know-no-door": ("guard/decide.py", "import ambidex.hook.context"),
    "policy-hot": ("policy/snapshot.py", "import ambidex.policy.model"),
    "hooks-standard-library": ("proof/select.py", "import pydantic"),
}

# What may import packages of others; everything else is imported by some hook.
COLD = ("ambidex.cli", "ambidex.doctor")
COLD_POLICY = (
    *("model", "table", "guard_tables", "proof_tables", "gate_tables"),
    *("load", "compile", "values", "sample", "explain", "contradictions"),
)


def lint(folder: Path, contract: str = "") -> subprocess.CompletedProcess[str]:
    command = [os.path.join(sysconfig.get_path("scripts"), "lint-imports"), "--no-cache"]
    return subprocess.run(
        [*command, *(["--contract", contract] if contract else [])],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def contracts() -> dict[str, configparser.SectionProxy]:
    parser = configparser.ConfigParser()
    parser.read_string(read(".importlinter"))
    prefix = "importlinter:contract:"
    return {name[len(prefix) :]: parser[name] for name in parser if name.startswith(prefix)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src/ambidex", tmp_path / "src/ambidex", ignore=ignored)
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert f"{len(contracts())} kept, 0 broken" in done.stdout


def test_every_contract_has_a_known_bad_import() -> None:
    assert set(contracts()) == set(KNOWN_BAD)


@pytest.mark.parametrize("contract", KNOWN_BAD)
def test_a_contract_rejects_its_known_bad_import(copy: Path, contract: str) -> None:
    module, line = KNOWN_BAD[contract]
    path = copy / "src/ambidex" / module
    path.write_text(f"{path.read_text()}\n{line}\n")
    done = lint(copy, contract)
    assert done.returncode == 1, done.stdout
    assert f"{contracts()[contract]['name']} BROKEN" in done.stdout
    assert "ambidex." + module[: -len(".py")].replace("/", ".") in done.stdout


def test_a_new_package_needs_its_place_among_the_layers(copy: Path) -> None:
    (copy / "src/ambidex/newcomer.py").write_text('"""A package that nobody placed."""\n')
    done = lint(copy, "layers")
    assert done.returncode == 1
    assert "newcomer" in done.stdout


def test_the_standard_library_contract_knows_every_dependency() -> None:
    declared = tomllib.loads(read("pyproject.toml"))["project"]["dependencies"]
    names = {re.split(r"[<>=\[; ]", one)[0] for one in declared}
    assert names
    assert names <= set(contracts()["hooks-standard-library"]["forbidden_modules"].split())


def test_only_cold_modules_import_packages_of_others() -> None:
    checked, guilty = 0, []
    for path in modules():
        name = ".".join(path.with_suffix("").parts)
        if name.startswith(COLD) or name.rpartition(".policy.")[2] in COLD_POLICY:
            continue
        checked += 1
        guilty += [f"{name}: {one}" for one in foreign(read(Path("src") / path))]
    assert checked > 100
    assert guilty == []


def test_an_import_inside_a_function_counts() -> None:
    assert foreign("def f():\n    import yaml.nodes\n    from os import path\n") == ["yaml"]


def foreign(source: str) -> list[str]:
    """Top-level names of what is imported anywhere, neither Python's nor ours."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        found += [name.split(".")[0] for name in names]
    # SHA-256 without OpenSSL has another name in each version of Python.
    ours = {"ambidex", "_sha256", "_sha2", *sys.stdlib_module_names}
    return sorted(set(found) - ours)
