"""What a Stop costs in total: all gates on a diff of ten lines with a fitting test.

`ambidex verify` runs the same gates as the Stop hook, in a process of its own. Three libraries
get a function or a branch more and a test for it. First: nothing is known but the commit. Next:
the same change after one more test, which is what the second Stop of a session finds.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from bench import libraries
from bench.measure import Cost, cost, typical
from bench.project import Failed, Project, make

RESULTS = Path(__file__).parent / "results" / "stop.json"
ROUNDS = 3
DEADLINE = 90.0
TYPICAL = 10.0


class Edit(NamedTuple):
    """A change of a library: text that is put before another, and a file of tests."""

    library: str
    path: str
    anchor: str
    added: str
    test_path: str
    test: str


EDITS = (
    Edit(
        "itsdangerous",
        "src/itsdangerous/encoding.py",
        "def bytes_to_int(",
        '''def chunks(value: bytes, size: int) -> list[bytes]:
    """Split ``value`` into pieces of ``size`` bytes; the last may be shorter."""
    if size < 1:
        raise ValueError("size has to be positive")

    pieces = []
    for start in range(0, len(value), size):
        pieces.append(value[start : start + size])
    return pieces


''',
        "tests/test_itsdangerous/test_chunks.py",
        """import pytest

from itsdangerous.encoding import chunks


@pytest.mark.parametrize("size", [0, -1])
def test_size_has_to_be_positive(size):
    with pytest.raises(ValueError):
        chunks(b"abc", size)


@pytest.mark.parametrize(
    ("value", "size", "expected"),
    [
        (b"", 2, []),
        (b"abc", 1, [b"a", b"b", b"c"]),
        (b"abcde", 2, [b"ab", b"cd", b"e"]),
        (b"ab", 2, [b"ab"]),
    ],
)
def test_pieces(value, size, expected):
    assert chunks(value, size) == expected
""",
    ),
    Edit(
        "itsdangerous",
        "src/itsdangerous/signer.py",
        '        elif self.key_derivation == "none":\n',
        """        elif self.key_derivation == "hmac-twice":
            first = hmac.new(secret_key, digestmod=self.digest_method)
            first.update(self.salt)
            second = hmac.new(first.digest(), digestmod=self.digest_method)
            second.update(self.salt)
            return second.digest()
""",
        "tests/test_itsdangerous/test_twice.py",
        """import hashlib
import hmac

from itsdangerous.signer import Signer


def test_key_is_derived_twice():
    signer = Signer("secret", salt="salt", key_derivation="hmac-twice")
    once = hmac.new(b"secret", b"salt", hashlib.sha1).digest()
    assert signer.derive_key() == hmac.new(once, b"salt", hashlib.sha1).digest()
    assert signer.unsign(signer.sign("value")) == b"value"


def test_digest_method_is_used():
    signer = Signer(
        "secret", salt="salt", key_derivation="hmac-twice", digest_method=hashlib.sha256
    )
    once = hmac.new(b"secret", b"salt", hashlib.sha256).digest()
    assert signer.derive_key() == hmac.new(once, b"salt", hashlib.sha256).digest()
""",
    ),
    Edit(
        "cachetools",
        "src/cachetools/__init__.py",
        "    def __contains__(self, key):\n        return key in self.__data\n",
        '''    def fits(self, value):
        """Whether a value can be stored, if all others have to go."""
        size = self.getsizeof(value)
        if size < 0:
            raise ValueError("value size must be non-negative")
        return size <= self.__maxsize

''',
        "tests/test_fits.py",
        """import pytest

from cachetools import Cache


@pytest.mark.parametrize(("value", "expected"), [(0, True), (5, True), (6, False)])
def test_fits(value, expected):
    assert Cache(maxsize=5, getsizeof=lambda size: size).fits(value) is expected


def test_every_value_counts_one():
    assert Cache(maxsize=1).fits("value") is True
    assert Cache(maxsize=0).fits("value") is False


def test_sizes_are_not_negative():
    with pytest.raises(ValueError):
        Cache(maxsize=5, getsizeof=lambda size: size).fits(-1)
""",
    ),
    Edit(
        "structlog",
        "src/structlog/_utils.py",
        "def get_processname()",
        '''def shortened(text: str, most: int) -> str:
    """The text, cut to at most *most* characters, an ellipsis included."""
    if most < 1:
        raise ValueError("most has to be positive")

    if len(text) <= most:
        return text

    return text[: most - 1] + "…"


''',
        "tests/test_shortened.py",
        """import pytest

from structlog._utils import shortened


@pytest.mark.parametrize("most", [0, -1])
def test_most_has_to_be_positive(most):
    with pytest.raises(ValueError):
        shortened("text", most)


@pytest.mark.parametrize(
    ("most", "expected"), [(5, "text"), (4, "text"), (3, "te…"), (1, "…")]
)
def test_shortened(most, expected):
    assert shortened("text", most) == expected
""",
    ),
)


class Stop(NamedTuple):
    """One measured change.

    `gates` are each gate's status and seconds in the first call.
    """

    label: str
    first: Cost
    next: Cost
    status: str
    gates: dict[str, tuple[str, float]]


def apply(edit: Edit, project: Project) -> None:
    """Make the change."""
    file = project.root / edit.path
    text = file.read_text()
    if text.count(edit.anchor) != 1:
        raise Failed(f"{edit.path} has no single {edit.anchor!r}")
    file.write_text(text.replace(edit.anchor, edit.added + edit.anchor))
    (project.root / edit.test_path).write_text(edit.test)


def measure(edit: Edit, folder: Path, library: libraries.Library, rounds: int) -> Stop:
    """Time the gates on a change, first and next, medians."""
    first, following = [], []
    told: dict[str, Any] = {}
    for number in range(rounds):
        project = make(library, folder / str(number))
        apply(edit, project)
        took, told = _verify(project)
        first.append(took)
        with (project.root / edit.test_path).open("a") as file:
            file.write("\n\ndef test_more():\n    assert True\n")
        following.append(_verify(project)[0])
    gates = {each["gate"]: (each["status"], each["seconds"]) for each in told["verdicts"]}
    label = f"{edit.library} {Path(edit.path).name}"
    return Stop(label, typical(first), typical(following), told["status"], gates)


def _verify(project: Project) -> tuple[Cost, dict[str, Any]]:
    """What `ambidex verify` costs, and its report."""
    report = project.home / "verdicts.json"
    # 3: of some gate there is no tool here, or nothing for it to judge.
    words = ("verify", "--format", "json", "--output", str(report))
    took = cost(lambda: project.ambidex(*words, fine=(0, 1, 3)))
    return took, json.loads(report.read_text())


def main(rounds: int) -> int:
    """Time all changes, print the table, write the JSON; 1 where a limit is passed."""
    known = {library.name: library for library in libraries.fetch()}
    console = Console()
    with tempfile.TemporaryDirectory() as name:
        rows = [
            measure(edit, Path(name, str(number)), known[edit.library], rounds)
            for number, edit in enumerate(EDITS)
        ]
    table = Table(title=f"a Stop in total, seconds, medians of {rounds}")
    for heading in ("", "first", "next", "limit", "typical", "CPU s", "verdict", "gates (first)"):
        table.add_column(heading, justify="right" if heading in ("first", "next") else "left")
    for row in rows:
        parts = [f"{gate} {status} {took:.1f}" for gate, (status, took) in row.gates.items()]
        table.add_row(
            row.label,
            f"{row.first.wall:.1f}",
            f"{row.next.wall:.1f}",
            f"{'met' if row.first.wall <= DEADLINE else 'MISSED'} ({DEADLINE:g})",
            f"{'met' if row.first.wall < TYPICAL else 'MISSED'} ({TYPICAL:g})",
            f"{row.first.cpu:.1f}, {row.next.cpu:.1f}",
            row.status,
            ", ".join(part for part in parts if not part.endswith(" 0.0")),
        )
    (console if console.is_terminal else Console(width=150)).print(table)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([row._asdict() for row in rows], indent=2) + "\n")
    typical = statistics.median(row.first.wall for row in rows)
    return int(any(row.first.wall > DEADLINE for row in rows) or typical >= TYPICAL)
