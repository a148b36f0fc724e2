"""Edits to the text of a settings file: our entries in, our entries out, nothing else touched.

Merging only inserts. So for a file that nobody has edited since, taking the inserted spans out
again restores every byte by construction; for an edited one, our entries are found by what they
are (hooks by the launcher they start, rules by the record).
"""

from __future__ import annotations

import json
import re

from ambidex.setup import json_spans
from ambidex.setup.json_spans import Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Path = tuple[str, ...]

# Every handler of ours starts a file of this name, in whatever form or version it was installed.
_LAUNCHER = re.compile(r"/ambidex/launch(?![\w.-])")
# The first of our deny rules, in every form: nobody else writes it.
_FIRST_RULE = re.compile(r"/ambidex/\*\*\)$")


class SettingsShapeError(ValueError):
    """The settings are valid JSON of a shape that Claude Code would not accept either."""


class Merged:
    """Settings with our entries in them.

    Attributes:
        text: the new text.
        spans: `(start, length)` of each insertion in `text`, ascending.
        created: key paths of the objects and arrays that were not there before.
        rules: the `permissions.deny` rules that were not there before.
    """

    __slots__ = ("created", "rules", "spans", "text")

    def __init__(
        self, text: str, spans: list[tuple[int, int]], created: list[Path], rules: list[str]
    ) -> None:
        self.text = text
        self.spans = spans
        self.created = created
        self.rules = rules


def merge(text: str, wanted: dict[str, Any]) -> Merged:
    """Insert what `wanted` has and `text` lacks, in the text's own indentation and line ends.

    Args:
        text: a settings document, possibly empty; none of our entries may be in it.
        wanted: objects and arrays of settings, as in settings.template.json.

    Raises:
        json_spans.JsonError: `text` is not strict JSON.
        SettingsShapeError: a key has a type that our entries cannot be merged into.
    """
    if not text.strip("\ufeff \t\r\n"):
        at = 1 if text.startswith("\ufeff") else 0
        body = json.dumps(wanted, indent=2, ensure_ascii=False)
        body += "" if "\n" in text else "\n"
        created = list(_containers(wanted, ()))
        rules = _rules(wanted)
        return Merged(text[:at] + body + text[at:], [(at, len(body))], created, rules)
    root = json_spans.parse(text)
    editor = _Inserter(text)
    editor.add(root, wanted, ())
    return editor.result(_rules(wanted), _rules(root.value()))


def cut(text: str, spans: Iterable[Sequence[int]]) -> str:
    """`text` without the `(start, length)` spans: the exact inverse of the merge that made them."""
    kept, at = [], 0
    for start, length in sorted((int(span[0]), int(span[1])) for span in spans):
        kept.append(text[at:start])
        at = start + length
    kept.append(text[at:])
    return "".join(kept)


def contains(text: str, wanted: dict[str, Any]) -> bool:
    """Whether exactly the hooks of `wanted`, and at least its rules, are in `text`."""
    there = json_spans.parse(text).value() if text.strip("\ufeff \t\r\n") else {}
    ours = {event: groups for event, groups in our_groups(there).items() if groups}
    hooks = {event: list(groups) for event, groups in wanted.get("hooks", {}).items()}
    missing = set(_rules(wanted)) - set(_rules(there))
    same: bool = ours == hooks
    return same and not missing


def our_groups(value: Any) -> dict[str, list[Any]]:
    """The hook groups in parsed settings that start our launcher, by event."""
    hooks = value.get("hooks") if isinstance(value, dict) else None
    if not isinstance(hooks, dict):
        return {}
    return {
        event: [group for group in groups if any(map(is_ours, _handlers(group)))]
        for event, groups in hooks.items()
        if isinstance(groups, list)
    }


def is_ours(handler: Any) -> bool:
    """Whether a hook handler starts our launcher."""
    if not isinstance(handler, dict):
        return False
    args = handler.get("args")
    words = [handler.get("command"), *(args if isinstance(args, list) else [])]
    return any(isinstance(word, str) and bool(_LAUNCHER.search(word)) for word in words)


def take_out(
    text: str, rules: Sequence[str] | None, created: Iterable[Sequence[str]] | None, template: Any
) -> str:
    """Remove our entries from settings that were edited since, or whose record is lost.

    Args:
        text: the settings.
        rules: the deny rules that the record says are ours; None when there is no record: then
            those from our own rule about the launcher on, as far as the template has them.
        created: key paths of containers to remove once they are empty; None: every one that
            this empties.
        template: parsed settings.template.json for this form.

    Returns:
        The text without our entries and the commas and space that belonged to them.

    Raises:
        json_spans.JsonError: `text` is not strict JSON.
    """
    if not text.strip("\ufeff \t\r\n"):
        return text
    root = json_spans.parse(text)
    doomed = _our_nodes(root, rules, _rules(template))
    remover = _Remover(text, doomed, None if created is None else {tuple(p) for p in created})
    remover.prune(root, ())
    return cut(text, remover.cuts)


def is_empty(text: str) -> bool:
    """Whether settings say nothing at all."""
    return not json_spans.parse(text).items


def _rules(value: Any) -> list[str]:
    permissions = value.get("permissions") if isinstance(value, dict) else None
    deny = permissions.get("deny") if isinstance(permissions, dict) else None
    return [rule for rule in deny if isinstance(rule, str)] if isinstance(deny, list) else []


def _handlers(group: Any) -> list[Any]:
    handlers = group.get("hooks") if isinstance(group, dict) else None
    return handlers if isinstance(handlers, list) else []


def _containers(value: Any, path: Path) -> Iterable[Path]:
    if isinstance(value, dict):
        for key, child in value.items():
            if isinstance(child, (dict, list)):
                yield (*path, key)
                yield from _containers(child, (*path, key))


class _Inserter:
    """Collects insertions into one text, in the style that the text already has."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.insertions: list[tuple[int, str]] = []
        self.created: list[Path] = []
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.one_line = "\n" not in text.strip()
        self.tight = self.one_line and " " not in text.strip()
        self.unit = self._unit()

    def _unit(self) -> str:
        for line in self.text.splitlines():
            body = line.lstrip(" \t")
            if body.startswith('"') and body != line:
                return line[: len(line) - len(body)]
        return "  "

    def add(self, node: Node, wanted: Any, path: Path) -> None:
        expected = "object" if isinstance(wanted, dict) else "array"
        if node.kind != expected:
            name = ".".join(path) or "the whole file"
            found = node.kind if node.kind != "scalar" else json.dumps(node.scalar)[:40]
            raise SettingsShapeError(f"{name} has to be an {expected}; found: {found}")
        if isinstance(wanted, list):
            there = [item.node.value() for item in node.items]
            new = [("", element) for element in wanted if element not in there]
            self.insert(node, new, path)
            return
        keys = [item.key for item in node.items]
        missing = []
        for key, value in wanted.items():
            child = node.member(key)
            if keys.count(key) > 1:
                raise SettingsShapeError(f"{'.'.join((*path, key))} is there twice; keep one")
            if child is None:
                missing.append((key, value))
                self.created.append((*path, key))
                self.created.extend(_containers(value, (*path, key)))
            else:
                self.add(child, value, (*path, key))
        self.insert(node, missing, path)

    def insert(self, node: Node, new: list[tuple[str, Any]], path: Path) -> None:
        if not new:
            return
        if node.items:
            last = node.items[-1]
            before = node.items[-2].node.end if len(node.items) > 1 else node.start + 1
            space = self.text[before : last.start].rpartition(",")[2]
            if "\n" in space:
                indent = space[space.rfind("\n") + 1 :]
                glue = "," + self.newline + indent
                rendered = [self.render(key, value, indent) for key, value in new]
            else:
                glue = "," if self.tight else ", "
                rendered = [self.render(key, value, None) for key, value in new]
            self.insertions.append((last.node.end, glue + glue.join(rendered)))
            return
        at = node.start + 1
        inner = self.text[at : node.end - 1]
        outer = _line_indent(self.text, node.start)
        if self.one_line and path:
            rendered = [self.render(key, value, None) for key, value in new]
            self.insertions.append((at, ("," if self.tight else ", ").join(rendered)))
            return
        indent = outer + self.unit
        glue = self.newline + indent
        body = glue + ("," + glue).join(self.render(key, value, indent) for key, value in new)
        self.insertions.append((at, body if "\n" in inner else body + self.newline + outer))

    def render(self, key: str, value: Any, indent: str | None) -> str:
        """The text of a member (or element, with an empty key) whose line starts with `indent`."""
        if indent is None:
            marks = (",", ":") if self.tight else (", ", ": ")
            body = json.dumps(value, ensure_ascii=False, separators=marks)
        else:
            body = json.dumps(value, ensure_ascii=False, indent=self.unit)
            body = body.replace("\n", self.newline + indent)
        if not key:
            return body
        return json.dumps(key) + (":" if self.tight and indent is None else ": ") + body

    def result(self, wanted_rules: list[str], there: list[str]) -> Merged:
        self.insertions.sort(key=lambda insertion: insertion[0])
        pieces, spans, at, grown = [], [], 0, 0
        for offset, body in self.insertions:
            pieces += [self.text[at:offset], body]
            spans.append((offset + grown, len(body)))
            at, grown = offset, grown + len(body)
        pieces.append(self.text[at:])
        new = [rule for rule in wanted_rules if rule not in there]
        return Merged("".join(pieces), spans, self.created, new)


def _line_indent(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    end = start
    while end < offset and text[end] in " \t":
        end += 1
    return text[start:end]


def _our_nodes(root: Node, rules: Sequence[str] | None, template: list[str]) -> set[int]:
    """The ids of the nodes (handlers, groups, rules) that are ours."""
    doomed = set()
    hooks = root.member("hooks")
    for event in hooks.items if hooks else ():
        for group in event.node.items:
            handlers = group.node.member("hooks") if group.node.kind == "object" else None
            ours = [h for h in (handlers.items if handlers else ()) if is_ours(h.node.value())]
            if handlers and ours and len(ours) == len(handlers.items):
                doomed.add(id(group.node))
            doomed.update(id(handler.node) for handler in ours)
    permissions = root.member("permissions")
    deny = permissions.member("deny") if permissions else None
    elements = [item.node for item in deny.items] if deny else []
    if rules is None:
        marks = [i for i, node in enumerate(elements) if _FIRST_RULE.search(str(node.scalar))]
        ours_from = marks[0] if marks else len(elements)
        doomed.update(id(node) for node in elements[ours_from:] if node.scalar in template)
    else:
        left = list(rules)
        for node in reversed(elements):
            if node.scalar in left:
                left.remove(node.scalar)
                doomed.add(id(node))
    return doomed


class _Remover:
    """Finds the spans to cut so that the doomed nodes go and the rest stays valid JSON."""

    def __init__(self, text: str, doomed: set[int], created: set[Path] | None) -> None:
        self.text = text
        self.doomed = doomed
        self.created = created
        self.cuts: list[tuple[int, int]] = []

    def prune(self, node: Node, path: Path) -> bool:
        """Collect the cuts inside `node`; True when the node itself has to go instead."""
        gone = [
            id(item.node) in self.doomed or self.prune(item.node, (*path, item.key))
            for item in node.items
        ]
        if not any(gone):
            return False
        if all(gone):
            if path and (self.created is None or path in self.created):
                return True
            end = node.items[-1].node.end
            closing = "\n" + _line_indent(self.text, node.start)
            for tail in ("\r" + closing, closing):
                if self.text.startswith(tail, end):
                    end += len(tail)
                    break
            self.cuts.append((node.start + 1, end - node.start - 1))
            return False
        first_kept = gone.index(False)
        if first_kept:
            start = node.items[0].start
            self.cuts.append((start, node.items[first_kept].start - start))
        for index in range(first_kept + 1, len(gone)):
            if gone[index]:
                start = node.items[index - 1].node.end
                self.cuts.append((start, node.items[index].node.end - start))
        return False
