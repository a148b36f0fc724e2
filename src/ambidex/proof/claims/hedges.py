"""Which sentences are no plain statements: conditions, advice, plans, negations, others' words.

The lists are of English words, and longer than they have to be: a claim that is overlooked costs
less than one that was never made.
"""

from __future__ import annotations

import re

_NO_FAILURE = re.compile(
    r"\b(?:(?:with |and |, )?(?:no|0|zero)|without(?: any)?) "
    r"(?:new |test |type |lint(?:ing|er)? |regressions? or |remaining |further |more |other )*"
    r"(?:failures?|failed|failing(?: tests)?|errors?|regressions?|issues?|warnings?|problems?|"
    r"complaints?|violations?|skipped|findings)\b",
    re.I,
)
# The whole sentence is about what may be.
_CONDITION = re.compile(
    r"\b(?:if|once|whether|unless|until|assuming|provided|in case|as soon as|make sure|ensure[sd]?|"
    r"let me know|please|todo|would you|do you|want me|instead of|rather than|"
    r"example|e\.g\.|according to|you (?:said|mentioned|ran|reported|confirmed|told|noted)|"
    r"user|readme says|docs? says?|was told|claims?|supposed|pretend|acceptance|criteri\w+|"
    r"requirements?|not sure|unclear|unverified|untested|haven['’]t|have not|couldn['’]t|"
    r"could not|didn['’]t|did not|wasn['’]t|weren['’]t|unable|cannot|can['’]t|skipped running|"
    r"without running|not run|no way to|pre-?existing|plan)\b|"
    r"\bwhen(?:ever)? (?!i\b)|\bafter (?:you|that|merging|installing|this lands)\b|"
    r"\bbefore (?:you|my|the|this|these|any|i\b)|^next(?: steps?)?:|\?\s*$",
    re.I,
)
# This clause is.
_HEDGE = re.compile(
    r"\b(?:should|would|could|will|can|may|might|must|shall|['’]ll|expect\w*|hope\w*|presumably|"
    r"likely|probably|perhaps|maybe|need(?:s|ed)? to|want\w*|recommend\w*|suggest\w*|feel free|"
    r"ideally|so that|in order|try|tried|trying|attempt\w*|intend\w*|going to|about to|appears?|"
    r"seems?|looks? like|believe|think|assume\w*|"
    r"guess|let['’]?s|let me|i['’]d|which|that (?:all|the) tests|used to|previous(?:ly)?|"
    r"earlier|original(?:ly)?|already|initially|formerly|at first|yesterday|baseline|upstream|"
    r"on main|on master|in ci|ci|locally for you|were (?:pass|fail|green|red)\w*|"
    r"was (?:pass|fail|green|red|clean|broken)\w*|had been|prior)\b",
    re.I,
)
# What was done for a purpose was done; whether the purpose was reached is another question.
_PURPOSE = re.compile(r"\bto (?:get|let|have|keep|verify|confirm|check|see|make|ensure)\b", re.I)
_PURPOSE_ALONE = re.compile(r" to (?:verify|confirm|check)(?: (?:it|this|that))?(?=[:;,.]|$)", re.I)
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|except(?:ing)?|other than|apart from|aside from|"
    r"only|some|most|many|few|half|almost|nearly|but for|fail(?:s|ed|ing|ures?)?|broken|breaks?|"
    r"errors?|unfortunately|isn['’]t|aren['’]t|don['’]t|doesn['’]t|hasn['’]t|won['’]t|yet|still "
    r"(?:fail|red|broken|pending)\w*|skip(?:s|ped)?|remaining|flaky|timed? out|hang\w*|"
    r"blocked|denied|refused|not run|pending)\b|n['’]t\b",
    re.I,
)


def without_no(clause: str) -> str:
    """`clause` with "no failures" and the like as one word, `NOFAIL`, that negates nothing."""
    return re.sub(r"\s+", " ", _NO_FAILURE.sub(" NOFAIL ", clause)).strip()


def without_purpose(clause: str) -> str:
    """`clause` without a "to verify" that says no more than why."""
    return _PURPOSE_ALONE.sub("", clause)


def is_conditional(sentence: str) -> bool:
    """Whether the whole sentence speaks of what may be, or of what others said; a question too."""
    return bool(_CONDITION.search(without_code(sentence)))


def is_hedged(clause: str) -> bool:
    """Whether a clause speaks of what is expected, advised, planned, or was so before."""
    return bool(_HEDGE.search(without_code(clause)))


def is_negated(clause: str) -> bool:
    """Whether a clause says that something is not so, or not for all."""
    words = without_code(clause)
    return bool(_NEGATION.search(words) or _PURPOSE.search(words))


def without_code(text: str) -> str:
    """`text` with empty backticks: words of commands and names say nothing about the sentence."""
    return re.sub(r"`[^`]*`", "``", text)
