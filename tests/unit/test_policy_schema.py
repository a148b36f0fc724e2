from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomllib

from ambidex.cli.config import schema_text
from ambidex.policy import sample
from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.model import Configuration

PUBLISHED = Path(sample.__file__).with_name("ambidex.schema.json")
TODAY = datetime.date(2030, 1, 15)
SECTIONS = (
    *("guard", "paths", "edits", "tests", "types", "mutation", "scope", "stop", "commit"),
    *("gates", "tracks", "ledger"),
)


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(PUBLISHED.read_text()))


def test_the_published_schema_is_the_one_of_the_model() -> None:
    # After a change of the model: `ambidex config schema > src/ambidex/policy/ambidex.schema.json`
    assert PUBLISHED.read_text() == schema_text()


def test_the_published_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text()))


def test_the_sample_and_the_defaults_satisfy_the_schema() -> None:
    validator().validate(tomllib.loads(sample.sample(TODAY)))
    every = {name: DEFAULTS[name] for name in SECTIONS} | sample.example(TODAY)
    validator().validate(tomllib.loads(sample.render(every)))


@pytest.mark.parametrize(
    "document",
    [
        {"guards": {}},
        {"version": 2},
        {"track": "middle"},
        {"stop": {"blocks_in_a_row": 8}},
        {"edits": {"max_findings": "ten"}},
        {"gates": {"right": {"lint": "fix"}}},
        {"gates": {"up": {}}},
        {"guard": {"allow": [{"command": "x", "expires": "2031-01-01"}]}},
        {"guard": {"allow": [{"command": "x", "reason": "y", "expires": "soon"}]}},
        {"tests": {"command": ""}},
        {"tests": {"command": [1]}},
    ],
)
def test_a_known_bad_document_is_rejected_by_the_schema(document: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validator().validate(document)


def test_every_key_is_described_and_every_number_has_bounds_and_a_unit() -> None:
    tables = [
        json.loads(PUBLISHED.read_text()),
        *json.loads(PUBLISHED.read_text())["$defs"].values(),
    ]
    numbers = 0
    for table in tables:
        assert table["additionalProperties"] is False
        for name, schema in table["properties"].items():
            assert schema["description"].endswith("."), name
            if schema.get("type") == "integer" and "const" not in schema:
                numbers += 1
                assert {"minimum", "maximum"} <= set(schema), name
                assert ", in " in schema["description"].split(".")[0], name
    assert numbers == 18


def test_the_defaults_of_the_model_are_the_builtin_ones() -> None:
    values = Configuration().model_dump(mode="json")
    assert values == {name: DEFAULTS[name] for name in ("version", "track", *SECTIONS)}
