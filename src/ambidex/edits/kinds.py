"""Which files the edit gates have something to say about, by name alone.

Asked before anything heavy is imported: most files that change without being Python need nothing.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

PYTHON = (".py", ".pyi", ".pyw")
JAVASCRIPT = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")

# What a project keeps out of scans; an edit's own version of it does not count.
SEMGREPIGNORE = ".semgrepignore"

# Suffix → folder of our rule pack.
RULES = {**dict.fromkeys(PYTHON, "python"), **dict.fromkeys(JAVASCRIPT, "javascript")}


def suffix(path: str) -> str:
    """The part of the name from the last dot on, in lower case."""
    return os.path.splitext(path)[1].lower()


def concerned(root: str, policy: Mapping[str, Any], paths: Iterable[str]) -> list[str]:
    """Those of `paths` that a gate could judge; all of them where the project has own rules."""
    own_rules = policy["edits"]["rules"] or os.path.isdir(os.path.join(root, ".semgrep"))
    return [path for path in paths if own_rules or suffix(path) in RULES]
