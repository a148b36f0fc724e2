"""What a message claims was done and found: results of tests and tools, commands, files.

Precision before recall: a sentence counts only as a plain statement in English. Code, quotations,
questions, conditions, advice, plans, negations, statements about earlier or about others are no
claims here, although some of them are in fact.
"""

from __future__ import annotations

import re

from ambidex.proof.claims import hedges

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS_PASS, TOOL_PASSES, RAN, RAN_TESTS, WROTE, DELETED = (
    "tests pass",
    "tool passes",
    "ran",
    "ran tests",
    "wrote",
    "deleted",
)
_MOST_CHARACTERS = 20_000

_FENCE = re.compile(r"^[ \t]*(```+|~~~+).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_QUOTE = re.compile(r"“[^”\n]*”|(?<!\w)\"[^\"\n]*\"")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d+[.)])\s+(?:\[[xX]\]\s+)?")
_SENTENCE = re.compile(r"(?<=[.!?])[)\"'*_]*\s+(?=[A-Z`*_(✅✓\[\d])")
_CLAUSE = re.compile(r"\s*(?:;|\s[–—]\s|\s-\s|,?\s(?:but|so|while|whereas|although|though)\s)\s*")
_TESTS = (
    r"(?:tests?(?: (?:suites?|cases?|files?|run|modules?))?|(?:test |full |whole |entire )?suite|"
    r"specs?|unit tests?|unittests|everything|pytest|jest|vitest|doctests?)"
)
_LINK = (
    r"(?: (?:in|for|from|of|under|across) (?:the |that |this )?[^\s,;:]+"
    r"(?: (?:file|module|suite|package|tests?|class))?)?"
)
_PASSES = (
    r"(?:pass(?:es|ed|ing)?|succeed(?:s|ed|ing)?|(?:(?:is|are|comes? back|came back|comes? out|"
    r"stays?|remains?) )(?:now |all |still |fully |completely |again |back (?:to )?)*"
    r"(?:green|passing|successful|ok))"
)
# `pass a flag`, `pass through`: something is handed over.
_NO_OBJECT = (
    r"(?! (?:an?|the|in (?!\d)|into|through|along|over|it|them|this|that|these|those|arguments?|"
    r"its|their|your|our|data|values?|`|explicit|to|around|down|by|as an?|\w+ing the)\b|-|\w| `)"
)
_TESTS_PASS = re.compile(
    rf"\b{_TESTS}\b(?: suite)?{_LINK}(?: \([^)]*\))?[:,]?"
    rf"(?: (?:now|all|still|also|again|both|then|continue to|consistently|successfully))* "
    rf"{_PASSES}{_NO_OBJECT}",
    re.I,
)
_TESTS_PASS_OTHERWISE = re.compile(
    r"\b(?P<n>\d+)(?:/\d+| of \d+)? (?:(?:unit |new |existing |integration )*tests? )?(?:passed|"
    r"passing)\b|\ball green\b|\bgreen across the board\b|"
    r"\b(?:tests?|test suite|pytest)\b ?(?:status|results?|run)?[:=] ?(?:✅|✓|✔|"
    r"(?:all )?(?:green|pass(?:ed|ing)?)\b)|(?:✅|✓|✔) ?(?:all )?(?:\d+ )?tests\b|"
    r"\b(?:all|every) (?:of the )?(?:\d+ )?(?:unit |existing |new )*tests? (?:\w+ )?(?:is|are|"
    r"came back|run) (?:now )?(?:green|clean(?:ly)?)|\bpassing tests?\b(?= (?:run|suite))|"
    r"\b(?:tests?|suite) (?:now )?(?:run|ran|runs) (?:green|clean(?:ly)?|successfully)|"
    r"\b(?:passes|passed) all (?:the |of the |existing |our |its |\d+ )*tests\b|"
    r"\bgreen (?:test (?:run|suite)|suite)\b|\bNOFAIL in the (?:test )?suite\b|"
    r"\btests?(?: suite)?(?: run)?:? NOFAIL",
    re.I,
)
_COUNT = re.compile(
    r"\b(?P<n>\d+)(?:/\d+)? (?:unit |existing |total )*(?:tests? )?"
    r"(?:are |now |all |still )*pass",
    re.I,
)
_PART = re.compile(
    r"\b(?:new|added|relevant|affected|related|these|those|my|this|both|targeted|focused|unit|"
    r"integration|regression|updated|own|specific|corresponding)\b|\.py\b|::| (?:in|for) ",
    re.I,
)
_RAN_TESTS = re.compile(
    r"(?:^|\bi(?:['’]ve| have)?(?: also| then| just)? |\bwe |[,;:] |\band |\bby |^after |\bfrom )"
    r"(?:re-?)?(?:ran|(?<=ve )run|executed|running|re-?running|exercised) "
    r"(?:the |all |every |of |our |full |whole |entire |complete |existing |relevant |new |unit |"
    r"project['’]?s? |pytest |integration |python |\d+ )*(?:test[- ]?suite|tests|suite)\b",
    re.I,
)
_THEY_PASS = re.compile(
    r"\b(?:they|it|all|everything|both)(?: \w+)? (?:pass|is green|are green)", re.I
)
_TOOL_NAMES = (
    r"ruff(?: check| format)?|mypy(?: --strict)?|pyright|basedpyright|eslint|tsc|prettier|black|"
    r"flake8|pylint|isort|clippy|cargo clippy|go vet|golangci-lint|biome|stylelint|"
    r"(?:the )?lint(?:er|ers|ing|s)?(?: checks?)?|type[- ]?check(?:er|ers|ing|s)?|"
    r"(?:the )?(?:production |full |project )?build|compilation|"
    r"format(?:ter|ting) checks?|pre-commit"
)
_TOOL_LIST = (
    rf"(?P<tools>(?:{_TOOL_NAMES})(?:(?:, | and |, and | & | / |/)(?:{_TOOL_NAMES}|tests))*)"
)
_TOOL_CLEAN = (
    r"(?:(?:(?:is|are|was|were|comes? back|came back|runs?|ran|come out|came out|stays?|remains?|"
    r"now|all|both|also|still|again|reports?|shows?|finds?|found|reported|gives?|exits?|exited|"
    r"finish(?:es|ed)|complet(?:es|ed)) )*"
    rf"(?:clean(?:ly)?|green|happy|NOFAIL|nothing(?= to|$)|pass(?:es|ed|ing)?{_NO_OBJECT}|"
    r"succeed(?:s|ed)?|successful(?:ly)?|works?$|with (?:status |code )?0)|"
    r"[:=] ?(?:✅|✓|✔|clean|ok|pass(?:ed|ing)?))"
)
_TOOL_PASSES = re.compile(
    rf"(?<![\w/.-]){_TOOL_LIST}(?: (?:on|over) `?[\w/.]+`?| with --strict)? ?{_TOOL_CLEAN}",
    re.I,
)
_TOOL_AFTER = re.compile(
    rf"\b(?:pass(?:es|ed)?|clean under|clean with|clean in|NOFAIL (?:from|in|with|by)) "
    rf"(?:both )?{_TOOL_LIST}(?![\w/-])",
    re.I,
)
_LINT_CLEAN = re.compile(
    r"\b(?:there are |has |have |with )?(?:no|zero|0) (?:remaining |new )?(?P<tool>lint(?:ing|er)?|"
    r"type|ruff|mypy|eslint|pyright|build|compile|typescript) (?:errors?|issues?|warnings?|"
    r"violations?|findings?)\b",
    re.I,
)
_RAN = re.compile(
    r"(?:^|\bi(?:['’]ve| have)?(?: also| then| just)? |\bwe |[,;:] |\band |\bthen )"
    r"(?:re-?)?(?:ran|executed|verified (?:with|by running|via|using|through)|verified it with|"
    r"checked (?:with|using|via)|confirmed (?:with|by running|via|using)|"
    r"validated (?:with|using|via|by running)|tested (?:with|using|via)|after running)"
    r"(?: (?:the|it|everything|this|them|all|full|a|final|once more|again|command|both))* "
    r"(?P<list>`[^`\n]+`(?:(?:, | and |, and | then |, then )`[^`\n]+`)*)",
    re.I,
)
_COMMAND_PASSES = re.compile(
    rf"`(?P<command>[^`\n]+)`(?: (?:run|now|all|also|still|again))*(?: {_PASSES}{_NO_OBJECT}|"
    r" (?:is|was|runs|ran|comes? back|came back|exits?|exited|reports?|reported|shows?|showed|"
    r"completed?s?|finishe[sd])(?: now| with)?"
    r" (?:clean(?:ly)?|green|successfully|NOFAIL|(?:status |code |exit code )?0\b)|"
    r"(?::| →| ->| =>| —)? ?(?:✅|✓|✔|\d+ pass(?:ed|ing)|clean\b|NOFAIL|all passed|OK\b))",
    re.I,
)

_PATH = r"[\w@~./+-]*[\w+-]\.[A-Za-z]\w{0,9}|[\w@.+-]+(?:/[\w@.+-]+)+|Makefile|Dockerfile"
_FILE = rf"`(?P<path>{_PATH})(?::\d+(?:-\d+)?)?`"
_FILES = rf"(?P<more>(?:(?:, | and |, and )`(?:{_PATH})`)*)"
_SUBJECT = (
    r"(?:^(?:\W*(?:\*\*)?(?:then|also|finally|done|first|next|second|lastly)[,:]? )?|\bi(?:['’]ve| "
    r"have)?(?: also| then| now| just)? |\bwe(?:['’]ve)? |, (?:and |then )?|\band (?:then |also )?)"
)
_WRITE = (
    r"(?P<verb>updated|created|added|modified|edited|changed|rewrote|refactored|wrote|extended|"
    r"fixed|patched|simplified|cleaned up|reworked|adjusted|corrected|introduced|"
    r"deleted|removed|implemented)"
)
_WROTE = re.compile(
    rf"{_SUBJECT}\**{_WRITE}\**:? (?:(?:the|a|an|both|new|existing|test|file|module|script|config|"
    rf"configuration|documentation|docs) )*{_FILE}(?!\(){_FILES}",
    re.I,
)
_WROTE_INTO = re.compile(
    rf"{_SUBJECT}\**(?P<verb>added|wrote|implemented|put|placed|documented|made|applied|appended|"
    r"inserted|moved|updated)\** "
    r"(?:\S+ ){0,8}?(?P<noun>tests?|test cases?|cases?|docstrings?|comments?|functions?|methods?|"
    r"class|classes|entry|lines?|sections?|validation|checks?|handling|logging|hints|annotations|"
    r"changes?|guards?|paragraphs?|note|helpers?|coverage|examples?|logic|"
    r"`[\w.]+(?:\(\))?`) "
    rf"(?:in|to|into|inside|within) (?:the |file )?{_FILE}",
    re.I,
)
_BULLET_FILE = re.compile(
    rf"^(?:\*\*)?{_FILE}(?:\*\*)?"
    r"(?: \((?P<note>new|added|created|updated|modified|deleted|removed|new file)\))?"
    r"(?:\*\*)?\s*(?:[:–—-]+|→)\s*"
    r"(?P<verb>added|updated|new|created|fixed|removed|changed|rewrote|"
    r"refactored|now|deleted|extended|implemented|replaced|moved|modified)\b",
    re.I,
)
_FILE_ONLY = re.compile(rf"^(?:\*\*)?{_FILE}(?:\*\*)?", re.I)
_LIST_HEAD = re.compile(
    r"\b(?:files? (?:i |that i |i['’]ve )?"
    r"(?P<verb>changed|modified|created|updated|added|edited|touched|deleted)|"
    r"(?:changed|modified|created|updated|edited|new) files?)\b[^.]*:?\W*$",
    re.I,
)


class Claim:
    """One statement that the record can be asked about.

    Attributes:
        kind: one of the constants above.
        text: the sentence, as it was written.
        subject: the command, the tool's name, the path; `""` for tests.
        count: how many tests are said to pass; -1 where no number is given.
        partial: only some of the tests are meant.
    """

    __slots__ = ("count", "kind", "partial", "subject", "text")

    def __init__(
        self, kind: str, text: str, subject: str = "", count: int = -1, partial: bool = False
    ) -> None:
        self.kind = kind
        self.text = text
        self.subject = subject
        self.count = count
        self.partial = partial


def claims(message: str) -> list[Claim]:
    """The claims of a message, in order, each once.

    Args:
        message: Markdown; only its first 20,000 characters are read.
    """
    found: list[Claim] = []
    seen: set[tuple[str, str]] = set()
    for text, plain, listed in _sentences(message[:_MOST_CHARACTERS]):
        for claim in _of(text, plain, listed):
            if (claim.kind, claim.subject) not in seen:
                seen.add((claim.kind, claim.subject))
                found.append(claim)
    return found


def _sentences(message: str) -> Iterator[tuple[str, str, str]]:
    """Sentences as written; without emphasis and quotations; the verb of the list they are in."""
    listed = ""
    for line in _FENCE.sub("\n", message).split("\n"):
        bare = line.strip()
        if not bare or bare.startswith((">", "|", "<!--")):
            continue
        bullet = _BULLET.match(line)
        head = _LIST_HEAD.search(bare)
        if head and not hedges.is_conditional(bare):
            listed = (head["verb"] or "changed").lower()
            continue
        if not bullet:
            listed = ""
            if bare.startswith("#"):
                continue
        for sentence in _SENTENCE.split(line[bullet.end() :] if bullet else bare):
            text = sentence.strip()
            plain = _QUOTE.sub("«»", text.replace("**", "").replace("__", ""))
            yield text, plain.strip(" *_"), listed if bullet else ""


def _of(text: str, plain: str, listed: str) -> Iterator[Claim]:
    if hedges.is_conditional(plain):
        return
    if listed:
        file = _FILE_ONLY.match(plain)
        if file:
            kind = DELETED if listed == "deleted" else WROTE
            yield Claim(kind, text, file["path"])
    for clause in _CLAUSE.split(plain):
        if clause:
            yield from _of_clause(text, clause)
    file = _BULLET_FILE.match(plain)
    if file and not hedges.is_hedged(file["verb"]):
        kind = DELETED if (file["note"] or file["verb"]).lower() == "deleted" else WROTE
        yield Claim(kind, text, file["path"])


def _of_clause(text: str, clause: str) -> Iterator[Claim]:
    clause = hedges.without_purpose(clause)
    positive = hedges.without_no(clause)
    if hedges.is_hedged(positive):
        return
    if not hedges.is_negated(positive):
        yield from _results(text, positive, clause)
    if not re.search(r"\b(?:not|never)\b|n['’]t\b", hedges.without_code(positive)):
        yield from _deeds(text, clause)


def _results(text: str, positive: str, clause: str) -> Iterator[Claim]:
    for command in _COMMAND_PASSES.finditer(positive):
        yield Claim(TOOL_PASSES, text, command["command"])
    outside = re.sub(r"`(?=pytest|ruff|mypy)([^`]*)`", r"\1", positive)
    outside = hedges.without_code(outside)
    tests = _TESTS_PASS.search(outside) or _TESTS_PASS_OTHERWISE.search(outside)
    if tests and not _is_fraction(outside):
        number = _COUNT.search(outside)
        count = int(number["n"]) if number else -1
        yield Claim(TESTS_PASS, text, "", count, partial=bool(_PART.search(clause)))
    for pattern in (_TOOL_PASSES, _TOOL_AFTER):
        for found in pattern.finditer(outside):
            for tool in re.split(r", and |, | and | & |/| / ", found["tools"]):
                name = tool.strip().lower()
                if name == "tests":
                    yield Claim(TESTS_PASS, text)
                elif name:
                    yield Claim(TOOL_PASSES, text, name)
    clean = _LINT_CLEAN.search(clause)
    if clean:
        yield Claim(TOOL_PASSES, text, clean["tool"].lower())


def _is_fraction(text: str) -> bool:
    """Whether it says that some of the tests pass: `10 of the 12`."""
    found = re.search(r"\b(\d+)(?:/| (?:out )?of (?:the |all )?)(\d+)\b", text)
    return found is not None and found[1] != found[2]


def _deeds(text: str, clause: str) -> Iterator[Claim]:
    for ran in _RAN.finditer(clause):
        for command in re.findall(r"`([^`\n]+)`", ran["list"]):
            yield Claim(RAN, text, command)
    if _RAN_TESTS.search(hedges.without_code(clause)):
        yield Claim(RAN_TESTS, text)
        if _THEY_PASS.search(clause):
            yield Claim(TESTS_PASS, text, partial=bool(_PART.search(clause)))
    for wrote in _WROTE.finditer(clause):
        verb = wrote["verb"].lower()
        kind = DELETED if verb in ("deleted", "removed") else WROTE
        paths = [wrote["path"], *re.findall(r"`([^`\n]+)`", wrote["more"])]
        for path in paths:
            yield Claim(kind, text, path)
    for into in _WROTE_INTO.finditer(clause):
        yield Claim(WROTE, text, into["path"])
