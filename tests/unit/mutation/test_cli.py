"""`ambidex mutate` in real projects: what it judges, prints, writes and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from ambidex.cli.exit_codes import ExitCode
from ambidex.cli.mutate import command
from testing.configured_project import environment, make_project

SCHEMA = json.loads((Path(__file__).parent / "mutation-testing-report-schema.json").read_text())
FILES = {
    "src/shop.py": "def half(price):\n    return price // 2\n",
    "src/tools/mail.py": "class Mail:\n    def size(self, text):\n        return len(text) + 1\n",
    "tests/test_shop.py": "from shop import half\n\n\ndef test_half():\n    assert half(9) == 4\n",
    "tests/test_mail.py": (
        "from tools.mail import Mail\n\n\ndef test_size():\n    assert Mail().size('ab')\n"
    ),
    "pytest.ini": "[pytest]\npythonpath = src\n",
    "ambidex.toml": f"[tests]\ncommand = [{json.dumps(sys.executable)}, '-m', 'pytest']\n",
}
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    root = make_project(tmp_path / "project", FILES)
    subprocess.run([*GIT, "add", "-A"], cwd=root, check=True)
    subprocess.run([*GIT, "commit", "-qm", "Shop"], cwd=root, check=True)
    monkeypatch.chdir(root)
    return root


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text())
    jsonschema.validate(content, SCHEMA)
    return content


def statuses(content: dict[str, Any]) -> dict[str, str]:
    return {
        mutant["id"]: mutant["status"]
        for file in content["files"].values()
        for mutant in file["mutants"]
    }


@pytest.mark.slow
def test_a_test_that_minds_being_recorded(project: Path) -> None:
    minds = "def test_alone():\n    import sys\n    assert 'ambidex_probe' not in sys.modules\n"
    (project / "tests/test_alone.py").write_text(minds)
    result = run("src/shop.py")
    assert (result.exit_code, result.output[:10]) == (ExitCode.PASSED, "✓ mutation"), result.output
    (project / "tests/test_red.py").write_text("def test_red():\n    assert False\n")
    result = run("src/shop.py")
    assert result.exit_code == ExitCode.NOT_RUN
    assert "the tests have to pass first: 2 of" in result.output


@pytest.mark.slow
def test_what_changed_is_judged(project: Path) -> None:
    result = run()
    assert (result.exit_code, result.output) == (
        ExitCode.PASSED,
        "– mutation  no function changed\n",
    )
    mail = project / "src/tools/mail.py"
    mail.write_text(mail.read_text().replace("len(text) + 1", "(len(text) + 2) * 3"))
    result = run("--base", "HEAD")
    assert result.exit_code == ExitCode.FINDINGS, result.output
    assert "src/tools/mail.py:3 Mail.size" in result.output
    assert "half" not in result.output
    test = project / "tests/test_mail.py"
    test.write_text(test.read_text().replace("('ab')", "('ab') == 12"))
    result = run()
    assert result.exit_code == ExitCode.PASSED, result.output


@pytest.mark.slow
def test_files_folders_and_functions_can_be_asked_for(project: Path) -> None:
    result = run("src/shop.py")
    assert result.exit_code == ExitCode.PASSED, result.output
    result = run("src/tools", "src/shop.py::half", "--json", "report.json")
    content = read(project / "report.json")
    assert list(content["files"]) == ["src/shop.py", "src/tools/mail.py"]
    assert result.exit_code == ExitCode.FINDINGS, result.output
    assert "Mail.size" in result.output


@pytest.mark.slow
def test_shards_make_up_the_whole(project: Path) -> None:
    whole = run("--all", "--json", "whole.json")
    assert whole.exit_code == ExitCode.FINDINGS, whole.output
    for number in (1, 2, 3):
        result = run("--all", "--shard", f"{number}/3", "--json", f"{number}.json", "--fresh")
        assert result.exit_code == ExitCode.PASSED, result.output
        assert "merge the reports" in result.output
    parts = [statuses(read(project / f"{number}.json")) for number in (1, 2, 3)]
    merged = run("merge", "3.json", "1.json", "2.json", "--json", "merged.json")
    assert merged.exit_code == ExitCode.FINDINGS, merged.output
    found = statuses(read(project / "merged.json"))
    assert found == statuses(read(project / "whole.json"))
    assert sum(len(part) for part in parts) == len(found)


@pytest.mark.slow
def test_nothing_is_written_into_the_project(project: Path) -> None:
    run("--all")
    asked = subprocess.run(
        ["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=True
    )
    left = [line for line in asked.stdout.splitlines() if "__pycache__" not in line]
    assert [line for line in left if ".pytest_cache" not in line] == []


@pytest.mark.slow
def test_tests_that_fail_judge_nothing(project: Path) -> None:
    (project / "tests/test_mail.py").write_text("def test_size():\n    assert 0\n")
    result = run("src/shop.py")
    assert result.exit_code == ExitCode.NOT_RUN, result.output
    assert "the tests have to pass first" in result.output


@pytest.mark.slow
def test_without_time_nothing_is_proved(project: Path) -> None:
    run("src/shop.py::half")
    result = run("src/tools", "--deadline", "1")
    assert result.exit_code in (ExitCode.NOT_RUN, ExitCode.FINDINGS), result.output
    assert "not judged" in result.output or "killed" in result.output


@pytest.mark.slow
def test_mutmut_says_the_same(project: Path) -> None:
    result = run("src/shop.py", "--engine", "mutmut")
    assert result.exit_code == ExitCode.PASSED, result.output
    assert "(100.0 %)" in result.output, result.output
    assert not (project / "mutants").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--all", "src/shop.py"), "exclude each other"),
        (("--all", "--base", "HEAD"), "exclude each other"),
        (("--shard", "0/2"), "K from 1 to N"),
        (("--shard", "3/2"), "K from 1 to N"),
        (("--shard", "x"), "K from 1 to N"),
        (("--base", "no-such-revision"), "not a revision"),
        (("src/nothing.py",), "no Python source file"),
        (("src/shop.py::nothing",), "has no nothing"),
        (("/etc/hosts",), "outside of the project"),
        (("merge",), "there is no report"),
        (("merge", "pytest.ini"), "pytest.ini"),
    ],
)
def test_a_wrong_call_is_refused(project: Path, arguments: tuple[str, ...], problem: str) -> None:
    result = run(*arguments)
    assert result.exit_code == ExitCode.USAGE
    assert problem in result.output


def test_a_report_of_other_sources_is_refused(project: Path) -> None:
    report = {"schemaVersion": "2", "files": {"a.py": {"source": "a", "mutants": []}}}
    (project / "1.json").write_text(json.dumps(report))
    report["files"]["a.py"]["source"] = "b"  # type: ignore[index]
    (project / "2.json").write_text(json.dumps(report))
    result = run("merge", "1.json", "2.json")
    assert (result.exit_code, os.path.exists("merged.json")) == (ExitCode.USAGE, False)
    assert "not the same" in result.output
