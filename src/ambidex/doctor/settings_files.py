"""The settings files that Claude Code reads here, each with its scope, in rising precedence."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ambidex.setup import root as roots

USER, PROJECT, LOCAL, MANAGED = "user", "project", "local", "managed"


@dataclass(frozen=True)
class Settings:
    """One settings file.

    Attributes:
        scope: `user`, `project`, `local` or `managed`.
        path: where it is, or would be.
        value: what it says; empty when there is none or it cannot be read.
        error: why it cannot be read, `""` otherwise.
    """

    scope: str
    path: str
    value: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def read_all(environ: Mapping[str, str], project: str) -> list[Settings]:
    """Every settings file that counts in `project`, a later one winning over an earlier."""
    claude = roots.claude_home(environ)
    own = os.path.join(project, ".claude")
    places = [(USER, os.path.join(claude, "settings.json"))]
    if os.path.realpath(own) != os.path.realpath(claude):
        places.append((PROJECT, os.path.join(own, "settings.json")))
    places.append((LOCAL, os.path.join(own, "settings.local.json")))
    managed = _managed_folder()
    places.append((MANAGED, os.path.join(managed, "managed-settings.json")))
    more = sorted(glob.glob(os.path.join(glob.escape(managed), "managed-settings.d", "*.json")))
    places += [(MANAGED, path) for path in more]
    return [_read(scope, path) for scope, path in places]


def _managed_folder() -> str:
    if sys.platform == "darwin":
        return "/Library/Application Support/ClaudeCode"
    return "/etc/claude-code"


def _read(scope: str, path: str) -> Settings:
    try:
        with open(path, encoding="utf-8-sig") as file:
            value = json.load(file)
    except FileNotFoundError:
        return Settings(scope, path)
    except OSError as error:
        return Settings(scope, path, error=error.strerror or str(error))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        return Settings(scope, path, error=f"not strict JSON ({place}: {error.msg})")
    except (ValueError, RecursionError) as error:
        return Settings(scope, path, error=f"not strict JSON ({error})")
    if not isinstance(value, dict):
        return Settings(scope, path, error="not a JSON object")
    return Settings(scope, path, value)
