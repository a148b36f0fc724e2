"""A green Stop in the real client: what it leaves in git, in the project, and for `verify`."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from ambidex.client.turns import Script, Text
from ambidex.report import evidence
from testing.plugin import BROKEN_TOTAL, FIXED_TOTAL, Site, notes

pytestmark = pytest.mark.client

SUBJECT = "basket/total.py"
SCHEMA = json.loads(Path(evidence.__file__).with_name("evidence.schema.json").read_text())
# A busy machine runs two clients and their test suites at once.
PATIENCE = 300.0


@pytest.fixture
def committing(site: Site) -> Site:
    """A project whose policy commits on green, on a branch that is protected."""
    more = '\n[commit]\non_green = true\n\n[guard]\nprotected_branches = ["main"]\n'
    site.put("ambidex.toml", site.read("ambidex.toml") + more)
    site.git("config", "user.name", "Ada")
    site.git("config", "user.email", "ada@example.invalid")
    site.git("commit", "-qam", "Commit on green")
    site.trust()
    return site


def test_green_work_is_committed_beside_a_protected_branch(committing: Site) -> None:
    site = committing
    site.put("mine.txt", "a person's own\n")
    site.git("add", "mine.txt")
    main = site.git("rev-parse", "main")
    run = site.run(
        "go",
        [site.look(SUBJECT), site.write(SUBJECT, FIXED_TOTAL), Text("Sum starts at zero now.")],
        timeout=PATIENCE,
    )
    (note,) = notes(run, "Stop")
    assert "committed 1 file to ambidex/work as" in note
    assert site.git("rev-parse", "main", "ambidex/work^").split() == [main.strip()] * 2
    assert site.git("log", "-1", "--format=%s", "ambidex/work") == "Sum starts at zero now\n"
    assert site.git("show", "ambidex/work:" + SUBJECT) == FIXED_TOTAL
    assert site.git("status", "--porcelain") == f" M {SUBJECT}\nA  mine.txt\n"


def test_what_was_refused_first_is_committed_with_the_next_prompt(committing: Site) -> None:
    site = committing
    look, spoil = site.look(SUBJECT), site.write(SUBJECT, BROKEN_TOTAL)
    mend = site.write(SUBJECT, FIXED_TOTAL)
    turns = [look, spoil, Text("I am finished."), mend, Text("Sum starts at zero now.")]
    first = site.run("go", turns, timeout=PATIENCE)
    assert site.stops() == [("block", "red"), ("pass", "green")]
    assert site.git("branch", "--list", "ambidex/work") == ""
    second = site.run("thanks", [Text("Sum starts at zero.")], resume=first.session)
    assert "committed 1 file to ambidex/work" in notes(second, "Stop")[0]


def test_the_verdict_of_a_stop_is_evidence_and_verify_uses_it(site: Site) -> None:
    script = Script([site.look(SUBJECT), site.write(SUBJECT, FIXED_TOTAL)], then=Text("Done so."))
    run = site.run("go", script, timeout=PATIENCE)
    latest = json.loads(site.read(".ambidex/evidence/latest.json"))
    jsonschema.validate(latest, SCHEMA)
    assert latest["session"] == run.session
    assert latest["overall"] == "passed"
    assert latest["tools"]["claude-code"].startswith("2.")
    done = site.command("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "by the Stop hook" in done.stdout
