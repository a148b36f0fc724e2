"""The shell's grammar, construct by construct."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ambidex.guard.shell import nodes
from ambidex.guard.shell.lex import MAX_DEPTH, MAX_LENGTH
from ambidex.guard.shell.nodes import (
    AndOr,
    Arithmetic,
    Assignment,
    Literal,
    Parameter,
    Pipeline,
    Redirection,
    Script,
    Simple,
    Substitution,
    Word,
)
from ambidex.guard.shell.parse import UnreadableCommand, parse
from ambidex.guard.shell.write import write


def plain(text: str) -> Word:
    return Word([Literal(text, False)])


def quoted(text: str) -> Word:
    return Word([Literal(text, True)])


def call(*words: str) -> Simple:
    return Simple([], [plain(word) for word in words], [])


def script(*commands: Any) -> Script:
    return Script([(command, ";") for command in commands])


def only(text: str) -> Any:
    """The one command of the text."""
    ((command, _),) = parse(text).items
    return command


def argument(text: str) -> list[Any]:
    """The parts of the one argument of `echo …`."""
    _, word = only("echo " + text).words
    return list(word.parts)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ab", [Literal("ab")]),
        ("'a b'", [Literal("a b", True)]),
        ('"a b"', [Literal("a b", True)]),
        ("a'b'\"c\"d", [Literal("a"), Literal("bc", True), Literal("d")]),
        (r"a\ b", [Literal("a"), Literal(" ", True), Literal("b")]),
        (r'"\$\`\"\\\a"', [Literal('$`"\\\\a', True)]),
        ("''", [Literal("", True)]),
        ('""$x', [Literal("", True), Parameter("x", "", None, None, None, False)]),
        ('"$x"', [Parameter("x", "", None, None, None, True)]),
        (r"$'\n\x41\101\u00e9\'\cA\q'", [Literal("\nAAé'\x01\\q", True)]),
        (r"$'\xc3\xa9'", [Literal("é", True)]),
        (r"$'a\0b'", [Literal("a", True)]),
        (r"$'\U000f0000'", [Literal("\ufffd", True)]),
        (r"$'\xf3\xb0\x80\x80'", [Literal("\ufffd", True)]),
        ('$"a"', [Literal("a", True)]),
        ("a\\\nb", [Literal("ab")]),
        ('"a\\\nb"', [Literal("ab", True)]),
        ("'a\\\nb'", [Literal("a\\\nb", True)]),
        ("a#b", [Literal("a#b")]),
        ("$", [Literal("$", True)]),
        ("{a,b}", [Literal("{a,b}")]),
        ("~/x*", [Literal("~/x*")]),
        ("@(a|b c)d", [Literal("@(a|b c)d")]),
        ("a\U000f0000b", [Literal("a\U000f0000b")]),
    ],
)
def test_words(text: str, parts: list[Any]) -> None:
    assert argument(text) == parts


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("$x", ("x", "", None, None, None)),
        ("${x}", ("x", "", None, None, None)),
        ("$1", ("1", "", None, None, None)),
        ("${10}", ("10", "", None, None, None)),
        ("$#", ("#", "", None, None, None)),
        ("${#}", ("#", "", None, None, None)),
        ("${#x}", ("x", "length", None, None, None)),
        ("${##}", ("#", "length", None, None, None)),
        ("${#x[@]}", ("x", "length", None, None, plain("@"))),
        ("${#-y}", ("#", "-", plain("y"), None, None)),
        ("${!x}", ("x", "indirect", None, None, None)),
        ("${!x*}", ("x", "names", plain("*"), None, None)),
        ("${!x:-y}", ("!x", ":-", plain("y"), None, None)),
        ("${!}", ("!", "", None, None, None)),
        ("${x:-a b}", ("x", ":-", plain("a b"), None, None)),
        ("${x:-'a}'}", ("x", ":-", quoted("a}"), None, None)),
        ("${x=}", ("x", "=", Word([]), None, None)),
        ("${x##*/}", ("x", "##", plain("*/"), None, None)),
        ("${x%.*}", ("x", "%", plain(".*"), None, None)),
        ("${x/a/b}", ("x", "/", plain("a"), plain("b"), None)),
        ("${x//a}", ("x", "//", plain("a"), None, None)),
        ("${x:1:2}", ("x", ":", plain("1"), plain("2"), None)),
        ("${x: -1}", ("x", ":", plain(" -1"), None, None)),
        ("${x^^}", ("x", "^^", Word([]), None, None)),
        ("${x@Q}", ("x", "@", plain("Q"), None, None)),
        ("${x[1 + 2]}", ("x", "", None, None, plain("1 + 2"))),
        ("$\\\nx", ("x", "", None, None, None)),
        ("${x\\\ny}", ("xy", "", None, None, None)),
    ],
)
def test_parameters(text: str, fields: tuple[Any, ...]) -> None:
    assert argument(text) == [Parameter(*fields, False)]


def test_inside_double_quotes_arguments_are_quoted_and_patterns_are_not() -> None:
    assert argument("\"${x:-a 'b}'}\"")[0].argument == quoted("a 'b}'")
    assert argument('"${x:-"a}b"}"')[0].argument == quoted("a}b")
    assert argument('"${x#*/}"')[0].argument == plain("*/")


@pytest.mark.parametrize("text", ["$(a b)", "`a b`", "$(a b\n)", "$(\na b #c)\n)", "$\\\n(a b)"])
def test_substitutions(text: str) -> None:
    assert argument(text) == [Substitution(script(call("a", "b")), False)]
    assert argument(f'"{text}"') == [Substitution(script(call("a", "b")), True)]


def test_nested_backticks_lose_a_layer_of_backslashes_each() -> None:
    (outer,) = argument(r"`a \`b \\\`c\\\`\``")
    assert write(outer.body) == "a $(b $(c))"
    (inside_quotes,) = argument(r'"`a \"b c\"`"')
    assert inside_quotes.body == script(Simple([], [plain("a"), quoted("b c")], []))


def test_case_with_unbalanced_brackets_inside_a_substitution() -> None:
    (part,) = argument("$(case x in a) b;; esac)")
    assert isinstance(part.body.items[0][0], nodes.Case)


def test_two_opening_brackets_are_arithmetic_or_not() -> None:
    x = Parameter("x", "", None, None, None, True)
    assert argument("$((1+$x))") == [Arithmetic([Literal("1+"), x], False)]
    assert argument("$[1+$x]") == [Arithmetic([Literal("1+"), x], False)]
    (part,) = argument("$((a); (b))")
    assert part.body == script(
        nodes.Subshell(script(call("a")), []), nodes.Subshell(script(call("b")), [])
    )
    assert only("((x > (1)))") == nodes.ArithmeticCommand([Literal("x > (1)")], [])
    assert only("((a); b)") == nodes.Subshell(
        script(nodes.Subshell(script(call("a")), []), call("b")), []
    )
    (hidden,) = argument("$((1 + $(rm x)))")
    assert hidden.parts[1] == Substitution(script(call("rm", "x")), True)


def test_process_substitutions() -> None:
    assert argument("<(a)") == [nodes.ProcessSubstitution("<", script(call("a")))]
    assert argument("x>(a)") == [
        Literal("x"),
        nodes.ProcessSubstitution(">", script(call("a"))),
    ]


def test_assignments() -> None:
    assert only("a=b c+=d e[1]=f g=(h [i]=j) k") == Simple(
        [
            Assignment("a", None, False, plain("b")),
            Assignment("c", None, True, plain("d")),
            Assignment("e", plain("1"), False, plain("f")),
            Assignment(
                "g", None, False, [plain("h"), Assignment("", plain("i"), False, plain("j"))]
            ),
        ],
        [plain("k")],
        [],
    )
    assert only("a=").assignments == [Assignment("a", None, False, Word([]))]
    assert only("declare -a x=(a b)").words[2] == Word(
        [Assignment("x", None, False, [plain("a"), plain("b")])]
    )
    assert only("env a=b").words == [plain("env"), plain("a=b")]
    assert not only("'a'=b").assignments


@pytest.mark.parametrize(
    ("text", "descriptor", "operator", "target"),
    [
        (">f", "", ">", "f"),
        ("2> f", "2", ">", "f"),
        (">>f", "", ">>", "f"),
        (">|f", "", ">|", "f"),
        ("<>f", "", "<>", "f"),
        ("2>&1", "2", ">&", "1"),
        ("<&-", "", "<&", "-"),
        ("3<&4-", "3", "<&", "4-"),
        ("{fd}>f", "{fd}", ">", "f"),
        ("&>f", "", "&>", "f"),
        ("&>>f", "", "&>>", "f"),
        ("<<<f", "", "<<<", "f"),
        (">\\\n>f", "", ">>", "f"),
    ],
)
def test_redirections(text: str, descriptor: str, operator: str, target: str) -> None:
    expected = Redirection(descriptor, operator, plain(target), None)
    assert only("a " + text) == Simple([], [plain("a")], [expected])
    assert only(text + " a") == Simple([], [plain("a")], [expected])
    assert only("(a) " + text).redirections == [expected]


def test_a_number_is_a_descriptor_only_directly_before_the_operator() -> None:
    assert only("echo 2 >f").words == [plain("echo"), plain("2")]
    assert only("echo a2>f").words == [plain("echo"), plain("a2")]


def test_here_documents() -> None:
    first, second, third = [
        command for command, _ in parse("cat <<A - <<-'B'\n$x\nA\n\t$y\n\tB\necho; ls").items
    ]
    x = Parameter("x", "", None, None, None, True)
    assert [one.body for one in first.redirections] == [
        Word([x, Literal("\n", True)]),
        Word([Literal("$y\n", True)]),
    ]
    assert (second, third) == (call("echo"), call("ls"))


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("cat <<E", ""),
        ("cat <<E\n", ""),
        ("cat <<E\nab", "ab\n"),
        ("cat <<E\na\\\nb\nE", "ab\n"),
        ("cat <<E\na\nE\\\n\nb", "a\n"),
        ("cat <<\\E\na\\\nb\nE", "a\\\nb\n"),
        ("cat <<E\n\\$x \\a \"'\nE\n", "$x \\a \"'\n"),
        ("cat <<'E F'\na\nE F\n", "a\n"),
        ("cat <<E; b\na\nE\n", "a\n"),
        ("x=$(cat <<E\na\nE\n)", "a\n"),
        ("if cat <<E\na\nE\nthen b; fi", "a\n"),
    ],
)
def test_the_text_of_a_here_document(text: str, body: str) -> None:
    found: list[Any] = []
    stack: list[Any] = [parse(text)]
    while stack:
        node = stack.pop()
        if isinstance(node, Redirection):
            found.append(node.body)
        elif isinstance(node, nodes.Node):
            stack += [getattr(node, name) for name in node.__slots__]
        elif isinstance(node, (list, tuple)):
            stack += node
    assert found == [quoted(body)]


def test_lists_and_pipelines() -> None:
    a, b, c = call("a"), call("b"), call("c")
    assert parse("a; b & c") == Script([(a, ";"), (b, "&"), (c, ";")])
    assert parse("a # b\n\nc") == script(a, c)
    assert parse(" \n") == Script([])
    assert only("a && b || c") == AndOr(a, [("&&", b), ("||", c)])
    assert only("a |\n b |& c") == Pipeline([a, b, c], ["|", "|&"], False, False)
    assert only("! a | b") == Pipeline([a, b], ["|"], True, False)
    assert only("time -p a") == Pipeline([a], [], False, True)
    assert only("! ! a") == a
    assert only("time -v a") == call("time", "-v", "a")
    assert only("a &\\\n& b") == AndOr(a, [("&&", b)])


def test_compound_commands() -> None:
    a, b, c = script(call("a")), script(call("b")), script(call("c"))
    assert only("{ a; }") == nodes.Group(a, [])
    assert only("( a )") == nodes.Subshell(a, [])
    assert only("if a; then b; fi") == nodes.If([(a, b)], None, [])
    assert only("if a\nthen b; elif b; then c; else a; fi") == nodes.If([(a, b), (b, c)], a, [])
    assert only("while a; do b; done") == nodes.While(False, a, b, [])
    assert only("until a; do b; done") == nodes.While(True, a, b, [])
    assert only("for x in y z; do a; done") == nodes.For(
        "x", [plain("y"), plain("z")], a, [], False
    )
    assert only("for x do a; done") == nodes.For("x", None, a, [], False)
    assert only("for x; { a; }") == nodes.For("x", None, a, [], False)
    assert only("select x in; do a; done") == nodes.For("x", [], a, [], True)
    assert only("for ((;;)) do a; done") == nodes.ArithmeticFor([Literal(";;")], a, [])
    assert only("if (a) then { b; } fi") == nodes.If(
        [(script(nodes.Subshell(a, [])), script(nodes.Group(b, [])))], None, []
    )
    assert only("i\\\nf a; then b; fi") == nodes.If([(a, b)], None, [])


def test_case() -> None:
    a, c = script(call("a")), script(call("c"))
    assert only("case x in (a|b) c;; d) ;& *) a;;& y) a; esac").items == [
        ([plain("a"), plain("b")], c, ";;"),
        ([plain("d")], Script([]), ";&"),
        ([plain("*")], a, ";;&"),
        ([plain("y")], a, ";;"),
    ]
    assert only("case x in esac") == nodes.Case(plain("x"), [], [])
    assert only("case x in (esac) a; esac").items == [([plain("esac")], a, ";;")]


def test_functions_and_coprocesses() -> None:
    body = nodes.Group(script(call("a")), [])
    assert only("f() { a; }") == nodes.Function("f", body)
    assert only("f ( )\n\n{ a; }") == nodes.Function("f", body)
    assert only("function a-b { a; }") == nodes.Function("a-b", body)
    assert only("function f() { a; }") == nodes.Function("f", body)
    assert only("f() (a) >x").body.redirections
    assert only("coproc a b") == nodes.Coprocess("COPROC", call("a", "b"))
    assert only("coproc { a; }") == nodes.Coprocess("COPROC", body)
    assert only("coproc N { a; }") == nodes.Coprocess("N", body)


def test_conditions_have_words_of_their_own() -> None:
    def test_words(text: str) -> list[str]:
        return [write(script(Simple([], [word], []))) for word in only(text).words]

    joined = "a < b && ( -f c || ! d )"
    assert " ".join(test_words(f"[[ {joined} ]]")) == joined
    assert test_words("[[ a =~ ^(b c|d)+ ]]") == ["a", "=~", "^(b c|d)+"]
    assert test_words("[[ a\\\n == @(b|c)\n]]") == ["a", "==", "@(b|c)"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo if then", ["echo", "if", "then"]),
        ("a=b if", ["if"]),
        ("\\if", None),
        ("echo }", ["echo", "}"]),
        ("{a", ["{a"]),
        ("!a", ["!a"]),
        ("[[a", ["[[a"]),
    ],
)
def test_reserved_words_are_so_only_where_a_command_starts(
    text: str, words: list[str] | None
) -> None:
    command = only(text)
    assert isinstance(command, Simple)
    if words is not None:
        assert command.words == [plain(word) for word in words]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("echo 'a", "a ' at position 6 is never closed"),
        ('echo "a', 'a " at position 6 is never closed'),
        ("echo `a", "a ` at position 6 is never closed"),
        ("echo $(a", "a ( at position 7 is never closed"),
        ("echo ${a", "a ${ at position 6 is never closed"),
        ("echo ${a b}", "the ${ at position 6 is a bad substitution"),
        (")", "there is an unexpected ) at position 1"),
        ("a; }", "there is an unexpected } at position 4"),
        ("do a", "there is an unexpected do at position 1"),
        ("if a; then b", "it ends in the middle of a command"),
        ("| a", "there is an unexpected | at position 1"),
        ("a && && b", "there is an unexpected && at position 6"),
        ("a ;; b", "there is an unexpected ;; at position 3"),
        ("a\\\nb )", "there is an unexpected ) at position 6"),
        ("a >", "it ends in the middle of a command"),
        ("a\0b", "there is a NUL character at position 2"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(text: str, why: str) -> None:
    with pytest.raises(UnreadableCommand) as caught:
        parse(text)
    assert str(caught.value) == why
    assert not caught.value.too_long


@pytest.mark.parametrize(
    "text",
    [
        "if",
        "then a",
        "fi",
        "{ }",
        "( )",
        "for x in a b",
        "while a do b done",
        "case x in a",
        "f()",
        "f() a",
        "a (b)",
        "echo x=(a)",
        "(a) b",
        "[[ a b ]]",
        "[[ a",
        "a=(b;c)",
        "a & ; b",
        "; a",
        "function",
        "in",
        "]]",
        "echo >",
        "a <<<",
        "${",
        "a=(b",
        "{ a",
        "}",
    ],
)
def test_what_bash_refuses_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCommand):
        parse(text)


BIG = 128 * 1024


@pytest.mark.parametrize(
    "text",
    [
        "cat <<'E'\n" + "abc def\n" * (BIG // 8) + "E\n",
        "cat <<E\n" + "\n" * BIG,
        "cat <<E\n" + "\\\n" * (BIG // 2),
        "echo '" + "a" * BIG + "'",
        'echo "' + "\\\\" * (BIG // 2) + '"',
        "echo " + "''a" * (BIG // 3),
        "echo " + "`" * BIG,
        "a b c " * (BIG // 6),
        "a;" * (BIG // 2),
        "a|" * (BIG // 2),
        "rm " + "-" * 5000 + "x",
        "$(" * 1000,
        '"$(' * 1000,
        "(" * 1000 + "a" * BIG,
        "$((" * 24 + "a" * BIG,
        "${x:-" * 1000,
        "[[ " + "( " * 1000,
        "a " + "<<b " * (BIG // 4) + "\n",
        "a\\\n" * (BIG // 3),
        "x" * (MAX_LENGTH + 1),
    ],
    ids=lambda text: text[:12],
)
def test_large_and_deep_texts_are_read_or_refused_in_time(text: str) -> None:
    start = time.process_time()
    try:
        parse(text)
    except UnreadableCommand as problem:
        assert problem.too_long or "`" in text or text.startswith("a|")
    assert time.process_time() - start < 1


def test_what_is_nested_less_than_the_bound_is_read_even_deep_inside_other_calls() -> None:
    def from_below(calls: int, text: str) -> Script:
        return from_below(calls - 1, text) if calls else parse(text)

    for opening, closing in [('"$(', ')"'), ("{ ", ";}"), ('"${x:-', '}"'), ("if a; then ", ";fi")]:
        text = opening * (MAX_DEPTH - 1) + "a" + closing * (MAX_DEPTH - 1)
        assert from_below(400, text).items
        with pytest.raises(UnreadableCommand) as caught:
            parse(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1))
        assert caught.value.too_long


def test_a_deadline_is_kept() -> None:
    with pytest.raises(UnreadableCommand) as caught:
        parse("a b c\n" * 2000, deadline=time.process_time() - 1)
    assert caught.value.too_long
    assert parse("a b c", deadline=time.process_time() + 60).items
