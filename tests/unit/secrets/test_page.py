"""The page about secrets lists what is detected."""

from __future__ import annotations

from ambidex.secrets.formats import FORMATS
from testing.secret_table import PAGE, render, table


def test_the_page_is_what_the_formats_say() -> None:
    page = PAGE.read_text("utf-8")
    assert page == render(page), "python -m testing.secret_table writes it"


def test_every_prefix_is_in_the_table() -> None:
    for one in FORMATS:
        for prefix in one.prefixes:
            assert f"`{prefix}`" in table()
