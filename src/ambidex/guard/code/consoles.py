"""Reads what consoles of databases understand besides SQL: shell escapes, files that they write.

Hot path: the guard's own words.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the console commands in `text` would do; SQL is for the database's model."""
    language = changes.get("language", "")
    reader = {"sqlite": _sqlite, "sqlite3": _sqlite, "psql": _psql, "mysql": _mysql}[language]
    for line in text.split("\n"):
        reader(line.strip(), call)


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text


def _sqlite(line: str, call: Invocation) -> None:
    name, _, rest = line.partition(" ")
    rest = rest.strip()
    if line.startswith("."):
        verb = name[1:]
        if (
            verb
            and (("shell".startswith(verb) and len(verb) > 2) or "system".startswith(verb))
            and rest
        ):
            call.script(rest)
        elif verb in ("output", "once", "out", "excel", "log", "trace") and rest:
            target = _unquoted(rest.rpartition(" ")[2] if rest.startswith("-") else rest)
            if target.startswith("|"):
                call.script(rest.partition("|")[2].rstrip("'\""))
            elif target not in ("stdout", "off", "stderr"):
                call.write(target, call.unknown("rows"))
        elif verb in ("save", "backup", "clone") and rest:
            call.write(_unquoted(rest.split(" ")[-1]), call.unknown("a database"))
        elif verb in ("read", "import") and rest:
            source = _unquoted(rest.split(" ")[0])
            if source.startswith("|"):
                call.script(_unquoted(rest)[1:])
            else:
                call.read(source)
        return
    lower = line.lower()
    for function, kind in (("writefile(", "write"), ("readfile(", "read"), ("edit(", "")):
        at = lower.find(function)
        if at >= 0 and kind:
            inside = line[at + len(function) :].lstrip()
            if inside[:1] in ("'", '"'):
                path = inside[1:].partition(inside[0])[0]
                call.write(path, call.unknown("a value")) if kind == "write" else call.read(path)
    words = lower.split()
    for word in ("vacuum", "copy"):
        if word in words and (" into " in lower or " to " in lower) and "'" in line:
            call.write(line.split("'")[-2], call.unknown("rows"))


def _psql(line: str, call: Invocation) -> None:
    at = line.find("\\!")
    if at >= 0 and not line[:at].strip().strip(";"):
        command = line[at + 2 :].strip()
        if command:
            call.script(command)
        return
    if line.startswith(("\\o ", "\\out ", "\\g ", "\\w ", "\\write ")):
        target = _unquoted(line.partition(" ")[2])
        if target.startswith("|"):
            call.script(target[1:])
        elif target:
            call.write(target, call.unknown("rows"))
    elif line.startswith(("\\i ", "\\include ", "\\ir ")):
        call.read(_unquoted(line.partition(" ")[2]))
    lower = line.lower()
    if "program" in lower.split() and "copy" in lower:
        quoted = line[lower.find("program") :].split("'")
        if len(quoted) > 1:
            call.script(quoted[1])
    elif lower.startswith("\\copy ") and " to " in lower:
        target = _unquoted(line[lower.rfind(" to ") + 4 :].strip().split(" ")[0])
        if target not in ("stdout", "pstdout"):
            call.write(target, call.unknown("rows"))


def _mysql(line: str, call: Invocation) -> None:
    for piece in line.split(";"):
        part = piece.strip()
        if part.startswith(("system ", "\\! ")):
            call.script(part.partition(" ")[2])
        elif part.startswith(("tee ", "\\T ")):
            call.write(_unquoted(part.partition(" ")[2]))
        elif part.startswith(("source ", "\\. ")):
            call.read(_unquoted(part.partition(" ")[2]))
        lower = part.lower()
        if "into outfile" in lower or "into dumpfile" in lower:
            quoted = part.split("'")
            if len(quoted) > 1:
                call.write(quoted[-2], call.unknown("rows"))
