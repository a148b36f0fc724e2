"""The page about the guard's rules says what they are now: which there are and how each decides."""

from testing.guard_table import PAGE, page


def test_the_page_about_the_guards_rules_is_in_step_with_them() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
