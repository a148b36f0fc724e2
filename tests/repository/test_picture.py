"""The README's picture shows the demo as it is."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambidex.demo import day
from ambidex.demo.stage import Stage
from testing.picture import PICTURE, without_folders, words

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[day.Scene]]:
    stage = Stage(str(tmp_path_factory.mktemp("demo")), "data")
    yield list(without_folders(day.play(stage), stage))


def missing(scenes: list[day.Scene], shown: str) -> list[str]:
    """What the scenes say of themselves and the picture does not."""
    said = [text for one in scenes for text in (one.action, f"{one.event} {one.outcome}")]
    return [text for text in said if " ".join(text.split()) not in shown]


def test_the_day_goes_as_it_should(scenes: list[day.Scene]) -> None:
    assert [one.action for one in scenes if not one.as_expected] == []
    assert len(scenes) >= 8


def test_the_picture_shows_every_scene(scenes: list[day.Scene]) -> None:
    assert missing(scenes, words(PICTURE.read_text(encoding="utf-8"))) == []


def test_a_scene_that_the_picture_lacks_would_be_noticed(scenes: list[day.Scene]) -> None:
    shown = words(PICTURE.read_text(encoding="utf-8"))
    changed = scenes[0]._replace(action="does something new")
    assert missing([changed], shown) == ["does something new"]


def test_the_picture_is_whole_by_itself_and_names_no_folder_of_a_machine() -> None:
    svg = PICTURE.read_text(encoding="utf-8")
    assert "url(" not in re.sub(r"url\(#[^)]*\)", "", svg)
    assert tempfile.gettempdir() not in svg
    assert str(Path.home()) not in svg
