"""Shell commands that nobody would write: known ones with mistakes, and tokens at random."""

from __future__ import annotations

import random
from pathlib import Path

import tomllib

CORPUS = Path(__file__).parent.parent / "tests" / "corpus"

# One of every construct.
SEEDS = [
    "if a; then b; elif c; then d; else e; fi",
    'while read -r x; do echo "$x"; done < f',
    "until a; do b; done",
    'for x in a "b c" $d; do rm "$x"; done',
    "for ((i=0; i<3; i++)); do echo $i; done",
    "for x; do a; done",
    "select x in a b; do c; done",
    "case $x in (a|b) c ;; d*) e ;& *) f;; esac",
    '[[ -f $x && ( $y == "a b" || ! $z =~ ^(a|b)+$ ) ]] && echo yes',
    "(( x = (1 + 2) * 3 )) || exit",
    'f() { local x=(a b "c d"); echo "${x[@]}"; }',
    "function g { a; } > out 2>&1",
    "coproc NAME { a; b; }",
    "{ a; b & } 2>/dev/null | c |& d",
    '( cd /tmp && rm -rf "$x" ) &',
    'x=$(echo `ls \\`a\\`` "$(b "c $(d)")") y+=(a [3]=b) cmd arg',
    'echo ${x:-a b} "${x#*/}" ${x//a/b} ${#x} ${!y} ${x[1]:2:3} ${x@Q} ${x^^}',
    "diff <(sort a) <(sort b) > >(tee c)",
    "echo $((1 + $(a) * (2))) $[1+2] $'a\\tb\\'c' $\"d\"",
    "cat <<A <<-'B' | c\nfoo $x $(d)\nA\n\tbar\n\tB\ne",
    "x=$(cat <<E\n$(echo 'a b') \\$x\nE\n)\necho done",
    "! time -p a | b && c || d; e & f",
    'a >&2 2>&1 <&- {fd}>>x &>y &>>z <<<"w x" <>v >|u',
    "declare -a x=(a b) y=c; export A=1 B",
    "echo @(a|b*) !(c|d e) a*(x)b {1..3} ~ #comment",
    "echo a\\ b \"c\\\"d\" 'e'\\''f' \\\\",
    "x[1+2]=3 x[a b]+=4 a=b=c d",
    "git \\\n  commit -m 'a\nb' # why\nmake && \\\nmake test",
]
_TOKENS = (
    "; & | && || ( ) { } (( )) [[ ]] if then else elif fi while until do done for in case esac ;; "
    ";& ;;& ! time coproc function select $( $(( ` \" ' \\ \n < > >> << <<- <<< >& <& &> 2> $ ${ "
    "} ${x: ${#x ${x/ # * ? @( !( a b=c d=( x[1]= $' <( >( \\\n -f == =~ - \t"
)
TOKENS = _TOKENS.split(" ")
_CHARACTERS = "'\"`$(){}[];|&<>\\ \n#!=*@~-1a\té\U000f0001"


def corpus() -> list[str]:
    """The commands of the repository's own corpus."""
    found = []
    for path in sorted(CORPUS.glob("*.toml")):
        cases = tomllib.loads(path.read_text(encoding="utf-8")).get("case", [])
        found += [case["command"] for case in cases]
    return found


def soup(chance: random.Random, most: int = 12) -> str:
    """Tokens at random."""
    glue = chance.choice([" ", "", "\n"])
    return glue.join(chance.choice(TOKENS) for _ in range(chance.randint(1, most)))


def mutated(chance: random.Random, command: str) -> str:
    """The command with up to three characters or words deleted, doubled, inserted or moved."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        kind = chance.random()
        at = chance.randint(0, len(command))
        before, after = command[:at], command[at:]
        if kind < 0.3:
            command = before + after[1:]
        elif kind < 0.4:
            command = before + after[:1] + after
        elif kind < 0.6:
            command = before + chance.choice(_CHARACTERS) + after
        elif kind < 0.8:
            command = f"{before}{chance.choice(['', ' '])}{chance.choice(TOKENS)} {after}"
        else:
            words = command.split(" ")
            word = words.pop(chance.randrange(len(words)))
            for _ in range(chance.choice([0, 1, 2])):
                words.insert(chance.randint(0, len(words)), word)
            command = " ".join(words)
    return command


def anything(chance: random.Random, known: list[str]) -> str:
    """A mutated command mostly, tokens at random otherwise."""
    if chance.random() < 0.3:
        return soup(chance)
    return mutated(chance, chance.choice(known))
