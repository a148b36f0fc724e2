"""Rules about the tiers of paths that the policy names."""

from __future__ import annotations

import os

from ambidex.guard.effects import CHANGES, READ, WRITE
from ambidex.guard.protected import CERTAIN, POSSIBLE, touch
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

KINDS = frozenset({READ, *CHANGES})


def tier(scene: Scene, name: str) -> list[str]:
    """The globs of a tier; none in a project that did not opt in."""
    globs: list[str] = scene.policy["paths"][name] if scene.policy["active"] else []
    return globs


def _touched(effect: Effect, scene: Scene, name: str) -> str:
    globs = tier(scene, name)
    if not globs or not effect.path:
        return ""
    certainty, path = touch(effect, globs, scene)
    return path if certainty == CERTAIN else ""


def _no_access(effect: Effect, scene: Scene) -> str:
    path = _touched(effect, scene, "no_access")
    return f"{path} is closed to agents" if path else ""


def _read_only(effect: Effect, scene: Scene) -> str:
    path = _touched(effect, scene, "read_only")
    return f"{path} is read-only for agents" if path else ""


def _add_only(effect: Effect, scene: Scene) -> str:
    path = _touched(effect, scene, "add_only")
    if not path or (effect.kind == WRITE and not os.path.lexists(effect.path)):
        return ""
    return f"{path} may be added to, but what is there stays as it is"


def _approval(effect: Effect, scene: Scene) -> str:
    path = _touched(effect, scene, "approval")
    return f"{path} is changed only with a person's approval" if path else ""


def _unclear(effect: Effect, scene: Scene) -> str:
    if not effect.path:
        return ""
    kinds = ("no_access",) if effect.kind == READ else ("no_access", "golden", "read_only")
    globs = scene.cache.get(kinds)
    if globs is None:
        globs = scene.cache[kinds] = [glob for name in kinds for glob in tier(scene, name)]
    certainty, path = touch(effect, globs, scene) if globs else ("", "")
    return f"{path} may be a protected path" if certainty == POSSIBLE else ""


RULES = (
    Rule(
        "ambidex.paths.no-access",
        kinds=KINDS,
        when=_no_access,
        decision=DENY,
        severity="high",
        protects="files that the policy closes to agents",
        why="The project's policy says that no agent reads or writes them.",
        instead="Ask the user for what you need from there.",
        match=(
            "cat private/plan.txt",
            "grep -r needle private",
            "cp private/plan.txt /tmp/x",
            "echo x > private/plan.txt",
            "cat < private/plan.txt",
            "head -3 ./src/../private/plan.txt",
        ),
        not_match=(
            "ls src",
            "cat README.md",
            "cat privateer.txt",
            "echo private/plan.txt",
            "git commit -m 'describe private/plan.txt'",
            "grep -rn needle src",
        ),
    ),
    Rule(
        "ambidex.paths.read-only",
        kinds=CHANGES,
        when=_read_only,
        decision=DENY,
        severity="high",
        protects="files that the policy makes read-only for agents",
        why="The project's policy says that people change them.",
        instead="Ask the user to make the change, or work elsewhere.",
        match=(
            "rm vendor/lib.py",
            "sed -i s/a/b/ vendor/lib.py",
            "echo x >> vendor/lib.py",
            "mv vendor vendor.old",
            "rm -rf vendor",
            "cp src/app.py vendor/",
            "touch vendor/new.py",
        ),
        not_match=(
            "cat vendor/lib.py",
            "cp vendor/lib.py src/lib.py",
            "grep -rn x vendor",
            "sed -n 1,5p vendor/lib.py",
            "rm vendored.txt",
            "diff vendor/lib.py src/app.py",
        ),
    ),
    Rule(
        "ambidex.paths.add-only",
        kinds=CHANGES,
        when=_add_only,
        decision=DENY,
        severity="high",
        protects="files that may be added and never changed, such as migrations",
        why="What is there has been applied elsewhere; changing it afterwards does not undo that.",
        instead="Add a new file that makes the change.",
        match=(
            "rm migrations/0001.sql",
            "echo x > migrations/0001.sql",
            "sed -i s/a/b/ migrations/0001.sql",
            "rm -rf migrations",
            "mv migrations/0001.sql migrations/0002.sql",
            "truncate -s 0 migrations/0001.sql",
        ),
        not_match=(
            "echo x > migrations/0002.sql",
            "cp /tmp/new.sql migrations/0003.sql",
            "cat migrations/0001.sql",
            "cp migrations/0001.sql /tmp/",
            "ls migrations",
            "diff migrations/0001.sql README.md",
        ),
    ),
    Rule(
        "ambidex.paths.approval",
        kinds=CHANGES,
        when=_approval,
        decision=ASK,
        severity="medium",
        protects="files whose change a person approves, such as the configuration of CI",
        why="They decide what is checked or allowed elsewhere.",
        instead="Say what you would change and why; a person can run: "
        'ambidex approve PATH --for 30m --because "…"',
        match=(
            "echo x > .github/workflows/ci.yml",
            "rm -rf .github",
            "sed -i s/true/false/ .github/workflows/ci.yml",
            "rm .gitlab-ci.yml",
            "cp /tmp/ci.yml .github/workflows/ci.yml",
            "echo x >> Jenkinsfile",
        ),
        not_match=(
            "cat .github/workflows/ci.yml",
            "echo x > .github/CODE_OF_CONDUCT.md",
            "cp .github/workflows/ci.yml /tmp/",
            "grep -rn on: .github",
            "echo Jenkinsfile",
            "git log -- .github/workflows/ci.yml",
        ),
    ),
    Rule(
        "ambidex.paths.unclear",
        kinds=KINDS,
        when=_unclear,
        decision=ASK,
        severity="medium",
        protects="protected paths, where a command does not show which files it changes",
        why="Which files it changes cannot be seen, and protected ones are near.",
        instead="Name the files, or leave the protected folder out.",
        match=(
            "for f in $(find tests -name '*.py'); do sed -i s/a/b/ $f; done",
            'echo x > "tests/$NAME"',
            "find tests -name '*.py' | xargs sed -i s/a/b/",
            "find . -name '*.py' -exec sed -i s/a/b/ {} +",
            'echo x > "$(ls tests | head -1)"',
            "rm -f $(find tests -type f)",
        ),
        not_match=(
            "find src -name '*.py' | xargs sed -i s/a/b/",
            'echo x > "src/$NAME"',
            "find tests -name '*.py' | xargs grep -n needle",
            'for f in src/*.py; do sed -i s/a/b/ "$f"; done',
            'echo x > "$OUT"',
            "cat $(find tests -name '*.py')",
        ),
    ),
)
