from __future__ import annotations

import datetime
import difflib
import re
from pathlib import Path
from typing import Any

import pytest
import tomllib
from hypothesis import given
from hypothesis import strategies as st

from ambidex.locate import repository_state
from ambidex.policy import globs, keys
from ambidex.policy.compile import compile_policy, write_snapshot
from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.errors import PolicyError
from ambidex.policy.load import load
from ambidex.policy.sample import example, render, sample
from ambidex.policy.snapshot import read
from testing.configured_project import environment, make_project
from testing.examples import examples

TODAY = datetime.date.today()
FILES = {"src/a.py": "", "tests/golden/g.py": "", "vendor/v.py": "", "migrations/m.sql": ""}
SECTIONS = (
    *("guard", "paths", "edits", "tests", "types", "mutation", "scope", "stop", "commit"),
    *("gates", "tracks", "ledger"),
)
EVERY = {"version": 1, "track": "right"} | {name: DEFAULTS[name] for name in SECTIONS}
FULL = render(EVERY | {"guard": DEFAULTS["guard"] | example(TODAY)["guard"]})
NAMES = {name for path in keys.locate(FULL) for name in path if isinstance(name, str)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("properties") / "project", FILES)


def test_the_sample_is_accepted_as_it_is_and_with_everything_uncommented(project: Path) -> None:
    config = project / "ambidex.toml"
    text = sample(TODAY)
    uncommented = re.sub(r"^# (\[\[|\w+ = )", r"\1", text, flags=re.MULTILINE)
    for document in (text, uncommented, FULL):
        config.write_text(document)
        compile_policy(str(project))
    assert keys.locate(uncommented).keys() == keys.locate(FULL).keys()


def single_mutations(name: str) -> set[str]:
    swapped = {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)}
    dropped = {name[:i] + name[i + 1 :] for i in range(len(name))}
    doubled = {name[:i] + name[i] + name[i:] for i in range(len(name))}
    replaced = {name[:i] + "q" + name[i + 1 :] for i in range(len(name))}
    near = swapped | dropped | doubled | replaced
    # A mutation that is as near to another key (`track`, `tracks`) has no one right answer.
    others = NAMES - {name}
    return {
        each
        for each in near - NAMES
        if each and not difflib.get_close_matches(each, others, cutoff=0.9)
    }


def key_lines() -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(FULL.splitlines()):
        match = re.match(r"(\w+) = |\[+([\w.]+)\]+$", line)
        if match:
            for name in (match[1] or match[2]).split("."):
                found.append((number, name))
    return found


@examples(200)
@given(data=st.data())
def test_any_single_mutation_of_a_key_is_refused_with_the_right_nearest_name(
    project: Path, data: st.DataObject
) -> None:
    number, name = data.draw(st.sampled_from(key_lines()))
    mutated = data.draw(st.sampled_from(sorted(single_mutations(name))))
    lines = FULL.splitlines()
    lines[number] = re.sub(rf"\b{name}\b", mutated, lines[number], count=1)
    (project / "ambidex.toml").write_text("\n".join(lines))
    with pytest.raises(PolicyError) as caught:
        load(str(project))
    unknown = [problem for problem in caught.value.problems if problem.found.startswith("unknown")]
    assert [problem.nearest for problem in unknown] == [name], str(caught.value)
    assert unknown[0].line == number + 1


def policies() -> st.SearchStrategy[dict[str, Any]]:
    levels = st.sampled_from(["block", "report", "off"])
    gates = dict.fromkeys(("guard", "lint", "scan", "tests"), levels)
    some = st.lists(
        st.sampled_from(["src/**", "vendor", "*.sql", "migrations/?.sql"]), unique=True, max_size=3
    )
    text = st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\x7f"), min_size=1
    ).filter(str.strip)
    entry = st.fixed_dictionaries(
        {
            "command": text,
            "reason": text,
            "expires": st.dates(min_value=TODAY).map(lambda day: day.isoformat()),
        }
    )
    stop = st.tuples(*[st.integers(1, 7)] * 2, st.integers(7, 12)).map(
        lambda n: {
            "blocks_without_progress": min(n[:2]),
            "blocks_in_a_row": max(n[:2]),
            "max_blocks": n[2],
        }
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "track": st.sampled_from(["right", "left"]),
            "guard": st.fixed_dictionaries(
                {
                    "on_error": st.sampled_from(["ask", "deny"]),
                    "allow": st.lists(entry, max_size=3, unique_by=lambda each: each["command"]),
                }
            ),
            "paths": st.fixed_dictionaries({"golden": some}, optional={"read_only": some}),
            "edits": st.fixed_dictionaries(
                {"exclude": some, "max_findings": st.integers(1, 50)},
                optional={"max_file_bytes": st.integers(1000, 10_000_000)},
            ),
            "tests": st.fixed_dictionaries(
                {"command": st.lists(text, max_size=4), "deadline_seconds": st.integers(1, 90)}
            ),
            "stop": stop,
            "gates": st.fixed_dictionaries(
                {"right": st.fixed_dictionaries(gates)},
                optional={
                    "left": st.fixed_dictionaries({"tests": levels}, optional={"lint": levels})
                },
            ),
            "ledger": st.fixed_dictionaries({"keep_days": st.integers(1, 3650)}),
        },
    )


@examples(50)
@given(values=policies())
def test_a_policy_comes_out_of_the_snapshot_as_it_was_written(
    project: Path, values: dict[str, Any]
) -> None:
    environ = environment(project.parent)
    text = render(values)
    assert tomllib.loads(text) == values
    (project / "ambidex.toml").write_text(text, encoding="utf-8")
    compiled = compile_policy(str(project))
    state = repository_state(environ, str(project))
    write_snapshot(state, str(project), compiled)
    policy = read(environ, str(project))
    assert policy == compiled
    for section, written in values.items():
        for key, value in written.items() if isinstance(written, dict) else ():
            expected = policy[section][key]
            assert (expected | value if isinstance(value, dict) else value) == expected


@given(
    glob=st.text("ab*?/[]!-.", max_size=12),
    path=st.lists(st.text("ab.]-!", min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_matching_never_fails_and_everything_below_a_match_matches(
    glob: str, path: list[str]
) -> None:
    if globs.problem(glob) is None and globs.matches(glob, "/".join(path)):
        assert globs.matches(glob, "/".join([*path, "below"]))


@given(
    name=st.text("ab", max_size=4),
    pattern=st.text("ab*?", min_size=1, max_size=6).filter(lambda text: "**" not in text),
)
def test_names_match_as_the_equivalent_regular_expression_does(name: str, pattern: str) -> None:
    name = name or "a"
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    assert globs.matches(f"x/{pattern}", f"x/{name}") == bool(re.fullmatch(expression, name))
