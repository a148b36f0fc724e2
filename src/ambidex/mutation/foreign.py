"""Changed files of other languages, for the mutation tools that judge them."""

from __future__ import annotations

from ambidex.changes.lines import changed_lines
from ambidex.proof import relevance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ambidex.proof.subject import Subject

    Ranges = dict[str, list[tuple[int, int]]]

_TEST_FOLDERS = ("test", "tests", "__tests__", "spec", "__mocks__", "benches", "examples")


def changed(subject: Subject, endings: Sequence[str]) -> Ranges:
    """The changed lines of source files with one of these endings, by path.

    Raises:
        TreeError: the former tree is not there any more, or git failed.
    """
    rules = subject.policy
    exclude = [*rules["mutation"]["exclude"], *rules["tests"]["exclude"]]
    found = {}
    for change in subject.changes:
        path = change.path
        if change.status == "D" or not path.endswith(tuple(endings)) or is_test(path):
            continue
        if relevance.excluded(path, exclude):
            continue
        content = subject.content(path)
        if content is None:
            continue
        ranges = changed_lines(subject.former(change.old_path or path) or b"", content)
        if ranges:
            found[path] = ranges
    return found


def is_test(path: str) -> bool:
    """Whether a file is a test by its name or its folder, as these languages have it."""
    *folders, name = path.split("/")
    return (
        not set(folders).isdisjoint(_TEST_FOLDERS)
        or ".test." in name
        or ".spec." in name
        or name.endswith(".d.ts")
    )
