"""Rules of a configuration that are valid one by one and cannot hold together.

Looks at the table as it is written, wrong values included, so that these problems are reported
together with all others; what has a wrong type is passed over here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from pydantic import ValidationError

from ambidex.policy import globs
from ambidex.policy.defaults import DEFAULTS
from ambidex.policy.errors import Problem, nearest_name
from ambidex.policy.explain import Place, dotted
from ambidex.policy.guard_tables import OwnRule
from ambidex.policy.project import walk


class RuleBook(Protocol):
    """What the guard knows of its rules."""

    def ids(self) -> Collection[str]:
        """Ids of all rules."""

    def refused_by(self, command: str) -> str:
        """Id of the rule that refuses a shell command, `""` when none does."""

    def failing_examples(self, entry: dict[str, Any], root: str) -> list[tuple[str, int]]:
        """Key and index of each example that a declared rule does not judge as it says."""


def contradictions(
    root: str, table: dict[str, Any], place: Place, rules: RuleBook | None
) -> list[Problem]:
    """Every contradiction in `table`.

    Args:
        root: the project's root.
        table: the configuration as written.
        place: where it is written.
        rules: the guard's rules; without them rule ids and allowed commands stay unchecked.
    """
    found = _golden_excluded(root, table, place)
    found += _budgets(table, place)
    found += _gates_without_checks(table, place)
    found += _allowed_twice(table, place)
    if rules is not None:
        found += _rules(table, place, rules)
        found += _own_rules(root, table, place, rules)
    return found


def _get(table: dict[str, Any], section: str, key: str, kind: type) -> Any:
    """The written value where it has the right type, else the default."""
    within = table.get(section)
    value = within.get(key) if isinstance(within, dict) else None
    return value if type(value) is kind else DEFAULTS[section][key]


def _is_written(table: dict[str, Any], section: str, key: str) -> bool:
    within = table.get(section)
    return isinstance(within, dict) and key in within


def _globs(table: dict[str, Any], section: str, key: str) -> list[tuple[int, str]]:
    return [
        (index, glob)
        for index, glob in enumerate(_get(table, section, key, list))
        if isinstance(glob, str) and globs.problem(glob) is None
    ]


def _golden_excluded(root: str, table: dict[str, Any], place: Place) -> list[Problem]:
    golden = [glob for _, glob in _globs(table, "paths", "golden")]
    excluded = _globs(table, "tests", "exclude") if _is_written(table, "tests", "exclude") else []
    found = []
    for index, glob in excluded:
        clash = ""
        by_files = False
        if glob.rstrip("/") in [other.rstrip("/") for other in golden]:
            clash = glob
        else:
            clash = next(
                (
                    path
                    for path in walk(root, globs.literal_start(glob), 20_000)
                    if globs.matches(glob, path) and any(globs.matches(g, path) for g in golden)
                ),
                "",
            )
            by_files = True
        if clash:
            path = ("tests", "exclude", index)
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{glob!r} excludes what paths.golden protects ({clash})",
                    "Golden tests always run: narrow one of the two globs.",
                    "globs that match no golden path",
                    surroundings=by_files,
                )
            )
    return found


# (section, key) of a budget and of the one that it must not exceed. Where only one of them is
# written, the smaller holds.
_WITHIN = (
    (("tests", "deadline_seconds"), ("stop", "deadline_seconds"), "seconds"),
    (("types", "deadline_seconds"), ("stop", "deadline_seconds"), "seconds"),
    (("mutation", "deadline_seconds"), ("stop", "deadline_seconds"), "seconds"),
    (("stop", "blocks_without_progress"), ("stop", "blocks_in_a_row"), "blocks"),
    (("stop", "blocks_in_a_row"), ("stop", "max_blocks"), "blocks"),
)


def _budgets(table: dict[str, Any], place: Place) -> list[Problem]:
    found = []
    for small, large, unit in _WITHIN:
        part, whole = _get(table, *small, int), _get(table, *large, int)
        if part <= whole or not (_is_written(table, *small) and _is_written(table, *large)):
            continue
        found.append(
            Problem(
                place.file,
                place.line(small),
                dotted(small),
                f"{part} contradicts {dotted(large)} = {whole}",
                f"Make {dotted(small)} no larger than {dotted(large)}.",
                f"at most {whole} {unit}",
            )
        )
    return found


def _gates_without_checks(table: dict[str, Any], place: Place) -> list[Problem]:
    gates = table.get("gates")
    found = []
    for track in ("right", "left"):
        levels = gates.get(track) if isinstance(gates, dict) else None
        for check in ("format", "lint", "scan"):
            level = levels.get(check) if isinstance(levels, dict) else None
            if level in ("block", "fix", "report") and not _get(table, "edits", check, bool):
                path = ("gates", track, check)
                found.append(
                    Problem(
                        place.file,
                        place.line(path),
                        dotted(path),
                        f"{level!r} contradicts edits.{check} = false",
                        f'Set the gate to "off", or edits.{check} to true.',
                        '"off"',
                    )
                )
    return found


def _allowed(table: dict[str, Any]) -> list[tuple[int, str]]:
    return [
        (index, entry["command"])
        for index, entry in enumerate(_get(table, "guard", "allow", list))
        if isinstance(entry, dict) and isinstance(entry.get("command"), str)
    ]


def _allowed_twice(table: dict[str, Any], place: Place) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for index, command in _allowed(table):
        earlier = first.setdefault(command, index)
        if earlier != index:
            path = ("guard", "allow", index, "command")
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{command!r} is allowed by guard.allow[{earlier}] already",
                    "Keep one entry, with one reason and one date.",
                    "each command once",
                )
            )
    return found


def _own_rules(root: str, table: dict[str, Any], place: Place, rules: RuleBook) -> list[Problem]:
    """Ids that no rule has, and examples that the project's own rules do not judge as they say."""
    own = [entry for entry in _get(table, "guard", "rules", list) if isinstance(entry, dict)]
    known = sorted({*rules.ids(), *(str(entry.get("id")) for entry in own)})
    found = []
    for index, change in enumerate(_get(table, "guard", "decisions", list)):
        rule = change.get("rule") if isinstance(change, dict) else None
        if isinstance(rule, str) and rule not in known:
            path: tuple[str | int, ...] = ("guard", "decisions", index, "rule")
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{rule!r} is not a rule of the guard",
                    "Correct the id, or remove the entry.",
                    "ids of guard rules",
                    nearest_name(rule, known),
                )
            )
    for index, entry in enumerate(own):
        try:
            complete = OwnRule.model_validate(entry).model_dump(mode="json")
        except ValidationError:
            continue  # said by the model
        for key, example in rules.failing_examples(complete, root):
            path = ("guard", "rules", index, key, example)
            command = complete[key][example]
            does = "lets pass" if key == "match" else "stops"
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{complete['id']} {does} {command!r}",
                    "Correct the rule or the example; `ambidex explain` shows the effects.",
                    "commands that the rule stops" if key == "match" else "commands that pass",
                )
            )
    return found


def _rules(table: dict[str, Any], place: Place, rules: RuleBook) -> list[Problem]:
    known = sorted(rules.ids())
    disabled = [rule for rule in _get(table, "guard", "disable", list) if isinstance(rule, str)]
    found = []
    for index, rule in enumerate(disabled):
        path: tuple[str | int, ...] = ("guard", "disable", index)
        if rule not in known and any(one.startswith(f"{rule}.") for one in known):
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{rule!r} is a core pack, which no policy switches off as a whole",
                    "Name the rules that do not fit here.",
                    "ids of rules, and packs off the core",
                )
            )
        elif rule not in known:
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{rule!r} is not a rule of the guard",
                    "Correct the id, or remove it.",
                    "ids of guard rules",
                    nearest_name(rule, known),
                )
            )
    for index, command in _allowed(table):
        rule = rules.refused_by(command)
        if rule and rule in disabled:
            path = ("guard", "allow", index, "command")
            found.append(
                Problem(
                    place.file,
                    place.line(path),
                    dotted(path),
                    f"{command!r} is allowed although its rule {rule} is disabled",
                    "Remove the entry, or enable the rule again.",
                    "commands that an enabled rule refuses",
                )
            )
    return found
