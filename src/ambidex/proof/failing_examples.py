"""Examples that made properties fail, kept until they are written into the tests."""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_LONGEST_LINE = 88
_MOST_BYTES = 10_000_000
_MOST_KEPT = 500


def path(state: str) -> str:
    """Where a repository's record is; the plugin appends to it."""
    return os.path.join(state, "properties", "failing.jsonl")


class Example:
    """One failing example, as `inside/ambidex_properties.py` recorded it.

    Attributes:
        node: the test's node id.
        path: the file with the test's source; relative to the root where it lies in it.
        function: the test's qualified name.
        line: the first line of the test, decorators included.
        values: arguments and their values as code; None where they can't be written as code.
        unknown: names in the values that the test's module does not have.
        text: the example as Hypothesis printed it.
        profile: the Hypothesis profile under which it was found.
    """

    __slots__ = ("function", "line", "node", "path", "profile", "text", "unknown", "values")

    def __init__(self, root: str, record: dict[str, Any]) -> None:
        absolute = os.path.realpath(os.path.join(root, record["path"]))
        inside = os.path.relpath(absolute, os.path.realpath(root))
        self.node = str(record["node"])
        self.path = absolute if inside.startswith(os.pardir) else inside.replace(os.sep, "/")
        self.function = str(record["function"])
        self.line = int(record["line"])
        values = record["values"]
        self.values = None if values is None else [(str(k), str(v)) for k, v in values]
        self.unknown = [str(name) for name in record["unknown"]]
        self.text = str(record["text"])
        self.profile = str(record["profile"])

    @property
    def missing(self) -> list[str]:
        """Unknown names that no import of a standard module explains."""
        return [name for name in self.unknown if name not in sys.stdlib_module_names]

    def decorator(self, name: str = "example", indent: str = "") -> str:
        """The decorator's lines, without a newline at the end; `""` where there is no code."""
        if self.values is None:
            return ""
        arguments = [f"{key}={value}" for key, value in self.values]
        line = f"{indent}@{name}({', '.join(arguments)})"
        if len(line) <= _LONGEST_LINE:
            return line
        inner = "".join(f"{indent}    {argument},\n" for argument in arguments)
        return f"{indent}@{name}(\n{inner}{indent})"

    def shown(self) -> list[str]:
        """What a person reads: the decorator's lines, else what Hypothesis printed."""
        return (self.decorator() or self.text).splitlines()[:20]

    def as_dict(self) -> dict[str, Any]:
        """The example as JSON-ready data, as it was recorded."""
        return {name: getattr(self, name) for name in self.__slots__}

    def _key(self) -> tuple[str, str, str]:
        return self.path, self.function, self.text if self.values is None else str(self.values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Example) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def read(root: str, state: str) -> list[Example]:
    """The examples in the record, each once, in order; none where there is no record.

    Lines that are no record of ours (cut off by a full disk) are left out.

    Args:
        root: the project's root.
        state: the repository's state directory.
    """
    try:
        with open(path(state), encoding="utf-8", errors="replace") as file:
            lines = file.read(_MOST_BYTES).splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        try:
            found.append(Example(root, json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return list(dict.fromkeys(found))


def keep(state: str, examples: Sequence[Example]) -> None:
    """Replace the record by these examples, of many the newest.

    Raises:
        OSError: it can't be written.
    """
    from ambidex.policy import private

    lines = [json.dumps(each.as_dict()) + "\n" for each in examples[-_MOST_KEPT:]]
    private.replace(path(state), "".join(lines))
