"""Writes docs/guard-rules.md from the guard's rules: `python -m testing.guard_table`."""

from __future__ import annotations

from ambidex.guard.judge import CORE
from ambidex.guard.rulebook import OTHERS, all_rules
from ambidex.guard.rules.rule import Rule
from testing.rule_pack import ROOT

PAGE = ROOT / "docs" / "guard-rules.md"
HEADING = """# The guard's rules

What the guard stops by itself, pack by pack. `deny`: the call does not run. `ask`: a person
decides; `claude -p` takes it as a refusal. [guard.md](guard.md) says how commands are read, what a
guard cannot do, and how a project changes these answers or writes rules of its own. Packs marked
"core" are switched off rule by rule only.

Each rule has more examples than are shown here; all of them are tests, and `ambidex doctor` runs
them. Examples of paths are in a project whose policy closes `private/`, makes `vendor/` read-only
and `migrations/` add-only.

This page is generated; `python -m testing.guard_table` writes it.
"""
_SHOWN = 3


def page() -> str:
    """The text of docs/guard-rules.md for the rules as they are now."""
    parts = [HEADING]
    packs: dict[str, list[Rule]] = {}
    for rule in all_rules():
        packs.setdefault(rule.pack, []).append(rule)
    for pack, rules in packs.items():
        core = " (core)" if pack in CORE else ""
        parts.append(f"## {pack}{core}\n")
        for rule in rules:
            parts.append(_section(rule))
    parts.append(_others())
    return "\n".join(parts)


def _others() -> str:
    """What has an id and is no rule about effects."""
    rows = "".join(f"| `{one}` | {what} |\n" for one, what in OTHERS.items())
    return (
        "## Beside the rules\n\n"
        "These ids stand in answers, too. The policy may name them like rules, "
        "except for the first: `guard.on_error` says what it answers.\n\n"
        f"| id | stops |\n|---|---|\n{rows}"
    )


def _section(rule: Rule) -> str:
    stops = ", ".join(_code(command) for command in rule.match[:_SHOWN])
    passes = ", ".join(_code(command) for command in rule.not_match[:_SHOWN])
    return (
        f"### {rule.id}\n\n"
        f"{rule.decision}, {rule.severity}. Protects {rule.protects}. {rule.why}\n"
        f"Instead: {rule.instead}\n\n"
        f"- stops {stops}\n"
        f"- passes {passes}\n"
    )


def _code(command: str) -> str:
    text = command.replace("\n", "⏎")
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
