"""The one place that knows mutmut: its operators as edits of text.

mutmut's own walk skips decorated functions, nested classes and everything at module level for the
sake of its trampolines. Those need not hold here, so only its table of operators is taken
(`mutmut.mutation.mutators.mutation_operators`) and each of them is applied to every node of its
kind. What it yields is a changed node; the smallest part that differs becomes the edit.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    import libcst as cst

    Place = tuple[int, int]
    # First and last place (1-based line, 0-based column in characters), text, operator's name.
    Edit = tuple[Place, Place, str, str]

# mutmut's functions and the mutator names of mutation-testing-elements, where it has one.
NAMES = {
    "operator_number": "NumberLiteral",
    "operator_string": "StringLiteral",
    "operator_name": "BooleanLiteral",
    "operator_assignment": "AssignedValue",
    "operator_augmented_assignment": "AssignmentOperator",
    "operator_remove_unary_ops": "UnaryOperator",
    "operator_dict_arguments": "ObjectLiteral",
    "operator_arg_removal": "CallArgument",
    "operator_symmetric_string_methods_swap": "MethodExpression",
    "operator_unsymmetrical_string_methods_swap": "MethodExpression",
    "operator_lambda": "ArrowFunction",
    "operator_keywords": "EqualityOperator",
    "operator_swap_op": "ArithmeticOperator",
    "operator_match": "MatchCase",
    "operator_if_exp": "ConditionalExpression",
}
# Where one function of mutmut stands for several kinds: the node's class decides.
_BY_NODE = {
    "Break": "LoopControl",
    "Continue": "LoopControl",
    "ComparisonTarget": "EqualityOperator",
    "BooleanOperation": "LogicalOperator",
    "UnaryOperation": "UnaryOperator",
    "AugAssign": "AssignmentOperator",
}
_KNOWN = """\
def f(a, b=2):
    c = a + b
    c += len("x")
    for d in a:
        if d is not b or (not a < 3):
            break
    return g(c, "ab") if c else a.lower()
"""
# Line, column, what stands there, what comes instead: of the snippet above.
_ANSWERS = frozenset(
    {
        (1, 11, "2", "3"),
        (2, 8, "a + b", "None"),
        (2, 10, "+", "-"),
        (3, 6, "+=", "="),
        (3, 6, "+=", "-="),
        (5, 13, "is not", "is"),
        (5, 22, "or", "and"),
        (5, 26, "not a < 3", "a < 3"),
        (5, 32, "<", "<="),
        (5, 34, "3", "4"),
        (6, 12, "break", "return"),
        (7, 13, "c", "None"),
        (7, 13, "c, ", ""),
        (7, 14, ', "ab"', ""),
        (7, 16, '"ab"', "None"),
        (7, 16, '"ab"', '"XXabXX"'),
        (7, 16, '"ab"', '"AB"'),
        (7, 25, "c", "(c) and False"),
        (7, 25, "c", "(c) or True"),
        (7, 34, "lower", "upper"),
    }
)
_PLAIN = "operator_augmented_assignment"
# Calls whose arguments mutmut leaves alone.
_NEVER = ("len", "isinstance")


def propose(source: str, wanted: Callable[[int], bool] = lambda _line: True) -> Iterator[Edit]:
    """The changes that mutmut makes of a piece of code.

    Args:
        source: whole statements, not indented.
        wanted: whether what begins in a line is to be changed; lines are 1-based.

    Yields:
        Places in `source`, what stands there instead, and the operator's name.

    Raises:
        ImportError, AttributeError, TypeError: mutmut is missing or no longer what it was.
        SyntaxError: libcst does not read what Python does.
    """
    import libcst as cst
    from libcst.metadata import MetadataWrapper, PositionProvider
    from mutmut.mutation.mutators import mutation_operators

    try:
        module = cst.parse_module(source)
    except cst.ParserSyntaxError as error:
        raise SyntaxError(str(error)) from error
    # The parser shares no node between two places, so the copy is not needed.
    places = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    diff = _Diff(cst, module, places)
    waiting: list[cst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        if _left_alone(cst, node):
            continue
        waiting.extend(reversed(node.children))
        place = places.get(node)
        if place is None or not wanted(place.start.line):
            continue
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                name = _name(node, operator.__name__)
                if isinstance(node, cst.AugAssign) and operator.__name__ == _PLAIN:
                    # The rest of the statement stays as it is written.
                    yield _plain_assignment(places[node.operator], name)
                    continue
                for changed in operator(node):
                    edit = diff.edit(node, changed)
                    if edit is not None:
                        yield (*edit, name)


def _name(node: Any, operator: str) -> str:
    if type(node).__name__ == "Name" and node.value == "deepcopy":
        return "MethodExpression"
    return _BY_NODE.get(type(node).__name__) or NAMES.get(operator, "Other")


def _left_alone(cst: Any, node: cst.CSTNode) -> bool:
    """Whether neither the node nor what is in it is changed, as mutmut has it."""
    if isinstance(node, cst.Annotation):
        return True
    if isinstance(node, cst.Param) and node.default is not None:
        # Executed with the definition: only what can't fail there.
        return not isinstance(node.default, (cst.Name, cst.BaseNumber, cst.BaseString))
    return (
        isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _NEVER
    )


def _plain_assignment(place: Any, name: str) -> Edit:
    return (place.start.line, place.start.column), (place.end.line, place.end.column), "=", name


class _Diff:
    """The smallest edit that makes one node the other."""

    def __init__(self, cst: Any, module: cst.Module, places: Any) -> None:
        self._cst = cst
        self._module = module
        self._places = places

    def edit(self, old: cst.CSTNode, new: cst.CSTNode) -> tuple[Place, Place, str] | None:
        while type(old) is type(new):
            changed = [
                (before, after)
                for before, after in self._fields(old, new)
                if not self._same(before, after)
            ]
            if len(changed) != 1:
                break
            before, after = changed[0]
            if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
                if len(after) == len(before) - 1:
                    return self._removed(before, after)
                pairs = [each for each in zip(before, after) if not self._same(*each)]
                if len(before) != len(after) or len(pairs) != 1:
                    break
                before, after = pairs[0]
            if not isinstance(before, self._cst.CSTNode) or not isinstance(
                after, self._cst.CSTNode
            ):
                break
            old, new = before, after
        place = self._places.get(old)
        if place is None:
            return None
        text = self._module.code_for_node(new).strip(" \t")
        return (*self._ends(place), text)

    def _removed(self, before: Any, after: Any) -> tuple[Place, Place, str] | None:
        gone = next((at for at, each in enumerate(after) if each is not before[at]), len(after))
        first, last = self._ends(self._places[before[gone]])
        if isinstance(before[gone], self._cst.MatchCase):
            # A block: what is left of its line is blank.
            return first, last, ""
        if gone + 1 < len(before):
            last = self._ends(self._places[before[gone + 1]])[0]
        elif gone:
            first = self._ends(self._places[before[gone - 1]])[1]
        return first, last, ""

    def _ends(self, place: Any) -> tuple[Place, Place]:
        return (place.start.line, place.start.column), (place.end.line, place.end.column)

    def _fields(self, old: Any, new: Any) -> Iterator[tuple[Any, Any]]:
        for name in old.__dataclass_fields__:
            yield getattr(old, name), getattr(new, name)

    def _same(self, old: Any, new: Any) -> bool:
        if old is new:
            return True
        if isinstance(old, self._cst.CSTNode):
            return isinstance(new, self._cst.CSTNode) and bool(old.deep_equals(new))
        if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
            return len(old) == len(new) and all(map(self._same, old, new))
        return bool(old == new)


_state: dict[str, str] = {}


def self_test() -> str:
    """What is wrong with mutmut, in one sentence; `""` if it answers as it always did.

    A missing operator, a changed interface or another answer for a fixed snippet would otherwise
    look like code with nothing to mutate. Done once per process.
    """
    if "wrong" not in _state:
        _state["wrong"] = _examine()
    return _state["wrong"]


def _examine() -> str:
    try:
        from mutmut.mutation.mutators import mutation_operators

        names = {operator.__name__ for _kind, operator in mutation_operators}
        lines = _KNOWN.split("\n")
        given = {
            (first[0], first[1], lines[first[0] - 1][first[1] : last[1]], text)
            for first, last, text, _name in propose(_KNOWN)
        }
    except Exception as error:
        return f"mutmut's operators can't be used: {type(error).__name__}: {error}."
    if names != NAMES.keys():
        odd = ", ".join(sorted(names ^ NAMES.keys()))
        return f"mutmut's operators are not those of 3.8: {odd}."
    if given != _ANSWERS:
        odd = "; ".join(str(each) for each in sorted(given ^ _ANSWERS)[:3])
        return f"mutmut's operators answer differently on a known snippet: {odd}."
    return ""
