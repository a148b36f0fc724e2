"""Which tests execute which lines, as recorded while the tests ran; one map per work tree.

    <state>/testmaps/<key>.sqlite

`inside/ambidex_probe.py` records. Lines are kept per file with the content that they belong to, so
that they can be followed when the file changes. A run of some tests updates the map: what the
others executed is moved along with unchanged lines, and a test that had executed a line which is
gone, and did not run again, is forgotten: a test that the map does not know has to be found in
another way.

Not in the map: what child processes execute (tests that start some are marked), and what a test
gets from a cache that another test has filled.
"""

from __future__ import annotations

import os
import time
import zlib

from ambidex.proof.testmap_file import Data, Test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ambidex.proof.recording import Recording

_SLOW_SECONDS = 7 * 86_400.0
_PASSED = ("passed", "xfailed")


class TestMap:
    """The map of one work tree. Lines are those of the files as they are now, unless said.

    Attributes:
        tree: id of the tree on which it was recorded last.
        tests: all tests that are known, by node id.
        seconds: how long each took, by node id.
        complete: whether it began with the whole suite and nothing was forgotten since.
    """

    __test__ = False  # for pytest, which would take it for a test by its name

    def __init__(
        self,
        root: str,
        tree: str,
        tests: dict[str, Test],
        uses: Iterable[tuple[str, str]],
        contents: dict[str, bytes],
        lines: Mapping[str, Mapping[str, int]],
        *,
        complete: bool = False,
    ) -> None:
        self.tree = tree
        self.complete = complete
        self.tests = tests
        self.seconds = {node: test.seconds for node, test in tests.items()}
        self._root = root
        self._contents = contents
        self._lines = lines
        self._users: dict[str, list[str]] = {}
        for node, context in uses:
            self._users.setdefault(context, []).append(node)
        self._moved: dict[str, tuple[dict[int, int], bool]] = {}

    def files(self) -> list[str]:
        """The Python files in which something was executed, relative to the root, sorted."""
        return sorted(self._contents)

    def recorded(self, path: str) -> bytes | None:
        """What a file held when its lines were recorded; None for one that is not in the map."""
        packed = self._contents.get(path)
        return None if packed is None else zlib.decompress(packed)

    def reaching(self, path: str, first: int, last: int) -> set[str]:
        """The tests, whatever became of them, that executed one of the *recorded* lines.

        Args:
            path: relative to the root.
            first: a line of `recorded(path)`, 1-based.
            last: the last line, inclusive.
        """
        wanted = ((1 << (last - first + 1)) - 1) << first
        found: set[str] = set()
        for context, bits in self._lines.get(path, {}).items():
            if context and bits & wanted:
                found.update(self._users.get(context, ()))
        return found & self.tests.keys()

    def imported(self, path: str, first: int, last: int) -> bool:
        """Whether one of the *recorded* lines ran outside of all tests."""
        wanted = ((1 << (last - first + 1)) - 1) << first
        return bool(self._lines.get(path, {}).get("", 0) & wanted)

    def covering(self, path: str, first: int, last: int) -> list[str]:
        """Tests that passed and executed one of these lines after import, fastest first."""
        moved = self._now(path)[0]
        found: set[str] = set()
        for old, new in moved.items():
            if first <= new <= last:
                found |= self.reaching(path, old, old)
        passed = [node for node in found if self.tests[node].outcome in _PASSED]
        return sorted(passed, key=lambda node: (self.seconds[node], node))

    def executed(self, path: str) -> frozenset[int]:
        """The lines that any test or any import executed; a changed line counts as not executed."""
        every = 0
        for bits in self._lines.get(path, {}).values():
            every |= bits
        return self._present(path, every)

    def at_import(self, path: str) -> frozenset[int]:
        """The lines that ran outside of all tests."""
        return self._present(path, self._lines.get(path, {}).get("", 0))

    def _present(self, path: str, bits: int) -> frozenset[int]:
        moved = self._now(path)[0]
        return frozenset(moved[line] for line in numbers(bits) if line in moved)

    def _now(self, path: str) -> tuple[dict[int, int], bool]:
        """Where recorded lines are now, and whether the file is unchanged."""
        if path not in self._moved:
            before = self.recorded(path)
            now = _read(self._root, path)
            if before is None or now is None:
                self._moved[path] = ({}, False)
            else:
                from ambidex.changes.lines import moved

                self._moved[path] = (moved(before, now), before == now)
        return self._moved[path]


def load(state: str, root: str) -> TestMap | None:
    """The map of the work tree `root`; None where there is none or it can't be read."""
    from ambidex.proof import testmap_file

    data = testmap_file.read(_path(state, root))
    if data is None:
        return None
    uses = [(node, context) for node, contexts in data.uses.items() for context in contexts]
    return TestMap(
        root, data.tree, data.tests, uses, data.contents, data.lines, complete=data.complete
    )


def merge(
    state: str, root: str, recording: Recording, tree: str, nodes: Sequence[str] = ()
) -> TestMap | None:
    """Bring the map of the work tree up to date with what was just recorded.

    Args:
        state: the repository's state directory.
        root: the project's root.
        recording: what the probe wrote.
        tree: id of the tree on which the tests ran.
        nodes: what pytest was asked to run; nothing for the whole suite, which replaces the map.

    Returns:
        The new map; None where nothing was recorded or the state can't be written.
    """
    import sqlite3

    from ambidex.policy.private import Lock
    from ambidex.proof import testmap_file

    if not recording.lines:
        return None
    path = _path(state, root)
    try:
        with Lock(path + ".lock", 5):
            old = load(state, root) if nodes else None
            testmap_file.write(path, root, _merged(root, old, recording, tree, nodes))
    except (OSError, sqlite3.Error):
        return None
    return load(state, root)


def mark_slow(state: str, root: str) -> None:
    """Write down that the suite did not end in time while it was recorded."""
    from ambidex.policy.private import replace

    try:
        replace(_path(state, root) + ".slow", "", lasting=False)
    except OSError:
        return  # it will be tried again


def is_slow(state: str, root: str) -> bool:
    """Whether that was the case within the last days."""
    try:
        return time.time() - os.path.getmtime(_path(state, root) + ".slow") < _SLOW_SECONDS
    except OSError:
        return False


def numbers(bits: int) -> list[int]:
    """The positions of the bits that are set."""
    found = []
    text = bin(bits)[:1:-1]
    at = text.find("1")
    while at >= 0:
        found.append(at)
        at = text.find("1", at + 1)
    return found


def _merged(
    root: str, old: TestMap | None, recording: Recording, tree: str, nodes: Sequence[str]
) -> Data:
    data = Data(tree)
    ran = recording.tests
    data.complete = not nodes
    if old is not None:
        data.complete = old.complete
        _keep(data, old, root, ran.keys(), {node for node in nodes if "::" not in node})
    fixtures = {context for test in ran.values() for context in test.uses}
    for lines in data.lines.values():
        for context in [*ran, *(fixtures & lines.keys() & recording.contexts())]:
            lines.pop(context, None)
    for node, test in ran.items():
        data.tests[node] = Test(test.outcome, test.seconds, test.starts)
        data.uses[node] = {node, *test.uses}
    for path, contexts in recording.bits.items():
        content = _read(root, path)
        if content is None:
            continue
        data.contents.setdefault(path, zlib.compress(content, 1))
        lines = data.lines.setdefault(path, {})
        for context, bits in contexts.items():
            lines[context] = lines.get(context, 0) | bits
    known = {context for contexts in data.lines.values() for context in contexts}
    outliving = {context for context in known if "\t" in context}
    # A fixture that a test asks for while it runs: others may do so another time.
    for context, base in recording.asked.items():
        for node in data.tests:
            if node.startswith(base):
                data.uses[node].update(outliving if context == "*" else (context,))
    return data


def _keep(data: Data, old: TestMap, root: str, ran: Iterable[str], whole_files: set[str]) -> None:
    """Take over what is still true of the tests that did not run."""
    ran = set(ran)
    uses: dict[str, set[str]] = {}
    for context, users in old._users.items():
        for node in users:
            uses.setdefault(node, set()).add(context)
    gone: set[str] = set()
    for path in old.files():
        moved, same = old._now(path)
        packed = old._contents[path]
        if not same:
            content = _read(root, path)
            packed = zlib.compress(content, 1) if content is not None else b""
        lines: dict[str, int] = {}
        for context, bits in old._lines.get(path, {}).items():
            kept = bits
            if not same:
                kept = sum(1 << moved[line] for line in numbers(bits) if line in moved)
                if context and kept.bit_count() < bits.bit_count():
                    gone.update(old._users.get(context, ()))
            lines[context] = kept
        if packed:
            data.contents[path], data.lines[path] = packed, lines
    for node, test in old.tests.items():
        file = node.partition("::")[0]
        missing = not os.path.exists(os.path.join(root, file))
        if node in ran or missing or file in whole_files:
            continue
        if node in gone:
            data.complete = False
            continue
        data.tests[node] = test
        data.uses[node] = uses.get(node, {node})


def _read(root: str, path: str) -> bytes | None:
    try:
        with open(os.path.join(root, path), "rb") as file:
            return file.read()
    except OSError:
        return None


def _path(state: str, root: str) -> str:
    import hashlib

    key = hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
    return os.path.join(state, "testmaps", f"{key}.sqlite")
