"""Files that hold what tests expect: snapshots, golden files, approved output."""

from __future__ import annotations

from ambidex.proof.weakening.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FOLDERS = words(
    "__snapshots__ snapshots snapshot __image_snapshots__ golden goldens golden_files goldenfiles "
    "expected expected_output expected_outputs approved approvals baselines reference "
    "references"
)
_ENDINGS = (
    ".ambr",
    ".snap",
    ".golden",
    ".expected",
    ".approved.txt",
    ".approved.json",
    ".stdout",
    ".snapshot",
)
_WORDS = frozenset(("expected", "golden", "snapshot", "approved", "reference"))


def holds_expectations(path: str, test_folders: Sequence[str]) -> bool:
    """Whether the file at `path` says what tests expect.

    Args:
        path: relative to the root.
        test_folders: the policy's `tests.paths`.
    """
    *folders, name = path.split("/")
    if name.endswith((".py", ".pyi")):
        return False
    if name.endswith(_ENDINGS):
        return True
    inside = any(path.startswith(f"{folder.strip('/')}/") for folder in test_folders) or any(
        folder in ("test", "tests", "__tests__", "spec", "testdata") for folder in folders
    )
    if not inside:
        return "__snapshots__" in folders
    if not _FOLDERS.isdisjoint(folder.lower() for folder in folders):
        return True
    if name.endswith((".toml", ".ini", ".cfg")) and "." not in name.rpartition(".")[0]:
        # Cases about golden files, say.
        return False
    words = name.lower().replace("-", "_").replace(".", "_").split("_")
    return not _WORDS.isdisjoint(words)


def changed_entry(before: str, after: str) -> tuple[str, str, int] | None:
    """The first line of `before` that is not in `after`, what stands there now, and its number.

    None where every line is still there in the same order: entries were only added.
    """
    old, new = before.splitlines(), after.splitlines()
    rest = iter(new)
    for line in old:
        # `in` goes on where the last search ended.
        if line not in rest:
            known = set(old)
            place = next((at for at, each in enumerate(new, 1) if each not in known), 0)
            return line.strip(), new[place - 1].strip() if place else "", place or 1
    return None
