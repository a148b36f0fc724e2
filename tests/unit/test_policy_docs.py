from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ambidex.policy.compile import compile_policy
from ambidex.policy.model import json_schema
from testing.configured_project import make_project

PAGE = Path(__file__).parents[2] / "docs" / "policy.md"


def documented() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    return {key: (default, allowed) for key, default, allowed in rows}


def keys_of_the_schema() -> dict[str, dict[str, Any]]:
    whole = json_schema()
    found: dict[str, dict[str, Any]] = {}

    def walk(schema: dict[str, Any], path: str) -> None:
        if "$ref" in schema:
            schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
        if "properties" in schema:
            for name, below in schema["properties"].items():
                walk(below, f"{path}.{name}" if path else name)
        elif "$ref" in schema.get("items", {}):
            walk(schema["items"], f"{path}[]")
        else:
            found[path] = schema

    walk(whole, "")
    return found


def test_the_page_has_every_key_with_its_default_and_bounds() -> None:
    page, schema = documented(), keys_of_the_schema()
    assert list(page) == list(schema)
    for key, (default, allowed) in page.items():
        if "default" in schema[key]:
            assert default == f"`{json.dumps(schema[key]['default'])}`", key
        else:
            assert default == "required", key
        for bound in ("minimum", "maximum"):
            if bound in schema[key]:
                assert str(schema[key][bound]) in allowed.split(), key
        for choice in schema[key].get("enum", ()):
            assert f'`"{choice}"`' in allowed, key


def test_the_example_of_the_page_is_accepted(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert example
    files = {"tests/golden/a.py": "", "migrations/1.sql": "", "vendor/v.py": ""}
    root = make_project(tmp_path, files | {"ambidex.toml": example[1]})
    assert compile_policy(str(root))["gates"]["left"]["tests"] == "off"
