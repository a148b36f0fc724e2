"""What a test puts something else in place of, and whether that is what it then looks at."""

from __future__ import annotations

import ast

from ambidex.proof.weakening.checks import LOSSY, is_mock_state, makes_mock, outermost
from ambidex.proof.weakening.expressions import dotted, last_name, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.proof.weakening.checks import Check

    # The last part of what a name belongs to, in small letters, and the name.
    Patch = tuple[str, str]

MOCKED = "it looks at what the test itself has put there"


def of_call(call: ast.Call) -> Iterator[Patch]:
    """What `patch("a.b.c")`, `patch.object(b, "c")`, `monkeypatch.setattr(b, "c", …)` replace."""
    name = last_name(call.func)
    whole = dotted(call.func)
    if not call.args:
        return
    first = call.args[0]
    is_patch = name == "patch" or ".patch" in f".{whole}" or name in ("setattr", "setitem", "spy")
    if not is_patch or name in ("spy", "dict", "setitem"):
        return
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        owner, _, attribute = first.value.rpartition(".")
        if owner:
            yield owner.rpartition(".")[2].lower(), attribute
        return
    second = call.args[1] if len(call.args) > 1 else None
    if name == "multiple":
        for keyword in call.keywords:
            yield last_name(first).lower(), str(keyword.arg)
    elif isinstance(second, ast.Constant) and isinstance(second.value, str):
        yield last_name(first).lower(), second.value


def of_assignment(target: ast.expr, value: ast.expr) -> Iterator[Patch]:
    """What `b.c = Mock(…)` or `b.c = lambda …` replaces."""
    if isinstance(target, ast.Attribute) and (makes_mock(value) or isinstance(value, ast.Lambda)):
        yield last_name(target.value).lower(), target.attr


def looks_at_mock(check: Check, patched: set[Patch]) -> bool:
    """Whether the value that is looked at comes straight from a replacement."""
    if is_mock_state(check):
        return False
    node: ast.expr = check.node
    call = outermost(node)
    if call is None:
        while isinstance(node, (ast.Subscript, ast.Await)):
            node = node.value
        return isinstance(node, ast.Attribute) and _matches(node, patched)
    function = call.func  # type: ignore[attr-defined]
    root = function
    while isinstance(root, (ast.Attribute, ast.Call, ast.Subscript)):
        if isinstance(root, ast.Call):
            if makes_mock(root):
                return True
            root = root.func
        else:
            root = root.value
    if isinstance(function, ast.Lambda):
        return True
    return _matches(function, patched)


def _matches(function: ast.expr, patched: set[Patch]) -> bool:
    name = last_name(function)
    if name in LOSSY:
        return False
    owners = {owner for owner, attribute in patched if attribute == name}
    if not owners:
        return False
    if isinstance(function, ast.Name):
        return True
    receiver = {
        each.id.lower() if isinstance(each, ast.Name) else each.attr.lower()
        for each in ast.walk(function)
        if isinstance(each, (ast.Name, ast.Attribute)) and each is not function
    }
    return bool(owners & receiver) or text(function) in owners
