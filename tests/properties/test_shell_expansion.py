"""Words of known values become the same fields as in bash.

The generated text consists of assignments, parameters with operators, quotes and braces: it runs
no program but bash's own `printf`.
"""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from ambidex.guard import programs
from ambidex.guard.effects import UNKNOWN
from ambidex.guard.shell.evaluate import Shell
from testing.guarding import scene

BASH = shutil.which("bash") or ""

SEVERAL = ("$@", "$*", "${@:2}", "${a[@]}")
TEXT = st.text("abAB.:/-_ x1", max_size=8)
NAMES = st.sampled_from(["u", "v", "w"])
PATTERNS = st.sampled_from(
    ["a", "*", "?", "*a", "a*", "*/", "/*", "*:", ".*", "b?", "x", "[ab]", "[!a]*"]
)


@st.composite
def parameters(draw: st.DrawFn) -> str:
    name = draw(NAMES)
    kind = draw(st.integers(0, 8))
    if kind <= 1:  # not `$u`: what follows would belong to the name
        return "${" + name + "}"
    if kind == 2:
        return "${#" + name + "}"
    if kind == 3:
        operator = draw(st.sampled_from(["#", "##", "%", "%%"]))
        return "${" + name + operator + draw(PATTERNS) + "}"
    if kind == 4:
        how = draw(st.sampled_from(["/", "//", "/#", "/%"]))
        pattern = draw(PATTERNS).replace("/", "")
        assume(pattern)
        return "${" + name + how + pattern + "/" + draw(st.sampled_from(["", "z", "zz"])) + "}"
    if kind == 5:
        offset, length = draw(st.integers(0, 5)), draw(st.integers(0, 5))
        return "${" + name + f":{offset}" + draw(st.sampled_from(["", f":{length}"])) + "}"
    if kind == 6:
        operator = draw(st.sampled_from(["^", "^^", ",", ",,"]))
        return "${" + name + operator + "}"
    if kind == 7:
        operator = draw(st.sampled_from([":-", "-", ":+", "+"]))
        return "${" + name + operator + draw(st.sampled_from(["", "d", "'d e'", "$u"])) + "}"
    return draw(
        st.sampled_from(
            ["$#", "$@", "$*", "$1", "${2}", "${@:2}", "${#a[@]}", "${a[@]}", "${a[1]}"]
        )
    )


@st.composite
def words(draw: st.DrawFn) -> str:
    pieces = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.integers(0, 6))
        if kind == 0:
            pieces.append(draw(st.text("abc.:/-_", min_size=1, max_size=4)))
        elif kind == 1:
            pieces.append("'" + draw(TEXT) + "q'")
        elif kind == 2:
            pieces.append('"' + draw(parameters()) + draw(TEXT) + '"')
        elif kind == 3:
            pieces.append(draw(parameters()))
        elif kind == 4:
            pieces.append(
                draw(st.sampled_from(["{a,b}", "{1..3}", "{c..a}", "{01..3}", "{a,}", "{a", "{}"]))
            )
        elif kind == 5:
            pieces.append(
                "$((" + draw(st.sampled_from(["1+2*3", "7/2", "-7%3", "2**5", "1<2", "5-8"])) + "))"
            )
        else:
            pieces.append(draw(st.sampled_from(["$'a\\tb'", "\\ ", "\\$u", "~+/x", '"\\""'])))
    return "".join(pieces)


def assignments(values: list[str], separators: str, arguments: list[str]) -> str:
    lines = [f"{name}='{value}'" for name, value in zip("uv", values)]
    lines.append("a=('" + "' '".join(arguments or ["q"]) + "')")
    lines.append("set -- " + " ".join(f"'{argument}'" for argument in arguments))
    lines.append("unset w")
    if separators:
        lines.append(f"IFS='{separators}'")
    return "\n".join(lines) + "\n"


def by_bash(text: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [BASH, "--norc", "--noprofile", "-c", text + '; printf ".\\0"'],
        cwd=folder,
        env={"HOME": "/home/somebody", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        timeout=10,
        check=False,
    )
    fields = done.stdout.decode().split("\0")
    assume(done.returncode == 0 and fields[-2:] == [".", ""])
    return fields[:-2]


def by_the_guard(text: str, folder: Path) -> list[str]:
    shell = Shell(scene(folder))
    ran: list[list[str]] = []
    known = programs.model_of
    programs.model_of = lambda name: (  # type: ignore[assignment]
        (lambda call: ran.append(call.words)) if name == "show" else known(name)
    )
    try:
        effects = shell.evaluate(text)
    finally:
        programs.model_of = known
    assert not [effect for effect in effects if effect.kind == UNKNOWN], effects
    assert len(ran) == 1
    return ran[0][1:]


@pytest.mark.skipif(not BASH, reason="bash is what the guard is compared with")
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(
    st.lists(words(), min_size=1, max_size=3),
    st.lists(TEXT, min_size=2, max_size=2),
    st.sampled_from(["", "", ":", " :", "/", "a "]),
    st.lists(TEXT, max_size=3),
)
@example(["$u"], ["a:b::c", ""], ":", [])
@example(['"$@"', "x$@y", "$*"], ["", ""], "", ["a b", "", "c"])
@example(["${u##*/}", "${u%.*}"], ["/x/a.b.c", ""], "", [])
def test_words_become_what_bash_makes_of_them(
    tmp_path: Path, written: list[str], values: list[str], separators: str, arguments: list[str]
) -> None:
    assume("\n" not in "".join(written))
    # What becomes of empty fields of an unquoted $@ under another IFS differs between versions.
    assume(not separators or not any(several in "".join(written) for several in SEVERAL))
    before = assignments(values, separators, arguments)
    expected = by_bash(f"{before}printf '%s\\0' x {' '.join(written)}", tmp_path)[1:]
    found = by_the_guard(f"{before}show {' '.join(written)}", tmp_path)
    assert found == expected


ALPHABET = st.text("rm -f/\n;|&(){}<>$`'\"\\*?[]=#!~,.ab1:%+^@", max_size=80)
FRAGMENTS = r"""if true; then |fi|for x in a $b; do |done|while :; do |case $x in |a) |;; |esac
f() { |} |( |) |$(|${x:-|}|"|'|<<E§|E§|; |eval |x=|$x |a=(1 2)|${a[@]}|read y|< z|> w|&& |& |f |
echo hi|printf '%s' |cd /x|[[ -n $x ]]|((x++))|$((|))|{1..9}|exec 3<q|; |sh |trap f EXIT"""
PIECES = st.lists(
    st.sampled_from(FRAGMENTS.replace("\n", "|").replace("§", "\n").split("|")), max_size=25
).map("".join)


@settings(max_examples=400, deadline=2_000)
@given(st.one_of(ALPHABET, PIECES, st.text(max_size=60)))
def test_no_text_makes_it_fail(text: str) -> None:
    Shell(scene("/nowhere/project")).evaluate(text)
