"""What is proved at Stop, in the real client: tests that notice nothing, claims that are not so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ambidex.client.turns import Script, Text
from testing.plugin import BROKEN_TOTAL, FIXED_TOTAL, TOTAL, Site, notes
from testing.recipes import bash

pytestmark = pytest.mark.client

SUBJECT = "basket/discount.py"
DISCOUNT = '''"""What is taken off a price."""


def discounted(cents: int, percent: int) -> int:
    """The price less a discount, in favour of the shop."""
    return cents - cents * percent // 100
'''
TESTS = "tests/test_discount.py"
IMPORT = "from basket.discount import discounted\n\n\n"
WEAK_TEST = IMPORT + "def test_a_discount_takes_off():\n    assert discounted(1000, 50) < 1000\n"
GOOD_TEST = (
    IMPORT
    + """def test_a_discount_takes_off_its_share_rounded_down():
    assert discounted(1000, 50) == 500
    assert discounted(999, 50) == 500
"""
)
INERT_TEST = IMPORT + "def test_a_discount_is_computed():\n    discounted(1000, 50)\n"
INERT_ID = f"{TESTS}::test_a_discount_is_computed"

BASKET_TEST = "tests/test_basket.py"
PYTEST = f"{sys.executable} -m pytest -q -p no:cacheprovider {BASKET_TEST}"
# A busy machine runs two clients and their test suites at once. Seconds.
PATIENCE = 400.0


def committed(site: Site, name: str, text: str) -> None:
    """A file of the project that was there before the agent came."""
    site.put(name, text)
    site.git("add", "-A")
    site.git("commit", "-qm", "One more file")


def test_weak_tests_are_refused_with_what_they_miss_and_better_ones_let_go(site: Site) -> None:
    run = site.run(
        "go",
        [
            [site.write(SUBJECT, DISCOUNT), site.write(TESTS, WEAK_TEST)],
            Text("There are discounts now."),
            site.write(TESTS, GOOD_TEST),
            Text("Their tests are exact now."),
        ],
        timeout=PATIENCE,
    )
    assert site.stops() == [("block", "red"), ("pass", "green")]
    told = run.requests[2].told
    assert "mutation: discounted: " in told
    assert f"- {SUBJECT}:6 discounted:" in told
    assert (
        "`return cents - cents * percent // 100` → `return cents - cents * percent / 100`" in told
    )
    assert f"in {TESTS}" in told
    assert notes(run, "Stop") == []
    survivors = json.loads(site.read(".ambidex/evidence/survivors.json"))
    assert survivors


def test_weak_tests_that_stay_weak_are_let_go_with_a_note(site: Site) -> None:
    turns = [[site.write(SUBJECT, DISCOUNT), site.write(TESTS, WEAK_TEST)]]
    run = site.run("go", Script(turns, then=Text("It is done.")), timeout=PATIENCE)
    assert site.stops() == [("block", "red")] * 3 + [("release", "repetition")]
    (note,) = notes(run, "Stop")
    assert "Let go although" in note
    assert "3 refusals in a row brought no progress" in note
    assert f"{SUBJECT} discounted:" in note
    assert "The work is not proved" in note
    assert run.result["result"] == "It is done."


def test_what_failed_before_is_not_blamed_on_the_agent_and_the_user_hears_of_it(
    site: Site,
) -> None:
    old = "from basket.total import total\n\n\ndef test_taxes_are_added():\n"
    committed(site, "tests/test_taxes.py", old + "    assert total([100]) == 119\n")
    turns = [[site.write(SUBJECT, DISCOUNT), site.write(TESTS, GOOD_TEST)], Text("Done so.")]
    change = [site.look("basket/total.py"), site.write("basket/total.py", FIXED_TOTAL)]
    run = site.run("go", [*change, *turns], timeout=PATIENCE)
    assert site.stops() == [("pass", "green")]
    (note,) = notes(run, "Stop")
    assert "tests/test_taxes.py::test_taxes_are_added" in note
    assert "failed before the change, too" in note


def test_a_flaky_test_is_named_to_the_user_and_holds_nobody(site: Site, tmp_path: Path) -> None:
    was_here = tmp_path / "was-here"
    committed(
        site,
        "tests/test_weather.py",
        f"""from pathlib import Path


def test_the_weather_is_fine():
    was_here = Path({str(was_here)!r})
    first = not was_here.exists()
    was_here.touch()
    assert not first
""",
    )
    turns = [[site.write(SUBJECT, DISCOUNT), site.write(TESTS, GOOD_TEST)], Text("Done so.")]
    run = site.run("go", turns, timeout=PATIENCE)
    assert was_here.exists()
    assert site.stops() == [("pass", "green")]
    (note,) = notes(run, "Stop")
    assert "tests/test_weather.py::test_the_weather_is_fine" in note
    assert "flaky" in note
    census = json.loads(Path(site.state, "flaky.json").read_text())
    assert list(census) == ["tests/test_weather.py::test_the_weather_is_fine"]


def test_a_test_that_is_weakened_until_it_passes_is_refused(site: Site) -> None:
    run = site.run(
        "go",
        [
            [site.look("basket/total.py"), site.look(BASKET_TEST)],
            [
                site.write("basket/total.py", BROKEN_TOTAL),
                site.edit(BASKET_TEST, "total([100, 20]) == 120", "total([100, 20]) > 0"),
            ],
            Text("The basket is cheaper."),
            [
                site.write("basket/total.py", TOTAL),
                site.edit(BASKET_TEST, "total([100, 20]) > 0", "total([100, 20]) == 120"),
            ],
            Text("As it was."),
        ],
        timeout=PATIENCE,
    )
    assert site.stops() == [("block", "red")]
    told = run.requests[3].told
    assert "weakening: " in told
    assert "assertion-weaker" in told
    assert f"{BASKET_TEST}:5" in told
    assert "120" in told


def test_a_test_that_asserts_nothing_is_refused(site: Site) -> None:
    run = site.run(
        "go",
        [
            [site.write(SUBJECT, DISCOUNT), site.write(TESTS, INERT_TEST)],
            Text("There are discounts now."),
            site.write(TESTS, GOOD_TEST),
            Text("The test asserts something now."),
        ],
        timeout=PATIENCE,
    )
    assert site.stops() == [("block", "red"), ("pass", "green")]
    told = run.requests[2].told
    assert "inert: 1 of 1 new or changed tests prove nothing" in told
    assert f"{INERT_ID} (line 4)" in told
    assert notes(run, "Stop") == []


def test_tests_said_to_pass_that_failed_are_a_false_claim(site: Site) -> None:
    run = site.run(
        "go",
        [
            site.look("basket/total.py"),
            site.write("basket/total.py", BROKEN_TOTAL),
            bash(PYTEST),
            Text("The basket is cheaper, and all tests pass."),
            Text("The basket is cheaper; two tests fail."),
            site.write("basket/total.py", FIXED_TOTAL),
            Text("The basket costs the sum of its prices."),
        ],
        timeout=PATIENCE,
    )
    assert site.stops() == [("block", "red"), ("block", "red"), ("pass", "green")]
    told = [request.told for request in run.requests if "Not done yet" in request.told]
    assert "all tests pass" in told[0]
    assert "the last run failed" in told[0]
    assert "claims:" in told[0]


def test_a_run_that_never_was_is_a_false_claim_and_the_same_work_without_it_passes(
    site: Site,
) -> None:
    turns = [[site.write(SUBJECT, DISCOUNT), site.write(TESTS, GOOD_TEST)]]
    boast = Text("There are discounts now. I ran the tests.")
    run = site.run("go", [*turns, boast, Text("There are discounts now.")], timeout=PATIENCE)
    assert site.stops() == [("block", "red"), ("pass", "green")]
    assert "no test was run in this prompt" in run.requests[2].told
    assert notes(run, "Stop") == []
