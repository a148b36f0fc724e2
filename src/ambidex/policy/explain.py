"""Turns pydantic's errors into problems: where, what was found, what is allowed, what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ambidex.policy import keys
from ambidex.policy.errors import Problem, nearest_name
from ambidex.policy.model import json_schema
from ambidex.policy.values import EXPIRED, NO_MATCH

_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Place:
    """The file that is looked at: its name, where its keys are, and the path of our table in it."""

    file: str
    lines: dict[keys.Path, int]
    prefix: keys.Path = ()

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a key of our table, or of what is around it."""
        return keys.line_of(self.lines, (*self.prefix, *path))


def dotted(path: Sequence[str | int]) -> str:
    """A path as people write it: `guard.allow[0].reason`; names that need quotes get them."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
            continue
        bare = part and all(c.isascii() and (c.isalnum() or c in "-_") for c in part)
        text += ("." if text else "") + (part if bare else json.dumps(part))
    return text


def problem(place: Place, error: Mapping[str, Any]) -> Problem:
    """One of pydantic's errors as a problem.

    Args:
        place: the file.
        error: an item of `ValidationError.errors()`.
    """
    path: tuple[str | int, ...] = tuple(error["loc"])
    kind: str = error["type"]
    context: Mapping[str, Any] = error.get("ctx", {})
    line = place.line(path)
    key = dotted(path)
    if kind == "extra_forbidden":
        return _unknown(place, path, error["input"])
    if kind == "missing":
        return Problem(
            place.file,
            line,
            key,
            "it is missing",
            f"Add `{path[-1]} = …`.",
            allowed(path),
        )
    if "action" in context:
        return Problem(
            place.file,
            line,
            key,
            context["found"],
            context["action"],
            context["allowed"],
            surroundings=kind in (NO_MATCH, EXPIRED),
        )
    value = error["input"]
    nearest = ""
    if kind == "literal_error" and isinstance(value, str):
        name = nearest_name(value, [str(choice) for choice in _schema(path).get("enum", ())])
        nearest = json.dumps(name) if name else ""
    return Problem(
        place.file,
        line,
        key,
        f"found {described(value)}",
        "Correct the value, or remove the key for the default.",
        allowed(path),
        nearest,
    )


def _unknown(place: Place, path: tuple[str | int, ...], value: object) -> Problem:
    name = str(path[-1])
    siblings = sorted(_schema(path[:-1]).get("properties", {}))
    nearest = nearest_name(name, siblings)
    what = "section" if isinstance(value, dict) else "key"
    action = f"Rename the {what}, or remove it."
    if not nearest:
        elsewhere = [dotted(known) for known in _all_keys() if known[-1] == name]
        if elsewhere:
            nearest = " or ".join(elsewhere)
            action = f"Move the {what} there, or remove it."
    return Problem(
        place.file,
        place.line(path),
        dotted(path),
        f"unknown {what}",
        action,
        ", ".join(siblings),
        nearest,
    )


def described(value: object) -> str:
    """A value as the file shows it, with its TOML type: `the string "yes"`, `the integer 9`."""
    names = {bool: "boolean", int: "integer", float: "float", str: "string", list: "array"}
    if isinstance(value, dict):
        return "a table"
    name = names.get(type(value), type(value).__name__)
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) > _LONGEST_VALUE:
        text = text[: _LONGEST_VALUE - 1] + "…"
    return f"the {name} {text}"


def allowed(path: Sequence[str | int]) -> str:
    """What may stand at `path`, in words, from the schema; `""` for an unknown path."""
    schema = _schema(path)
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return ", ".join(json.dumps(choice) for choice in schema["enum"])
    if "anyOf" in schema:
        return "a string or an array of strings"
    kind = schema.get("type", "")
    if kind == "integer":
        return f"an integer from {schema['minimum']} to {schema['maximum']}{_unit(schema)}"
    if kind == "array":
        items = "tables" if "$ref" in schema.get("items", {}) else "strings"
        return f"an array of {items}"
    if schema.get("format") == "date":
        return "a date as YYYY-MM-DD"
    if "maxLength" in schema:
        return f"a string of at most {schema['maxLength']} characters"
    return {"boolean": "true, false", "string": "a string", "object": "a table"}.get(kind, "")


def _unit(schema: Mapping[str, Any]) -> str:
    # Descriptions of numbers end their first sentence with ", in <unit>".
    first = str(schema.get("description", "")).split(".")[0]
    _, separator, unit = first.rpartition(", in ")
    return f" ({unit})" if separator else ""


@cache
def _root() -> dict[str, Any]:
    return json_schema()


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return _root()["$defs"][reference.rpartition("/")[2]] if reference else schema


def _schema(path: Sequence[str | int]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = _root()
    for part in path:
        schema = _resolved(schema)
        if isinstance(part, int):
            schema = schema.get("items", {})
        else:
            schema = schema.get("properties", {}).get(part, {})
    return _resolved(schema)


@cache
def _all_keys() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(schema: Mapping[str, Any], path: tuple[str, ...]) -> None:
        for name, below in _resolved(schema).get("properties", {}).items():
            found.append((*path, name))
            walk(below, (*path, name))

    walk(_root(), ())
    return found
