"""The errors of earlier trees, kept, so that a checker looks at each tree once."""

from __future__ import annotations

import os

from ambidex.proof.types.output import Problem, Report
from ambidex.proof.types.run import Answer, time_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.proof.subject import Subject
    from ambidex.proof.types.checkers import Checker

# One per tool and tree; the oldest give way.
_MOST_KEPT = 20


def place(subject: Subject, checker: Checker, version: str) -> str:
    """Where the earlier errors are kept: by everything that they depend on."""
    import hashlib

    folder = os.path.join(subject.root, checker.folder)
    marks = [str(getattr(subject.before, "sha", "")), checker.name, checker.folder, version]
    marks += checker.argv("", folder)
    # What is installed counts as well: with other packages a checker finds other errors.
    places = [os.path.join(folder, "node_modules"), os.path.join(subject.root, "node_modules")]
    for environment in (".venv", "venv"):
        lib = os.path.join(subject.root, environment, "lib")
        if os.path.isdir(lib):
            places += [os.path.join(lib, each, "site-packages") for each in os.listdir(lib)]
    marks += [f"{place} {time_of(place)}" for place in [checker.program, *sorted(places)]]
    digest = hashlib.sha256("\n".join(marks).encode("utf-8", "surrogateescape")).hexdigest()
    return os.path.join(subject.state, "types", "errors", f"{digest[:32]}.json")


def load(path: str) -> Answer | None:
    """What was kept at `path`, or None."""
    import json

    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        problems = [Problem(*each) for each in data["problems"]]
        report = Report(problems, int(data["checked"]), partial=bool(data["partial"]))
        return Answer(report, bool(data["failed"]), str(data["said"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(path: str, answer: Answer) -> None:
    """Write the earlier errors down; a state that can't be written costs the next run only."""
    import json

    from ambidex.policy import private

    data = {
        "problems": [problem.as_list() for problem in answer.problems],
        "checked": answer.report.checked,
        "partial": answer.report.partial,
        "failed": answer.failed,
        "said": answer.said,
    }
    try:
        private.replace(path, json.dumps(data), lasting=False)
        folder = os.path.dirname(path)
        kept = sorted((os.path.join(folder, name) for name in os.listdir(folder)), key=time_of)
        for old in kept[:-_MOST_KEPT]:
            os.unlink(old)
    except OSError:
        return
