"""What a tree looks like when it is written again."""

from __future__ import annotations

import pytest

from ambidex.guard.shell.parse import parse
from ambidex.guard.shell.write import write


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("rm   -rf  /tmp/x", "rm -rf /tmp/x"),
        ("r\\m \"a\"'b' c\\ d", "r'm' 'ab' c' 'd"),
        ('echo "it\'s $HOME/x"', 'echo "it\'s $HOME/x"'),
        ("echo `a`$(b)", "echo $(a)$(b)"),
        ("a&&b||c;d&", "a && b || c; d &"),
        ("cat <<E|b\nx\nE\nc", "cat <<E | b\nx\nE\nc"),
        ("x=$(cat <<'E'\n$a\nE\n)", "x=$(cat <<'E'\n$a\nE\n)"),
        ("if a\nthen b\nfi", "if a; then b; fi"),
        ("for x in 1 2\ndo a\ndone >f", "for x in 1 2; do a; done >f"),
        ("case $x in a|b) c;; esac", "case $x in (a | b) c ;; esac"),
        ("$( (a) )", "$( (a))"),
        ("((a+1))", "((a+1))"),
        ("f () { a; }", "f() { a; }"),
        ("<x if", "<x if"),
        ("${x}y ${x}.z", "${x}y $x.z"),
        ('"${x:-"a}b"}"', '"${x:-"a}b"}"'),
        ("! time -p a", "time ! a"),
        ("r\\\nm x", "rm x"),
    ],
)
def test_one_form_for_all_ways_to_write_the_same(text: str, written: str) -> None:
    assert write(parse(text)) == written
    assert parse(written) == parse(text)
