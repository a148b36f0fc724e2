"""What a language is to the reader of tokens, and what its members, items and calls give.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code.sinks import Ref, Sinks
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ambidex.guard.code.tokens import Lexis
    from ambidex.guard.invocation import Invocation

    Handler = Callable[[Sinks, Ref, list[Any], dict[str, Any]], Any]


class Language:
    """What a language adds.

    Attributes:
        name: as in `code.READERS`.
        lexis: its tokens.
        calls: full name of a function → what it does.
        methods: last part of a name → what it does, where the whole is not known.
        canonical: one name for what has several.
        joins: signs that put text together.
        bare: whether arguments may follow a name without brackets.
        named: what is known of a name that is no variable of the code.
    """

    def __init__(
        self,
        name: str,
        lexis: Lexis,
        calls: dict[str, Handler],
        methods: dict[str, Handler],
        *,
        canonical: Callable[[str], str] = str,
        joins: tuple[str, ...] = ("+",),
        bare: bool = False,
        named: Callable[[Sinks, str], Any] | None = None,
    ) -> None:
        self.name = name
        self.lexis = lexis
        self.calls = calls
        self.methods = methods
        self.canonical = canonical
        self.joins = joins
        self.bare = bare
        self.named = named


class Values(Sinks):
    """Names and values of one piece of code in one language."""

    def __init__(
        self, call: Invocation, language: Language, arguments: list[str], depth: int
    ) -> None:
        super().__init__(call, arguments, depth)
        self.language = language
        self.names: dict[str, Any] = {}

    def lookup(self, name: str) -> Any:
        """A variable's value, else what the language knows of the name."""
        if name in self.names:
            return self.names[name]
        if self.language.named is not None:
            known = self.language.named(self, name)
            if known is not None:
                return known
        return Ref(name)

    def attribute(self, holder: Any, name: str) -> Any:
        """A member."""
        if isinstance(holder, dict) and name in holder:
            return holder[name]
        if isinstance(holder, Ref):
            full = self.language.canonical(f"{holder.name}.{name}")
            known = self.language.named(self, full) if self.language.named is not None else None
            return Ref(full, holder.value, holder) if known is None else known
        return Ref(f"value.{name}", holder)

    def item(self, holder: Any, key: Any) -> Any:
        """`holder[key]`."""
        if isinstance(holder, list) and isinstance(key, int):
            return holder[key] if -len(holder) <= key < len(holder) else self.unknown("…", holder)
        if isinstance(holder, dict) and isinstance(key, str):
            return holder.get(key, self.unknown(key, holder))
        if isinstance(holder, Ref) and isinstance(key, str) and is_known(key):
            return self.attribute(holder, key)
        return self.unknown("…", [holder, key])

    def invoke(self, function: Any, values: list[Any], named: dict[str, Any]) -> Any:
        """A call."""
        if not isinstance(function, Ref):
            return self.unknown("…", [function, *values])
        name = self.language.canonical(function.name)
        handler = self.language.calls.get(name)
        if handler is None and "." in name:
            handler = self.language.methods.get(name.rpartition(".")[2])
        if handler is not None:
            return handler(self, function, values, named)
        return self.unknown(f"{name}(…)", [function.value, *values, *named.values()])
