"""Edits in the real client: formatted, scanned, and the model hears what it must act on."""

from __future__ import annotations

import pytest

from ambidex.client.turns import Text
from testing.plugin import CLEAN, FINDING, RULE, SLOPPY, TIDY, Site, answers, hooks
from testing.recipes import bash

pytestmark = pytest.mark.client

RECEIPT = "basket/receipt.py"
# What is written here has no tests.
PROOF = ("coverage", "mutation")


def findings(site: Site, *events: str) -> list[list[str]]:
    """For every record with verdicts, the rules that were found."""
    found = []
    for record in site.records(*events):
        if "verdicts" in record:
            verdicts = record["verdicts"]
            found.append([one["rule"] for verdict in verdicts for one in verdict["findings"]])
    return found


def test_an_edited_file_is_formatted_and_its_finding_reported(site: Site) -> None:
    run = site.run("go", [site.write(RECEIPT, SLOPPY), site.write(RECEIPT, CLEAN), Text("done")])
    assert [use.is_error for use in run.tools] == [False, False]
    first, second = (request.told for request in run.requests[1:3])
    assert f"{FINDING} Nothing here prints. Return the text instead." in first
    assert RULE not in second
    assert site.read(RECEIPT) == CLEAN
    assert findings(site, "PostToolUse") == [[RULE], []]
    rewritten = [record["rewritten"] for record in site.records("PostToolUse")]
    assert rewritten == [[RECEIPT], []]
    assert [answer["decision"] for answer in answers(run, "PostToolUse")] == ["block"]


def test_a_file_is_edited_twice_in_a_row_although_it_is_reformatted_in_between(
    site: Site,
) -> None:
    run = site.run(
        "go",
        [
            site.write(RECEIPT, SLOPPY),
            # What the model wrote is no longer there, what was made of it is.
            site.edit(RECEIPT, '"total: " + str(total)', "'sum: '+str( total )"),
            # Elsewhere in the file, and again badly formatted.
            site.edit(RECEIPT, "    print(text)", "    return   text"),
            Text("done"),
        ],
    )
    assert [use.is_error for use in run.tools] == [False] * 3, [use.result for use in run.tools]
    assert site.read(RECEIPT) == (
        'def receipt(total):\n    text = "sum: " + str(total)\n    return text\n'
    )
    rewritten = [record["rewritten"] for record in site.records("PostToolUse")]
    assert rewritten == [[RECEIPT]] * 3
    # An old finding is not reported again with the edit that leaves it, nor after it is gone.
    assert findings(site, "PostToolUse") == [[RULE], [RULE], []]


def test_an_import_that_is_written_before_its_use_survives(site: Site) -> None:
    site.switch_off(*PROOF)
    run = site.run(
        "go",
        [
            site.write(RECEIPT, "import   math\n\n\ndef receipt(total):\n    return total\n"),
            site.edit(RECEIPT, "    return total", "    return math.floor(total)"),
            Text("done"),
        ],
    )
    assert [use.is_error for use in run.tools] == [False, False]
    assert site.read(RECEIPT).startswith("import math\n")
    assert answers(run, "PostToolUse") == []
    assert site.stops() == [("pass", "green")]


def test_an_import_that_is_still_unused_at_the_end_is_reported_then(site: Site) -> None:
    site.switch_off(*PROOF)
    source = "import math\n\n\ndef receipt(total):\n    return total\n"
    run = site.run(
        "go",
        [
            site.write(RECEIPT, source),
            Text("done?"),
            site.edit(RECEIPT, "import math\n\n\n", ""),
            Text("done"),
        ],
    )
    assert answers(run, "PostToolUse") == []
    assert f"{RECEIPT}:1 F401" in run.requests[2].told
    assert site.stops() == [("block", "red"), ("pass", "green")]


def test_edits_by_a_shell_command_are_treated_in_that_very_call(site: Site) -> None:
    run = site.run(
        "go",
        [
            bash(f"cat > {RECEIPT} <<'END'\n{SLOPPY}END"),
            bash(f"sed -i 's/total: /sum: /; s/  print/  print  /' {RECEIPT}"),
            bash(f"cat {RECEIPT}; exit 3"),
            bash("printf '%s\\n' 'def  other( ):' '  print( 1 )' > basket/other.py; exit 4"),
            bash("echo quiet"),
            Text("done"),
        ],
    )
    assert [use.is_error for use in run.tools] == [False, False, True, True, False]
    written, changed, read, failed, quiet = (request.told for request in run.requests[1:6])
    assert FINDING in written
    assert FINDING in changed
    assert RULE not in read
    assert f"basket/other.py:2 {RULE}" in failed
    assert RULE not in quiet
    assert site.read(RECEIPT) == TIDY.replace("total: ", "sum: ")
    assert site.read("basket/other.py") == "def other():\n    print(1)\n"
    by_event = {
        event: [record.get("rewritten") for record in site.records(event)]
        for event in ("PostToolUse", "PostToolUseFailure")
    }
    assert by_event == {
        "PostToolUse": [[RECEIPT], [RECEIPT], None],
        "PostToolUseFailure": [None, ["basket/other.py"]],
    }


def test_nothing_is_said_when_all_is_well(site: Site) -> None:
    site.switch_off(*PROOF)
    run = site.run(
        "go",
        [
            site.write(RECEIPT, CLEAN),
            site.look(RECEIPT),
            bash("echo fine"),
            bash("exit 3"),
            Text("done"),
        ],
    )
    assert len(run.requests) == 5
    ran = [hook for hook in run.hooks if hook.event != "SessionStart"]
    assert {hook.event for hook in ran} >= {
        "UserPromptSubmit",
        "PreToolUse",
        "PostToolUse",
        "PostToolUseFailure",
        "PostToolBatch",
        "Stop",
        "SessionEnd",
    }
    assert {(hook.exit_code, hook.stdout, hook.stderr) for hook in ran} == {(0, "", "")}
    assert "mbidex" not in "\n".join(request.told for request in run.requests[1:])
    assert [hook.exit_code for hook in hooks(run, "Stop")] == [0]
    assert site.stops() == [("pass", "green")]
