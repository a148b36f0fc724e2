"""`ambidex.fastjson` in an interpreter that has not imported `json`, as in every hook."""

import sys

from testing.processes import finish, start

MALFORMED = ["{ not json", '{"a" 1}', '{"a":1,}', "{a:1}", "[1 2]", '"abc', "{'a':1}", "", "[1,"]


def test_what_is_malformed_is_a_value_error_without_json_being_loaded() -> None:
    program = """
import sys
text = sys.argv[1]
from ambidex import fastjson
assert "json.decoder" not in sys.modules
try:
    fastjson.loads(text)
except ValueError as error:
    print(type(error).__name__)
"""
    found = finish(*(start(program, text) for text in MALFORMED))
    assert found == ["JSONDecodeError\n"] * len(MALFORMED)


def test_a_value_is_read_without_json_being_loaded() -> None:
    program = """
import sys
from ambidex import fastjson
assert fastjson.loads('{"a": [1, 2.5, "x", null]}') == {"a": [1, 2.5, "x", None]}
print("json" in sys.modules)
"""
    assert finish(start(program)) == ["False\n"], sys.version
