"""Rules about golden tests and what decides how they are graded."""

from __future__ import annotations

import os

from ambidex.guard.effects import CHANGES
from ambidex.guard.names import names_of
from ambidex.guard.protected import CERTAIN, reaches_below, touch
from ambidex.guard.rules.paths import tier
from ambidex.guard.rules.rule import Rule
from ambidex.guard.tables import TABLES as _TABLES
from ambidex.guard.tables import changes_tables
from ambidex.policy.globs import literal_start
from ambidex.verdict import DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

MANIFEST = "MANIFEST"
_SETTINGS = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")


def _write(effect: Effect, scene: Scene) -> str:
    globs = tier(scene, "golden")
    if not globs or not effect.path:
        return ""
    certainty, path = touch(effect, globs, scene)
    return f"{path} is, or holds, a golden test" if certainty == CERTAIN else ""


def _grading(effect: Effect, scene: Scene) -> str:
    if not effect.path:
        return ""
    files = _surface(scene)
    if not files:
        return ""
    names = names_of(effect, scene)
    for relative, folded in zip(names.relatives, names.folded):
        if folded in files or (reaches_below(effect) and folded in _folders(files)):
            return f"{relative} decides how golden tests are graded"
        if folded in _TABLES and changes_tables(folded, effect, scene):
            return f"{relative} would decide otherwise how golden tests are graded"
    return ""


def _surface(scene: Scene) -> frozenset[str]:
    """The files that decide how golden tests are graded, in lower case; none before set-up."""
    found: frozenset[str] | None = scene.cache.get("grading surface")
    if found is None:
        surface: set[str] = set()
        for glob in tier(scene, "golden"):
            folder = literal_start(glob)
            if not os.path.exists(os.path.join(scene.root, folder, MANIFEST)):
                continue  # golden tests are not set up
            surface |= {"conftest.py", *_SETTINGS}
            while folder:
                surface.add(f"{folder}/conftest.py".lower())
                folder = os.path.dirname(folder)
        found = scene.cache["grading surface"] = frozenset(surface)
    return found


def _folders(files: frozenset[str]) -> set[str]:
    """The folders that hold something of the surface."""
    return {os.path.dirname(path) for path in files if "/" in path}


RULES = (
    Rule(
        "ambidex.golden.write",
        kinds=CHANGES,
        when=_write,
        decision=DENY,
        severity="high",
        protects="golden tests",
        why="It records what is agreed, so an agent does not change it.",
        instead="Change the code until the golden test passes; if the test is wrong, say so to "
        "the user. New tests belong outside of the golden folder.",
        match=(
            "rm tests/golden/test_pay.py",
            "rm -rf tests",
            "echo x > tests/golden/new.py",
            "sed -i s/1/2/ tests/golden/test_pay.py",
            "cd tests && rm -r golden",
            "echo x | tee tests/golden/test_pay.py",
            "mv tests/golden /tmp/",
            "cp src/app.py tests/golden/",
            "ln -sf /dev/null tests/golden/test_pay.py",
            "chmod u+w tests/golden/test_pay.py",
            "rm tests/g*/test_pay.py",
            "python -c \"open('tests/golden/test_pay.py', 'w')\"",
            'D=tests/golden; rm "$D"/*.py',
        ),
        not_match=(
            "cat tests/golden/test_pay.py",
            "pytest tests/golden -q > /tmp/out.txt",
            "cp tests/golden/test_pay.py /tmp/",
            "git add tests/golden/test_pay.py",
            "rm -rf tests/golden_tmp",
            "grep -rn assert tests/golden",
            "echo tests/golden/test_pay.py",
            "sed -n 1,9p tests/golden/test_pay.py",
            "rm tests/generated/*.py",
        ),
    ),
    Rule(
        "ambidex.golden.grading",
        kinds=CHANGES,
        when=_grading,
        decision=DENY,
        severity="high",
        protects="what decides how golden tests are collected and graded",
        why="A hook or an option there can skip every golden test.",
        instead="Leave the fixture where it is; put new fixtures next to the tests that need them.",
        match=(
            "echo x >> tests/golden/conftest.py",
            "sed -i 1d tests/conftest.py",
            "rm conftest.py",
            "printf '[pytest]' > pytest.ini",
            "mv tests/conftest.py tests/old.py",
            "cp /tmp/conftest.py tests/conftest.py",
        ),
        not_match=(
            "cat tests/conftest.py",
            "echo x > tests/generated/conftest.py",
            "echo x > src/conftest.py",
            "cp tests/conftest.py /tmp/",
            "grep -n def tests/conftest.py",
            "echo pytest.ini",
        ),
    ),
)
