"""The gate `types` with real checkers over real trees."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ambidex.proof.types.gate import judge
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict
from testing.changed_project import ChangedProject
from testing.untouched import snapshot

NODE_MODULES = Path(__file__).parents[3] / ".cache" / "types" / "node_modules"
MYPY_INI = "[mypy]\nstrict = True\n"
BAD = "def {0}() -> int:\n    return '{0}'\n"
GOOD = "def {0}() -> int:\n    return 1\n"

Mypy = Callable[[dict[str, str]], ChangedProject]

pytestmark = pytest.mark.slow


def verdict_of(project: ChangedProject, seconds: float = 120) -> Verdict:
    verdict = judge(project.subject(seconds))
    assert verdict is not None
    return verdict


def places(verdict: Verdict) -> list[tuple[str, int, str]]:
    return [(finding.path, finding.line, finding.rule) for finding in verdict.findings]


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy keeps about the standard library: seconds for each test that need not wait."""
    project = ChangedProject(tmp_path_factory.mktemp("warm"), {"mypy.ini": MYPY_INI})
    project.write({"src/a.py": "import os\n" + BAD.format("a")})
    assert verdict_of(project).status == FINDINGS
    return Path(project.state, "types", "mypy")


@pytest.fixture
def with_mypy(tmp_path: Path, warm: Path) -> Callable[[dict[str, str]], ChangedProject]:
    """Makes a project that mypy checks, of these files."""

    def make(files: dict[str, str]) -> ChangedProject:
        project = ChangedProject(tmp_path, {"mypy.ini": MYPY_INI, **files})
        shutil.copytree(warm, Path(project.state, "types", "mypy"))
        return project

    return make


def test_only_the_error_that_the_change_brought_is_reported(with_mypy: Mypy) -> None:
    project = with_mypy({"src/a.py": BAD.format("old")})
    project.write({"src/a.py": "import os\n\n" + BAD.format("old") + BAD.format("new")})
    untouched = snapshot(project.root)
    verdict = verdict_of(project)
    assert places(verdict) == [("src/a.py", 6, "return-value")]
    assert verdict.reason == "1 new error of mypy"
    assert verdict.findings[0].fix.startswith("re-run: mypy ")
    assert verdict.details["tools"][0]["version"].startswith("mypy ")
    assert snapshot(project.root) == untouched


def test_an_error_that_moved_within_the_file_or_to_another_is_an_old_one(with_mypy: Mypy) -> None:
    project = with_mypy({"src/a.py": BAD.format("one") + BAD.format("two")})
    project.write({"src/a.py": BAD.format("two"), "src/b.py": BAD.format("one")})
    verdict = verdict_of(project)
    assert verdict.status == PASSED, places(verdict)
    assert "2 were there before" in verdict.reason


def test_an_error_of_a_renamed_file_is_an_old_one(with_mypy: Mypy) -> None:
    text = "# one\n# two\n# three\n# four\n" + BAD.format("old")
    project = with_mypy({"src/a.py": text})
    (project.root / "src/a.py").rename(project.root / "src/b.py")
    assert verdict_of(project).status == PASSED


def test_a_second_error_of_the_same_kind_is_found_on_its_own_line(with_mypy: Mypy) -> None:
    call = "f('x')\n"
    project = with_mypy({"src/a.py": "def f(x: int) -> None: ...\n" + call})
    project.write({"src/a.py": "def f(x: int) -> None: ...\n" + call + "print()\n" + call})
    (place,) = places(verdict_of(project))
    assert place in [("src/a.py", 4, "arg-type"), ("src/a.py", 2, "arg-type")]


def test_an_error_in_a_file_that_did_not_change_counts(with_mypy: Mypy) -> None:
    files = {"src/a.py": "def f(x: int) -> int: return x\n", "src/b.py": "import a\na.f(1)\n"}
    project = with_mypy(files)
    project.write({"src/a.py": "def f(x: str) -> str: return x\n"})
    assert places(verdict_of(project)) == [("src/b.py", 2, "arg-type")]


def test_errors_that_a_syntax_error_had_hidden_are_not_blamed(with_mypy: Mypy) -> None:
    project = with_mypy({"src/a.py": "def (:\n", "src/b.py": BAD.format("old")})
    project.write({"src/a.py": GOOD.format("a")})
    assert verdict_of(project).status == PASSED


def test_a_syntax_error_is_a_finding(with_mypy: Mypy) -> None:
    project = with_mypy({"src/a.py": GOOD.format("a")})
    project.write({"src/a.py": "x = = 1\n"})
    assert places(verdict_of(project)) == [("src/a.py", 1, "syntax")]


def test_old_code_is_not_blamed_for_a_checker_that_is_new(tmp_path: Path) -> None:
    project = ChangedProject(tmp_path, {"src/a.py": BAD.format("old"), "src/b.py": ""})
    project.write({"mypy.ini": MYPY_INI, "src/b.py": "def untyped(): pass\n"})
    assert places(verdict_of(project)) == [("src/b.py", 1, "no-untyped-def")]


def test_what_git_ignores_is_there_at_the_baseline_too(with_mypy: Mypy) -> None:
    # Without the generated module the old error would not have been one.
    project = with_mypy({"src/a.py": "import made\nx: int = made.text\n"})
    project.write({".gitignore": "made.py\n"})
    project.before = project.subject().after  # type: ignore[assignment]
    project.write(
        {"src/made.py": "text = 'x'\n", "src/a.py": "import made\nx: int = made.text\n\n"}
    )
    assert verdict_of(project).status == PASSED


def test_the_earlier_errors_are_kept_and_used_again(with_mypy: Mypy) -> None:
    project = with_mypy({"src/a.py": BAD.format("old")})
    project.write({"src/a.py": BAD.format("old") + GOOD.format("new")})
    first, second = verdict_of(project), verdict_of(project)
    kept = [verdict.details["tools"][0]["baseline"] for verdict in (first, second)]
    assert (kept, second.status) == (["run", "kept"], PASSED)
    assert second.details["tools"][0]["errors"] == 1


def test_a_checker_that_checked_nothing_has_not_passed(with_mypy: Mypy) -> None:
    project = with_mypy({"a.txt": ""})
    project.policy["tests"]["source"] = ["lib"]
    project.write({"lib/readme.txt": "", "mypy.ini": MYPY_INI + "warn_unreachable = True\n"})
    verdict = verdict_of(project)
    assert (verdict.status, verdict.reason) == (NOT_RUN, "mypy checked no file")
    assert not verdict.is_fine


def test_a_run_that_takes_too_long_has_not_run(with_mypy: Mypy) -> None:
    project = with_mypy({"src/a.py": ""})
    project.write({"src/a.py": GOOD.format("a")})
    verdict = verdict_of(project, seconds=0.05)
    assert verdict.status == NOT_RUN
    assert "in time" in verdict.reason


def with_node(tmp_path: Path, files: dict[str, str]) -> ChangedProject:
    project = ChangedProject(tmp_path, files)
    (project.root / "node_modules").symlink_to(NODE_MODULES)
    return project


TSCONFIG = '{"compilerOptions": {"strict": true, "incremental": true, "outDir": "out"}}'
TS_BAD = "export const {0}: number = '{0}';\n"


def test_tsc_compares_with_the_earlier_tree_and_writes_nothing(tmp_path: Path) -> None:
    project = with_node(tmp_path, {"tsconfig.json": TSCONFIG, "src/a.ts": TS_BAD.format("old")})
    project.write({"src/a.ts": "// moved\n" + TS_BAD.format("old") + TS_BAD.format("fresh")})
    untouched = snapshot(project.root, "node_modules")
    verdict = verdict_of(project)
    assert places(verdict) == [("src/a.ts", 3, "TS2322")]
    assert snapshot(project.root, "node_modules") == untouched
    project.write({"src/a.ts": "// moved\n" + TS_BAD.format("old")})
    assert verdict_of(project).status == PASSED


def test_a_solution_of_references_is_followed(tmp_path: Path) -> None:
    files = {
        "tsconfig.json": '{"files": [], "references": [{"path": "./core"}]}',
        "core/tsconfig.json": '{"compilerOptions": {"composite": true, "strict": true}}',
        "core/a.ts": "export const a = 1;\n",
    }
    project = with_node(tmp_path, files)
    project.write({"b.ts": "", "core/a.ts": TS_BAD.format("a")})
    assert places(verdict_of(project)) == [("core/a.ts", 1, "TS2322")]


def test_a_configuration_broken_by_the_change_is_a_finding(tmp_path: Path) -> None:
    project = with_node(tmp_path, {"tsconfig.json": TSCONFIG, "a.ts": "export {};\n"})
    project.write({"tsconfig.json": '{"compilerOptions": {"target": "es1"}}'})
    verdict = verdict_of(project)
    assert verdict.status == FINDINGS
    assert [finding.path for finding in verdict.findings] == ["tsconfig.json"]


def test_a_configuration_that_was_broken_before_is_broken(tmp_path: Path) -> None:
    broken = {"tsconfig.json": '{"extends": "./absent.json"}', "a.ts": "export {};\n"}
    project = with_node(tmp_path, broken)
    project.write({"a.ts": "export const a = 1;\n"})
    assert verdict_of(project).status == BROKEN


def test_tsc_without_files_has_not_run(tmp_path: Path) -> None:
    project = with_node(tmp_path, {"tsconfig.json": '{"include": ["src"]}'})
    project.write({"other/a.ts": "export {};\n"})
    verdict = verdict_of(project)
    assert (verdict.status, verdict.reason) == (NOT_RUN, "tsc checked no file")


def test_pyright_compares_with_the_earlier_tree(tmp_path: Path) -> None:
    files = {"pyrightconfig.json": '{"include": ["src"]}', "src/a.py": BAD.format("old")}
    project = with_node(tmp_path, files)
    project.write({"src/a.py": "import os\n" + BAD.format("old") + BAD.format("new")})
    assert places(verdict_of(project)) == [("src/a.py", 5, "reportReturnType")]


RUST_BAD = 'pub fn {0}() -> i32 {{\n    "{0}"\n}}\n'


def test_cargo_compares_with_the_earlier_tree_or_says_how_to_install_it(tmp_path: Path) -> None:
    manifest = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
    project = ChangedProject(
        tmp_path, {"Cargo.toml": manifest, "src/lib.rs": RUST_BAD.format("old")}
    )
    project.write({"src/lib.rs": RUST_BAD.format("old") + RUST_BAD.format("new")})
    untouched = snapshot(project.root)
    verdict = verdict_of(project)
    if shutil.which("cargo"):
        assert places(verdict) == [("src/lib.rs", 5, "E0308")]
    else:
        assert verdict.reason.startswith("cargo is not installed; to install it:")
    # No Cargo.lock, no target.
    assert snapshot(project.root) == untouched


CHECK = """import sys
text = open("a.txt").read().splitlines()
bad = [f"a.txt:{n}:1: error: bad word {line}" for n, line in enumerate(text, 1) if "bad" in line]
print("\\n".join(bad))
sys.exit(3 if "crash" in text else len(bad) > 0)
"""


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("good\n", "good\nbad\n", [("a.txt", 2, "python")]),
        ("bad\n", "good\nbad\n", []),
        ("good\n", "crash\n", [("", 0, "python")]),
    ],
)
def test_a_command_of_the_policy(
    tmp_path: Path, before: str, now: str, expected: list[tuple[str, int, str]]
) -> None:
    project = ChangedProject(
        tmp_path,
        {"check.py": CHECK, "a.txt": before},
        types={"command": [sys.executable, "check.py"]},
    )
    project.write({"a.txt": now})
    verdict = verdict_of(project)
    assert [(path, line) for path, line, _ in places(verdict)] == [
        (path, line) for path, line, _ in expected
    ]
    assert verdict.status == (FINDINGS if expected else PASSED)


def test_a_command_that_failed_before_is_broken(tmp_path: Path) -> None:
    project = ChangedProject(tmp_path, {"a.txt": "1"}, types={"command": ["false"]})
    project.write({"a.txt": "2"})
    assert verdict_of(project).status == BROKEN
