"""Reads and validates a project's configuration, and reports every problem at once."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
from dataclasses import dataclass, field
from typing import Any

import tomllib
from pydantic import ValidationError

from ambidex.policy import explain, keys
from ambidex.policy.contradictions import RuleBook, contradictions
from ambidex.policy.errors import PolicyError, Problem
from ambidex.policy.model import Configuration
from ambidex.policy.project import Surroundings
from ambidex.policy.recompile import MAX_BYTES
from ambidex.policy.snapshot import FILE, PYPROJECT, find_source

# A person can wait for a full look at the project; a hook cannot.
_MOST_FILES = 500_000
_MOST_FILES_HOOK = 20_000
_SYNTAX_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True)
class Loaded:
    """A configuration that is valid, or the lack of one.

    Attributes:
        configuration: the validated values, defaults filled in.
        path: absolute path of the source, `""` when there is none.
        status: the source's status when it was read; None when there is none.
        source_digest: SHA-256 of the source's bytes, in hex.
        digest: SHA-256 of the table's canonical JSON, in hex; what trust is given for.
        table: what is written down, without defaults.
        lines: line of each key within `table`.
        warnings: problems of the surroundings, where these do not refuse the file.
    """

    configuration: Configuration
    path: str = ""
    status: os.stat_result | None = None
    source_digest: str = ""
    digest: str = ""
    table: dict[str, Any] = field(default_factory=dict)
    lines: dict[keys.Path, int] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()


def load(
    root: str,
    *,
    strict: bool = True,
    today: datetime.date | None = None,
    rules: RuleBook | None = None,
) -> Loaded:
    """The configuration of the project at `root`.

    Args:
        root: the project's root.
        strict: whether problems of the surroundings (a glob without a match, an entry that has
            expired, a second configuration) refuse the file, as they do for a person's command,
            or only become warnings, as in a hook.
        today: the date for `expires`; the machine's by default.
        rules: the guard's rules, to check `guard.disable` and `guard.allow` against.

    Returns:
        The configuration; with `path == ""` and defaults where nothing is configured.

    Raises:
        PolicyError: the configuration is refused.
    """
    found = find_source(root)
    if found is None:
        overlooked = _table_in_pyproject(root)
        if overlooked and strict:
            raise PolicyError([overlooked])
        return Loaded(Configuration())
    path = found[0]
    name = os.path.basename(path)
    content, status = _content(path, name)
    document, lines = _document(content, name)
    prefix: keys.Path = ()
    table: Any = document
    if name == PYPROJECT:
        prefix = ("tool", "ambidex")
        table = _ours(document)
        if table is None:
            # The needle stood in a comment or a string.
            return Loaded(Configuration(), path, status, hashlib.sha256(content).hexdigest())
    place = explain.Place(name, lines, prefix)
    most = _MOST_FILES if strict else _MOST_FILES_HOOK
    around = Surroundings(root, today or datetime.date.today(), most)
    problems = []
    try:
        configuration = Configuration.model_validate(table, context=around)
    except ValidationError as error:
        problems += [explain.problem(place, details) for details in error.errors()]
    if isinstance(table, dict):
        problems += contradictions(root, table, place, rules)
    second = _table_in_pyproject(root) if name == FILE else None
    if second is not None:
        problems.append(second)
    warnings = tuple(problem for problem in problems if problem.surroundings)
    if len(warnings) < len(problems) or (strict and problems):
        raise PolicyError(problems)
    if warnings:
        configuration = Configuration.model_validate(table)
    return Loaded(
        configuration,
        path,
        status,
        hashlib.sha256(content).hexdigest(),
        table_digest(table),
        table,
        {key[len(prefix) :]: line for key, line in lines.items() if key[: len(prefix)] == prefix},
        warnings,
    )


def table_digest(table: dict[str, Any]) -> str:
    """SHA-256, in hex, of a table's canonical JSON: comments, order and layout do not count."""
    canonical = json.dumps(table, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _content(path: str, name: str) -> tuple[bytes, os.stat_result]:
    if os.path.isdir(path):
        raise PolicyError(
            [Problem(name, 0, "", "it is a directory", "Put a file in its place.", "a TOML file")]
        )
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(
            [
                Problem(
                    name,
                    0,
                    "",
                    f"it cannot be read ({error.strerror})",
                    "Correct its permissions, or the link that leads to it.",
                )
            ]
        ) from None
    if len(content) > MAX_BYTES:
        raise PolicyError(
            [
                Problem(
                    name,
                    0,
                    "",
                    f"it is larger than {MAX_BYTES} bytes",
                    "Move what is not configuration to another file.",
                    f"at most {MAX_BYTES} bytes",
                )
            ]
        )
    return content, status


def _document(content: bytes, name: str) -> tuple[dict[str, Any], dict[keys.Path, int]]:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise PolicyError(
            [
                Problem(
                    name,
                    line,
                    "",
                    f"the byte 0x{byte:02x} is not UTF-8",
                    "Save the file as UTF-8.",
                    "UTF-8 text",
                )
            ]
        ) from None
    try:
        return tomllib.loads(text), keys.locate(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = _SYNTAX_PLACE.search(message)
        line = text.count("\n") + 1
        if match:
            line = int(match[1]) if match[1] else max(1, len(text.splitlines()))
            message = message[: match.start()]
        found = f"not valid TOML ({message})"
    except RecursionError:
        line, found = 0, "not readable: its values are nested too deeply"
    raise PolicyError([Problem(name, line, "", found, "Correct the syntax.", "TOML 1.0")])


def _ours(pyproject: dict[str, Any]) -> Any:
    tool = pyproject.get("tool")
    return tool.get("ambidex") if isinstance(tool, dict) else None


def _table_in_pyproject(root: str) -> Problem | None:
    """Why a table in pyproject.toml does not apply, given that hooks do not take it for one."""
    try:
        with open(os.path.join(root, PYPROJECT), "rb") as file:
            content = file.read(MAX_BYTES)
        text = content.decode("utf-8")
        if _ours(tomllib.loads(text)) is None:
            return None
        line = keys.line_of(keys.locate(text), ("tool", "ambidex"))
    except (OSError, ValueError, RecursionError):
        return None
    if find_source(root) is None:
        return Problem(
            PYPROJECT,
            line,
            "tool.ambidex",
            "written in a way that hooks do not look for",
            "Begin the table with a line that reads `[tool.ambidex]`.",
            "`[tool.ambidex]` and `[tool.ambidex.…]`",
        )
    return Problem(
        PYPROJECT,
        line,
        "tool.ambidex",
        f"a second configuration beside {FILE}, which wins",
        f"Move what should hold to {FILE} and remove the table here.",
        "one of the two",
        surroundings=True,
    )
