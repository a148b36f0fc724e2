"""What holds where nobody configured anything, and where the configuration cannot be used.

The only place where a default value is written down: the model of ambidex.toml takes its
defaults from here. Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The version of ambidex.toml.
VERSION = 1
# The version of the snapshot's shape. A snapshot of another shape is stale.
SHAPE = 3

# What decides which checks run on the project's server: a person approves each change.
CI_FILES = (
    ".github/workflows/**",
    ".github/actions/**",
    ".gitlab-ci.yml",
    ".circleci/**",
    ".buildkite/**",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
    ".travis.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".pre-commit-config.yaml",
    ".husky/**",
    "lefthook.yml",
)

RIGHT_GATES = {
    "guard": "block",
    "format": "fix",
    "lint": "block",
    "scan": "block",
    "tests": "block",
    "types": "block",
    "coverage": "block",
    "mutation": "block",
    "properties": "report",
    "inert": "block",
    "weakening": "block",
    "claims": "block",
    "scope": "report",
}
LEFT_GATES = {
    "guard": "block",
    "format": "fix",
    "lint": "report",
    "scan": "report",
    "tests": "report",
    "types": "report",
    "coverage": "report",
    "mutation": "off",
    "properties": "off",
    "inert": "report",
    "weakening": "report",
    "claims": "report",
    "scope": "off",
}


def _policy(on_error: str, left: dict[str, str]) -> dict[str, Any]:
    return {
        "version": VERSION,
        "shape": SHAPE,
        "source": {"path": "", "mtime_ns": 0, "ctime_ns": 0, "size": 0, "digest": ""},
        "active": False,
        "digest": "",
        "note": "",
        "warnings": [],
        "track": "right",
        "guard": {
            "on_error": on_error,
            "prompts": "warn",
            "trash": False,
            "protected_branches": [],
            "hosts": [],
            "disable": [],
            "decisions": [],
            "allow": [],
            "rules": [],
            "writers": [],
        },
        "paths": {
            "no_access": [],
            "golden": ["tests/golden/**"],
            "read_only": [],
            "add_only": [],
            "approval": list(CI_FILES),
        },
        "edits": {
            "format": True,
            "lint": True,
            "scan": True,
            "exclude": [],
            "rules": [],
            "max_findings": 10,
            "max_characters": 2000,
            "deadline_seconds": 25,
            "max_file_bytes": 1_000_000,
        },
        "tests": {
            "command": [],
            "paths": ["tests"],
            "source": ["src", "."],
            "exclude": [],
            "min_coverage": 80,
            "deadline_seconds": 90,
        },
        "types": {"command": [], "deadline_seconds": 60},
        "mutation": {
            "min_new": 80,
            "min_critical": 90,
            "critical": [],
            "exclude": [],
            "deadline_seconds": 60,
        },
        "scope": {"max_files": 0, "max_lines": 0, "boundaries": []},
        "stop": {
            "deadline_seconds": 90,
            "blocks_without_progress": 3,
            "blocks_in_a_row": 7,
            "max_blocks": 12,
        },
        "commit": {"on_green": False, "branch": "ambidex/work"},
        "gates": {"right": dict(RIGHT_GATES), "left": dict(left)},
        "tracks": {
            "left": {
                "agents": [
                    "architect-explorer",
                    "patch-explorer",
                    "eval-designer",
                    "failure-analyst",
                    "tool-scout",
                    "synthesizer",
                ]
            }
        },
        "ledger": {"max_megabytes": 50, "keep_days": 90},
    }


# A project without configuration: inactive, only the guard's core rules run.
DEFAULTS = _policy("ask", LEFT_GATES)

# A configuration that exists but cannot be used: what cannot be analysed is denied, and the
# left track has the right track's gates. Inactive here; the reader sets `active`.
STRICT = _policy("deny", RIGHT_GATES)
