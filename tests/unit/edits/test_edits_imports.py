"""Hooks import this package: the standard library must do, on Python 3.9."""

import ast
import subprocess
import sys
from pathlib import Path

import ambidex.edits

FOLDER = Path(ambidex.edits.__file__).parent


def test_every_module_parses_as_python_3_9():
    modules = sorted(FOLDER.glob("*.py"))
    assert len(modules) > 10
    for module in modules:
        ast.parse(module.read_text(), feature_version=(3, 9))


def test_the_standard_library_is_enough_and_difflib_waits_until_it_is_needed():
    code = (
        f"import sys; sys.path.insert(0, {str(FOLDER.parents[1])!r})\n"
        "import ambidex.edits.treat, ambidex.edits.report\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert loaded - set(sys.stdlib_module_names) <= {"ambidex", "__main__", "__mp_main__"}
    assert not loaded & {"typing", "dataclasses", "pathlib", "logging", "difflib", "tempfile"}
