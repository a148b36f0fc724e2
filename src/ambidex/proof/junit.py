"""Read the results that pytest writes, also when the file is cut off or hostile.

The shape is pytest's `xunit1` family, the only one that names the test's file. A file with
a document type is refused: pytest writes none, and entities are how a small file becomes a
large one.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PASSED = "passed"
FAILED = "failed"
SKIPPED = "skipped"

MOST_BYTES = 100_000_000
_MOST_TEXT = 20_000


class Case:
    """One test, or one module that could not be collected.

    Attributes:
        node: pytest's node id; for a collection error the module's path.
        path: the test file, relative to the project's root; `""` when unknown.
        line: line of the failure in that file, else of the test; 0 when unknown.
        outcome: `passed`, `failed` (errors included) or `skipped` (expected failures included).
        message: what pytest says about it, raw, shortened to 20,000 characters.
        text: the traceback, raw, its last 20,000 characters.
        collection: the module could not even be imported.
    """

    __slots__ = ("collection", "line", "message", "node", "outcome", "path", "text")

    def __init__(
        self,
        node: str,
        path: str,
        line: int,
        outcome: str,
        *,
        message: str = "",
        text: str = "",
        collection: bool = False,
    ) -> None:
        self.node = node
        self.path = path
        self.line = line
        self.outcome = outcome
        self.message = message
        self.text = text
        self.collection = collection


class Results:
    """What a results file holds.

    Attributes:
        cases: one per test, in order; a test that fails twice (call and teardown) counts once.
        complete: the file is well-formed to its end.
        exists: there is a file at all.
    """

    __slots__ = ("cases", "complete", "exists")

    def __init__(self, cases: list[Case], complete: bool, exists: bool) -> None:
        self.cases = cases
        self.complete = complete
        self.exists = exists

    def count(self, outcome: str) -> int:
        """Number of cases with `outcome`."""
        return sum(case.outcome == outcome for case in self.cases)


def read(path: str, root: str) -> Results:
    """Read the results file at `path`; never raises.

    Args:
        path: what `--junitxml` was given.
        root: the project's root, to tell module names from folders.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError:
        return Results([], complete=False, exists=False)
    if not content.startswith(b"<?xml") or len(content) > MOST_BYTES:
        return Results([], complete=False, exists=True)
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content:
        return Results([], complete=False, exists=True)
    import io
    from xml.etree.ElementTree import ParseError, iterparse

    complete = True
    cases: dict[str, Case] = {}
    try:
        for _, element in iterparse(io.BytesIO(content)):  # noqa: S314 - no entities, see above
            if element.tag != "testcase":
                continue
            case = _case(element, root)
            known = cases.get(case.node)
            if known is None or known.outcome != FAILED:
                cases[case.node] = case
            element.clear()
    except (ParseError, ValueError, LookupError):
        complete = False
    return Results(list(cases.values()), complete, exists=True)


def _case(element: Element, root: str) -> Case:
    name = element.get("name") or ""
    classname = element.get("classname") or ""
    file = (element.get("file") or "").replace(os.sep, "/")
    bad = element.find("failure")
    bad = element.find("error") if bad is None else bad
    outcome = PASSED
    if bad is not None:
        outcome = FAILED
    elif element.find("skipped") is not None:
        outcome = SKIPPED
    message = text = ""
    if bad is not None:
        message = (bad.get("message") or "")[:_MOST_TEXT]
        text = (bad.text or "")[-_MOST_TEXT:]
    # Only the report of a module that could not be collected has no class name.
    if bad is not None and bad.tag == "error" and not classname:
        path = file or _module(name.split("."), root)[0]
        return Case(
            path or name,
            path,
            line_of(text, path),
            outcome,
            message=message,
            text=text,
            collection=True,
        )
    path, chain = _module(classname.split("."), root, file)
    node = "::".join([path or classname, *chain, name])
    line = line_of(text, path) if text else 0
    defined = element.get("line") or ""
    if not line and file == path and defined.isdigit() and len(defined) < 9:
        line = int(defined) + 1
    return Case(node, path, line, outcome, message=message, text=text)


def _module(parts: list[str], root: str, file: str = "") -> tuple[str, list[str]]:
    """Split `tests.test_a.TestB` into the file and the classes.

    `file` is where the function was defined; for an inherited test that is another file
    than the one that runs it, so the dotted name decides.
    """
    own = file[: -len(".py")].replace("/", ".").split(".") if file.endswith(".py") else []
    if own and parts[: len(own)] == own:
        return file, parts[len(own) :]
    for end in range(len(parts), 0, -1):
        path = "/".join(parts[:end]) + ".py"
        if "\0" not in path and os.path.isfile(os.path.join(root, path)):
            return path, parts[end:]
    return file, []


def line_of(text: str, path: str) -> int:
    """The last line of `path` that the traceback `text` names."""
    if not path:
        return 0
    found = 0
    for line in text.splitlines():
        head, _, rest = line.partition(":")
        number = rest.partition(":")[0]
        # Absolute, or relative to wherever the tests were started.
        if number.isdigit() and len(number) < 9 and (head == path or head.endswith("/" + path)):
            found = int(number)
    return found
