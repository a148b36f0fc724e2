"""Writes ambidex.toml for people: every key with its meaning, from the model, so never outdated."""

from __future__ import annotations

import datetime
import json
import textwrap
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ambidex.policy.explain import allowed, dotted
from ambidex.policy.model import Configuration

_HEAD = "Ambidex: gates for Claude Code. What is not set here has the default shown."
_HEAD_SHORT = "Ambidex: gates for Claude Code. Every other key: ambidex config sample"
_EXAMPLE_DAYS = 90
_WIDTH = 96


def sample(today: datetime.date) -> str:
    """All of ambidex.toml: every key, commented out, with its default; to be pasted and edited."""
    return render({"version": 1}, example(today))


def example(today: datetime.date) -> dict[str, Any]:
    """Values that show the keys whose default is an empty list.

    Args:
        today: the date that the example's expiry is counted from.
    """
    until = today + datetime.timedelta(days=_EXAMPLE_DAYS)
    return {
        "guard": {
            "allow": [
                {
                    "command": "git push --force origin preview",
                    "reason": "The preview branch is rebuilt from scratch every time.",
                    "expires": until.isoformat(),
                }
            ]
        }
    }


def render(written: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> str:
    """The text of an ambidex.toml.

    Args:
        written: the values to set, by section, as in the file.
        shown: None for a short file with nothing else. Otherwise every other key is shown too,
            commented out, with its value from here or its default.
    """
    lines = _comment(_HEAD if shown is not None else _HEAD_SHORT)
    _table(lines, Configuration, (), written, shown)
    return "\n".join(lines) + "\n"


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, _WIDTH)]


def _table(
    lines: list[str],
    model: type[BaseModel],
    path: tuple[str, ...],
    written: Mapping[str, Any],
    shown: Mapping[str, Any] | None,
) -> None:
    tables: list[tuple[str, type[BaseModel]]] = []
    entries: list[tuple[str, list[dict[str, Any]], bool]] = []
    started = not path
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            tables.append((name, annotation))
            continue
        if name not in written and shown is None:
            continue
        if not started:
            lines += ["", *_comment(model.__doc__ or ""), f"[{dotted(path)}]"]
            started = True
        live = name in written
        value = written[name] if live else (shown or {}).get(name, field.default)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            entries.append((name, value, live))
            continue
        lines += _comment(f"{field.description} Allowed: {allowed((*path, name))}.")
        lines.append(f"{'' if live else '# '}{name} = {toml(value)}")
    for name, items, live in entries:
        mark = "" if live else "# "
        lines += ["", *_comment(model.model_fields[name].description or "")]
        for item in items:
            lines.append(f"{mark}[[{dotted((*path, name))}]]")
            lines += [f"{mark}{key} = {toml(value)}" for key, value in item.items()]
    for name, below in tables:
        inner = None if shown is None else shown.get(name, {})
        _table(lines, below, (*path, name), written.get(name, {}), inner)


def toml(value: object) -> str:
    """A string, integer, boolean or array of strings as TOML; JSON writes these the same way."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
