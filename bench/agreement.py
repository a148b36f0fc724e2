"""Whether Ambidex and mutmut say the same of the mutants that both judge, and why where they don't.

`ambidex mutate --engine mutmut` on modules of the two libraries whose suites mutmut can run. A
difference without a reason in `REASONS` is a missed goal, whatever the percentage.
"""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from bench import libraries
from bench.project import Failed, make

RESULTS = Path(__file__).parent / "results" / "agreement.json"
LEAST = 0.99
MODULES = {
    "itsdangerous": ("encoding.py", "signer.py", "timed.py", "url_safe.py"),
    "cachetools": ("_cached.py", "func.py", "keys.py"),
}
# What is known of a difference, by library and function; see the text of `Difference`.
REASONS: dict[tuple[str, str], str] = {}

_WORDS = re.compile(
    r"mutmut: (?P<theirs>\d+) mutants in (?P<seconds>[\d.]+) s; of (?P<common>\d+) that both "
    r"judged, (?P<agreed>\d+) alike.*apart: (?P<imported>\d+) "
)
_DIFFERENCE = re.compile(r"    (?P<mutant>.+): (?P<ours>dead|alive) here, (?:dead|alive) there")


class Difference(NamedTuple):
    """One mutant on which the two disagree.

    Attributes:
        mutant: its id.
        change: function, and the text before and after.
        ours: what Ambidex says, `dead` or `alive`; mutmut says the opposite.
        reason: why, or `""` where nobody has looked.
    """

    mutant: str
    change: str
    ours: str
    reason: str


class Agreement(NamedTuple):
    """What is said of one library's modules."""

    library: str
    modules: tuple[str, ...]
    mutants: int
    theirs: int
    their_seconds: float
    common: int
    agreed: int
    imported: int
    differences: list[Difference]

    @property
    def share(self) -> float:
        """Of the mutants that both judged."""
        return self.agreed / self.common if self.common else 0.0


def compare(library: libraries.Library, folder: Path) -> Agreement:
    """Let both judge the modules of one library."""
    project = make(library, folder)
    names = MODULES[library.name]
    report = folder / "report.json"
    paths = [f"src/{library.name}/{name}" for name in names]
    done = project.ambidex("mutate", *paths, "--engine", "mutmut", "--json", str(report))
    found = _WORDS.search(done.stdout)
    if found is None:
        raise Failed(f"{library.name}: {done.stdout[-400:]}{done.stderr[-400:]}")
    files = json.loads(report.read_text())["files"]
    changes = {
        mutant["id"]: (mutant["description"], _change(file["source"], mutant))
        for file in files.values()
        for mutant in file["mutants"]
    }
    differences = []
    for each in _DIFFERENCE.finditer(done.stdout, found.end()):
        function, change = changes[each["mutant"]]
        reason = REASONS.get((library.name, function), "")
        differences.append(
            Difference(each["mutant"], f"{function}: {change}", each["ours"], reason)
        )
    return Agreement(
        f"{library.name} {library.version}",
        names,
        len(changes),
        int(found["theirs"]),
        float(found["seconds"]),
        int(found["common"]),
        int(found["agreed"]),
        int(found["imported"]),
        differences,
    )


def _change(source: str, mutant: dict[str, object]) -> str:
    """The changed lines before, and what stands in the changed place after."""
    place: dict[str, dict[str, int]] = mutant["location"]  # type: ignore[assignment]
    first, last = place["start"]["line"], place["end"]["line"]
    before = " ".join(line.strip() for line in source.split("\n")[first - 1 : last])
    return f"{before[:120]} → {str(mutant['replacement'])[:80]}"


def main() -> int:
    """Compare, print, write the JSON; 1 where they agree on too little or nobody knows why."""
    console = Console(width=150, highlight=False, markup=False)
    found = []
    with tempfile.TemporaryDirectory() as name:
        for library in libraries.fetch():
            if library.name in MODULES:
                found.append(compare(library, Path(name, library.name)))
    for each in found:
        console.print(
            f"{each.library} ({', '.join(each.modules)}): {each.mutants} mutants here, "
            f"{each.theirs} of mutmut in {each.their_seconds:.0f} s; of {each.common} that both "
            f"judge {each.agreed} alike, {each.share:.1%} (at least {LEAST:.0%}); apart: "
            f"{each.imported} in functions that run at import time"
        )
        for difference in each.differences:
            there = "alive" if difference.ours == "dead" else "dead"
            console.print(f"    {difference.change}: {difference.ours} here, {there} there")
            console.print(f"        {difference.reason or 'NOT EXPLAINED'}")
    RESULTS.parent.mkdir(exist_ok=True)
    content = [
        {**each._asdict(), "differences": [one._asdict() for one in each.differences]}
        for each in found
    ]
    RESULTS.write_text(json.dumps(content, indent=2) + "\n")
    unexplained = any(not one.reason for each in found for one in each.differences)
    return int(unexplained or any(each.share < LEAST for each in found))
