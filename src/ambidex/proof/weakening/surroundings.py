"""What a file of tests sees of others, and whether any of it says something else than before."""

from __future__ import annotations

import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.proof.weakening.contents import Function, Module
    from ambidex.proof.weakening.expressions import Names

SET_UP = ("setUpClass", "setup_class", "setUp", "setup_method", "asyncSetUp", "setup")


class Surroundings:
    """The functions and fixtures of files beside the tests: conftest files, helper modules."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.functions: dict[str, Function] = {}
        self.fixtures: dict[str, Function] = {}
        self.names: Names = {}
        for module in modules:
            self.functions.update(module.functions)
            self.fixtures.update(module.fixtures)
            for name, value in module.names.items():
                self.names.setdefault(name, value)
        self._dumps: dict[int, tuple[ast.AST, str, frozenset[str]]] = {}

    def dump(self, node: ast.AST) -> str:
        """The node as text, once."""
        return self._known(node)[1]

    def mentioned(self, node: ast.AST) -> frozenset[str]:
        """Every name that occurs in the node, parameters included."""
        return self._known(node)[2]

    def _known(self, node: ast.AST) -> tuple[ast.AST, str, frozenset[str]]:
        # The node is kept, so that its id is not given to another.
        known = self._dumps.get(id(node))
        if known is None:
            names = set()
            for each in ast.walk(node):
                if isinstance(each, ast.Name):
                    names.add(each.id)
                elif isinstance(each, ast.Attribute):
                    names.add(each.attr)
                elif isinstance(each, ast.arg):
                    names.add(each.arg)
                elif isinstance(each, ast.Constant) and isinstance(each.value, str):
                    names.add(each.value)  # usefixtures("name")
            known = self._dumps[id(node)] = node, ast.dump(node), frozenset(names)
        return known


def signatures(module: Module, around: Surroundings) -> dict[str, str]:
    """What decides what each function of a file asserts, by qualname: equal means unchanged.

    Its own text and that of all it names here and in its surroundings, whatever they name included.
    """
    functions = {**around.functions, **module.functions}
    fixtures = {**around.fixtures, **module.fixtures}
    names = {**around.names, **module.names}
    autouse = "\n".join(
        around.dump(each) for each in fixtures.values() if "autouse" in around.dump(each)
    )
    top = "\n".join(skip.text for skip in module.skips)
    classes = {id(each): each for place in module.places for each in place.classes}
    frames = {key: _frame(each, around) for key, each in classes.items()}
    found = {}
    for place in module.places:
        waiting: list[ast.AST] = [place.function]
        seen: set[int] = set()
        parts = [autouse, top, str(place.collected)]
        parts += [frames[id(each)] for each in place.classes]
        parts += [around.dump(each) for each in place.decorators]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            parts.append(around.dump(node))
            for name in around.mentioned(node):
                for table in (functions, fixtures, names):
                    if name in table:
                        waiting.append(table[name])
        found[place.qualname] = "\n".join(parts)
    return found


def _frame(node: ast.ClassDef, around: Surroundings) -> str:
    """What a class says about all of its tests."""
    kept = [
        each
        for each in node.body
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)) or each.name in SET_UP
    ]
    return "\n".join(around.dump(each) for each in [*node.bases, *node.decorator_list, *kept])
