"""Python that is no Python 3, as the reader of tokens sees it.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code import python_calls, python_names
from ambidex.guard.code.language import Language
from ambidex.guard.code.sinks import Ref
from ambidex.guard.code.tokens import Lexis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.sinks import Sinks


def _named(reader: Sinks, name: str) -> Any:
    """Dotted names that have a value."""
    if name == "sys.argv":
        return list(reader.argv)
    owner, _, last = name.rpartition(".")
    if owner in ("os", "os.path"):
        found = python_calls.attribute(reader, Ref(owner), last)
        return found if isinstance(found, str) else None
    return None


LANGUAGE = Language(
    "python",
    Lexis("#", {"'": "", '"': ""}),
    python_names.CALLS,
    python_names.METHODS,
    canonical=python_names.canonical,
    named=_named,
)
