"""Writes docs/rules.md from the rule files: `python -m testing.rule_table`."""

from __future__ import annotations

from testing.rule_pack import LANGUAGES, ROOT, RULES, rules

PAGE = ROOT / "docs" / "rules.md"
HEADING = """# The semgrep rules

Ambidex scans every edited Python, JavaScript and TypeScript file with these rules of its own,
offline. An `ERROR` blocks where the `scan` gate blocks; a `WARNING` is only reported. Rules of
your project (`edits.rules` in `ambidex.toml`) are added to them.

To accept a single line, end it with a comment: `nosemgrep:` and the rule's id.

## Caution

A rule sees one file and one function at a time: a value that passes through another function is
not followed. Data counts as coming from outside when it is read from an object called `request`
(in JavaScript `req`, `request`, or `ctx` with `query` and `params`), or from a text parameter of
a decorated route. A value that was tested (`is_…`, `validate…`, `in`, `startswith`) counts as
safe afterwards, and so does what a function called `get_…`, `find…`, `load…` or the like returns;
whether the test was the right one is not checked. Rules about passwords skip test files.

This page is generated; `python -m testing.rule_table` writes it.
"""
TITLES = {"python": "Python", "javascript": "JavaScript and TypeScript"}


def page() -> str:
    """The text of docs/rules.md for the rules as they are now."""
    parts = [HEADING]
    for language in LANGUAGES:
        parts.append(f"## {TITLES[language]}\n")
        rows = [
            "| rule | severity | what is wrong | what to write instead | CWE |",
            "|" + "---|" * 5,
        ]
        for rule in rules(RULES / language):
            metadata = rule["metadata"]
            cells = (rule["message"], metadata["fix"])
            what, fix = (cell.replace("|", "\\|") for cell in cells)
            rows.append(
                f"| `{rule['id']}` | {rule['severity']} | {what} | {fix} | {metadata['cwe']} |"
            )
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
