"""Documentation that a reader can follow: links that lead somewhere, commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from ambidex.cli.exit_codes import ExitCode
from ambidex.cli.main import VERBS, ambidex
from testing.checkout import ROOT, read, tracked

PAGES = tracked("*.md")
LINK = re.compile(r"!?\[[^]]*\]\(([^)\s]+)\)")


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def dead(folder: Path, page: str) -> list[str]:
    """The links of a page in `folder` that lead to no file or heading of this checkout."""
    found = []
    for target in LINK.findall(page):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = folder / name
        if name and not path.exists():
            found.append(target)
            continue
        text = path.read_text("utf-8") if name and path.is_file() else page
        if anchor and anchor not in anchors(text):
            found.append(target)
    return found


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert dead((ROOT / path).parent, read(path)) == []


def test_a_dead_link_is_noticed() -> None:
    page = "# One\n[a](none.md) [b](README.md#nothing) [c](#one) [d](#two) [e](https://example.org)"
    assert dead(ROOT, page) == ["none.md", "README.md#nothing", "#two"]


def test_the_readme_leads_to_every_page() -> None:
    linked = set(LINK.findall(read("README.md")))
    pages = {str(path) for path in tracked("docs/*.md") if path.parent == Path("docs")}
    assert len(pages) >= 6
    assert pages <= linked


def test_the_readme_is_short() -> None:
    assert read("README.md").count("\n") <= 120


def commands(page: str) -> set[tuple[str, str]]:
    """Verbs of `ambidex` in a page's code, each with one long option or `""`."""
    found = set()
    code = re.findall(r"```.*?```|`[^`\n]+`", page, re.DOTALL)
    for text in code:
        for verb, rest in re.findall(r"(?<![\w@./-])ambidex ([a-z]+)([^\n`|;&]*)", text):
            found |= {(verb, option) for option in re.findall(r"--[a-z-]+", rest) or [""]}
    return found


def unknown(page: str) -> list[str]:
    """Verbs and options in a page that the command line does not have."""
    wrong = []
    context = click.Context(ambidex)
    for verb, option in sorted(commands(page)):
        command = ambidex.get_command(context, verb) if verb in VERBS else None
        if command is None:
            wrong.append(verb)
            continue
        inner = command.commands.values() if isinstance(command, click.Group) else []
        options = {name for one in (command, *inner) for p in one.params for name in p.opts}
        if option and option not in options and option != "--help":
            wrong.append(f"{verb} {option}")
    return wrong


@pytest.mark.parametrize(
    "path", tracked("README.md", "docs/*.md", "skills/*.md", "loop.md"), ids=str
)
def test_every_command_that_a_page_names_exists(path: Path) -> None:
    assert unknown(read(path)) == []


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert unknown("`ambidex fly` and `ambidex verify --far`") == ["fly", "verify --far"]
    assert sum(len(commands(read(path))) for path in PAGES) > 30


def test_the_exit_codes_are_documented_one_by_one() -> None:
    table = read("docs/verify.md").split("## Exit codes")[1].split("## ")[0]
    documented = [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]
    assert documented == [code.value for code in ExitCode]
