"""SQL read for what it destroys, changes and runs; dialects are read as one.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# More is not read: a dump is data, and the first statements tell what it is.
LIMIT = 200_000


class Statement:
    """One statement.

    Attributes:
        words: its words in upper case, without strings and comments; signs are words.
        shown: its first words as they were written, for people.
        strings: the texts of its string literals.
    """

    __slots__ = ("shown", "strings", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.shown: list[str] = []
        self.strings: list[str] = []


def statements(text: str) -> Iterator[Statement]:
    """The statements of `text`, separated by `;`."""
    found = Statement()
    for kind, token in _tokens(text[:LIMIT]):
        if kind == "end":
            if found.words:
                yield found
            found = Statement()
        elif kind == "string":
            found.strings.append(token)
            found.words.append("''")
        else:
            found.words.append(token.upper())
        if kind != "end" and len(found.shown) < 6:
            found.shown.append("'…'" if kind == "string" else token)
    if found.words:
        yield found


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, count = 0, len(text)
    while at < count:
        character = text[at]
        if character.isspace():
            at += 1
        elif text.startswith("--", at) or (character == "#" and _starts_line(text, at)):
            end = text.find("\n", at)
            at = count if end < 0 else end
        elif text.startswith("/*!", at):
            at += 3  # MySQL runs what is in such a comment
            while at < count and text[at].isdigit():
                at += 1
        elif text.startswith("*/", at):
            at += 2
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            at = count if end < 0 else end + 2
        elif character == "'":
            end = _string_end(text, at)
            yield "string", text[at + 1 : end - 1]
            at = end
        elif character in '"`[' and character != "[":
            end = text.find(character, at + 1)
            end = count if end < 0 else end
            yield "name", text[at + 1 : end] or character
            at = end + 1
        elif character == ";":
            yield "end", ";"
            at += 1
        elif character.isalnum() or character in "_$\\" or not is_known(character):
            end = at + 1
            while end < count and (
                text[end].isalnum() or text[end] in "_$." or text[end] > "\u00ff"
            ):
                end += 1
            yield "word", text[at:end]
            at = end
        else:
            yield "sign", character
            at += 1


def _starts_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in "\n\r"


def _string_end(text: str, at: int) -> int:
    """Where the string literal that begins at `at` ends, behind its quote."""
    end = at + 1
    while end < len(text):
        if text[end] == "'":
            if text.startswith("''", end):
                end += 2
                continue
            return end + 1
        end += 1
    return end


# What a statement does; the first of `danger`'s values.
DESTROY = "destroy"  # a database, schema or all rows of a table go
DROP = "drop"  # one object goes
ROWS = "rows"  # all rows of a table are changed or deleted
GRANT = "grant"
RUN = "run"  # a program on the server, or a file there
ALTER = "alter"  # a column goes

_WHOLE = frozenset({"DATABASE", "SCHEMA", "TABLESPACE", "USER", "ROLE", "KEYSPACE", "OWNED"})
_PARTS = frozenset(
    (
        *("TABLE", "VIEW", "INDEX", "SEQUENCE", "FUNCTION", "PROCEDURE", "TRIGGER", "TYPE"),
        *("EXTENSION", "COLLECTION", "MATERIALIZED", "DICTIONARY", "STREAM", "PIPE", "WAREHOUSE"),
        *("STAGE", "DOMAIN", "POLICY", "PUBLICATION", "SERVER"),
    )
)
_HARMLESS_DROPS = frozenset(
    (
        *("INDEX", "VIEW", "TRIGGER", "FUNCTION", "PROCEDURE", "TEMPORARY", "TEMP", "PREPARE"),
        *("POLICY",),
    )
)


def danger(statement: Statement) -> str:
    """What is dangerous about a statement: one of this module's constants, `""` for nothing."""
    words = statement.words
    first = words[0]
    if first in ("EXPLAIN", "DESCRIBE", "DESC", "SHOW", "USE", "PRAGMA"):
        return "" if "ANALYZE" not in words[:4] else danger_of(words[words.index("ANALYZE") + 1 :])
    if first in ("WITH", "BEGIN", "IF", "DO", "DECLARE", "SET"):
        for at, word in enumerate(words[1:], 1):
            if word in ("DELETE", "UPDATE", "DROP", "TRUNCATE"):
                return danger_of(words[at:])
        return ""
    return danger_of(words)


def danger_of(words: list[str]) -> str:
    """The same for the words from the verb on."""
    if not words:
        return ""
    first, second = words[0], words[1] if len(words) > 1 else ""
    if first == "DROP":
        if second in _WHOLE:
            return DESTROY
        if second in _HARMLESS_DROPS:
            return ""
        return DROP if second in _PARTS or not is_known(second) else ""
    if first == "TRUNCATE" and second and second != "(":
        return DESTROY if "CASCADE" in words else DROP
    if first == "DELETE" and second == "FROM":
        return "" if _is_filtered(words) else ROWS
    if first == "UPDATE" and "SET" in words:
        return "" if _is_filtered(words) else ROWS
    if first == "ALTER" and "DROP" in words:
        at = words.index("DROP")
        following = words[at + 1] if at + 1 < len(words) else ""
        harmless = ("CONSTRAINT", "DEFAULT", "INDEX", "NOT", "KEY", "FOREIGN", "IDENTITY")
        return "" if following in harmless else ALTER
    if first == "ALTER" and second in ("USER", "ROLE", "SYSTEM", "LOGIN"):
        return GRANT
    if first in ("GRANT", "REVOKE") or (first == "CREATE" and second in ("USER", "ROLE", "LOGIN")):
        return GRANT if _is_wide(words) else ""
    if first == "COPY" and "PROGRAM" in words:
        return RUN
    if first in ("EXEC", "EXECUTE") and "XP_CMDSHELL" in "".join(words[1:4]):
        return RUN
    if "OUTFILE" in words or "DUMPFILE" in words or first == "XP_CMDSHELL":
        return RUN
    if first == "SELECT" and any(
        word in ("LOAD_FILE", "PG_READ_FILE", "LO_EXPORT") for word in words
    ):
        return RUN
    return ""


def _is_filtered(words: list[str]) -> bool:
    """Whether a condition chooses the rows, and not one that always holds."""
    for end in ("WHERE", "LIMIT", "USING"):
        if end in words:
            condition = words[words.index(end) + 1 :]
            return condition not in (["1"], ["TRUE"], ["1", "=", "1"], ["''", "=", "''"], [])
    return False


def _is_wide(words: list[str]) -> bool:
    text = " ".join(words)
    return words[0] == "CREATE" or any(
        part in text for part in ("ALL PRIVILEGES", "GRANT ALL", "SUPERUSER", "ON * . *", "PUBLIC")
    )
