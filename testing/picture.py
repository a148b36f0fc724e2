"""Draws the README's picture from a real run of the demo: `python -m testing.picture`."""

from __future__ import annotations

import html
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator

from rich.console import Console

from ambidex.cli.demo import show
from ambidex.client.fire import Answer
from ambidex.demo import day
from ambidex.demo.stage import Stage
from testing.checkout import ROOT

PICTURE = ROOT / "docs" / "demo.svg"
COLUMNS = 100


def draw() -> str:
    """The SVG of one bad day.

    Raises:
        RuntimeError: a hook did not do its job; there is nothing to show off.
    """
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False)
    with tempfile.TemporaryDirectory(prefix="ambidex-picture-") as folder:
        stage = Stage(folder, "data")
        if not show(console, without_folders(day.play(stage), stage), stage.state):
            raise RuntimeError("a hook did not do its job; run: ambidex demo")
    svg = console.export_svg(title="ambidex demo", unique_id="demo")
    # A picture that fetches its fonts from somewhere tells that place who looks at it.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def without_folders(scenes: Iterable[day.Scene], stage: Stage) -> Iterator[day.Scene]:
    """The scenes as if the day had been played in somebody's home."""
    for scene in scenes:
        said = scene.answer.stdout
        for folder, name in ((stage.home, "~"), (stage.project, "~/shop")):
            said = said.replace(folder, name)
        said = re.sub(
            r"repos/shop-[0-9a-f]{16}/(logs/[a-z]+)[0-9-]*-[0-9]+", r"repos/shop/\1", said
        )
        answer = Answer(scene.answer.status, said.encode(), b"", scene.answer.seconds)
        yield scene._replace(answer=answer)


def words(svg: str) -> str:
    """The text of a picture, blanks made single."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
    return " ".join(html.unescape(" ".join(texts)).split())


def main() -> None:
    """Write the picture."""
    PICTURE.write_text(draw(), encoding="utf-8")
    sys.stdout.write(f"wrote {os.path.relpath(PICTURE)}\n")


if __name__ == "__main__":
    main()
