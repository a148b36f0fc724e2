"""The semgrep rules under test: rule files, annotated fixtures, and what semgrep says of both.

A fixture is called `<family>.<extension>.fixture`: neither linters nor pytest nor a scan of this
repository should take it for code. `@@` inside a fixture is removed before use, so that no
complete secret stands in the repository.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "src" / "ambidex" / "edits" / "rules"
FIXTURES = ROOT / "tests" / "rules"
LANGUAGES = {"python": ["python"], "javascript": ["javascript", "typescript"]}
MARKS_PER_RULE = 2
CUT = "@@"
SUFFIX = ".fixture"
# The same code must be found under TypeScript's parser as well.
ALSO_AS = {".js": ".ts", ".jsx": ".tsx"}
_MARK = re.compile(r"(?:#|//)\s*(ruleid|ok):\s*([\w-]+)")


class Match(NamedTuple):
    """One finding of a scan: the rule's short id, the file's name, first line and column."""

    rule: str
    file: str
    line: int
    column: int


def short_id(check_id: str) -> str:
    """The rule's own id; semgrep puts the configuration's path before it, with dots."""
    return check_id.rpartition(".")[2]


def rules(folder: Path) -> list[dict[str, Any]]:
    """All rules of the YAML files in `folder`, in the order of files and rules."""
    yaml = YAML(typ="safe")
    return [
        rule
        for file in sorted(folder.glob("*.yaml"))
        for rule in yaml.load(file.read_text(encoding="utf-8"))["rules"]
    ]


def render(fixtures: Path, target: Path) -> Path:
    """Write the fixtures of one language to `target` as real source files; returns `target`."""
    target.mkdir(parents=True)
    for fixture in sorted(fixtures.glob(f"*{SUFFIX}")):
        name = Path(fixture.name.removesuffix(SUFFIX))
        text = fixture.read_text(encoding="utf-8").replace(CUT, "")
        for suffix in filter(None, (name.suffix, ALSO_AS.get(name.suffix))):
            (target / name.with_suffix(suffix)).write_text(text, encoding="utf-8")
    return target


def semgrep(home: Path, *arguments: str) -> dict[str, Any]:
    """Run semgrep offline with its settings under `home`, and return its JSON.

    Raises:
        RuntimeError: semgrep printed no JSON, for example because it rejected a rule file.
    """
    environ = {
        "HOME": str(home),
        "PATH": os.pathsep.join((os.path.dirname(sys.executable), os.environ.get("PATH", ""))),
        "SEMGREP_ENABLE_VERSION_CHECK": "0",
        "SEMGREP_SEND_METRICS": "off",
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        ["semgrep", "scan", "--json", *arguments],
        cwd=home,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        raise RuntimeError(f"semgrep exited {done.returncode}: {done.stderr[-2000:]}") from error
    return answer


def scan(home: Path, config: Path, target: Path, *, experimental: bool) -> list[Match]:
    """The findings of a scan of every file in `target`, sorted.

    Raises:
        RuntimeError: a rule was skipped, a file was not parsed, or a file was not scanned.
    """
    mode = ("--experimental",) if experimental else ()
    files = sorted(str(path) for path in target.iterdir())
    answer = semgrep(home, *mode, "--metrics=off", "--config", str(config), *files)
    if answer["errors"] or answer["skipped_rules"]:
        raise RuntimeError(f"semgrep skipped something: {answer['errors']}")
    if sorted(answer["paths"]["scanned"]) != files:
        raise RuntimeError(f"semgrep scanned {answer['paths']['scanned']} of {files}")
    return sorted(
        Match(
            short_id(found["check_id"]),
            os.path.basename(found["path"]),
            found["start"]["line"],
            found["start"]["col"],
        )
        for found in answer["results"]
    )


def problems(config: Path, fixtures: Path, home: Path) -> list[str]:
    """What is wrong with the rules in `config`, judged by semgrep's own test command.

    Args:
        config: the folder of one language's rule files.
        fixtures: the folder of its fixtures.
        home: an empty folder; the rendered fixtures and semgrep's settings go there.

    Returns:
        One sentence per problem; empty when every rule ran, found every line marked `ruleid`
        and no other line of its file.
    """
    wanted = [rule["id"] for rule in rules(config)]
    target = render(fixtures, home / "fixtures")
    found = [f"{rule} has {marks}" for rule, marks in _missing_marks(wanted, target)]
    if not wanted:
        found.append("there are no rules")
    try:
        scan(home, config, target, experimental=True)
        answer = semgrep(home, "--test", "--config", str(config), str(target))
    except RuntimeError as error:
        return [*found, str(error)]
    found += [f"semgrep reports {key}: {answer[key]}" for key in _TROUBLE if answer[key]]
    ran = set()
    for file in answer["results"].values():
        for check, result in file["checks"].items():
            if result["matches"]:
                ran.add(short_id(check))
            if not result["passed"] or result["errors"]:
                found.append(f"{check} failed: {result['matches']} {result['errors']}")
    found += [f"{rule} did not run" for rule in wanted if rule not in ran]
    return found


_TROUBLE = ("config_missing_tests", "config_with_errors")


def _missing_marks(wanted: list[str], target: Path) -> list[tuple[str, str]]:
    counts: dict[tuple[str, str], int] = {}
    for path in target.iterdir():
        # The copy for TypeScript holds the same marks once more.
        if path.suffix in ALSO_AS.values():
            continue
        for mark, rule in _MARK.findall(path.read_text(encoding="utf-8")):
            counts[rule, mark] = counts.get((rule, mark), 0) + 1
    return [
        (rule, f"{counts.get((rule, mark), 0)} lines marked {mark}, not {MARKS_PER_RULE} or more")
        for rule in wanted
        for mark in ("ruleid", "ok")
        if counts.get((rule, mark), 0) < MARKS_PER_RULE
    ]
