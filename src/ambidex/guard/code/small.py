"""Reads lua, R, Tcl and AppleScript for the few functions with which they reach out.

Hot path: the guard's own words.
"""

from __future__ import annotations

from ambidex.guard.code import expressions, handlers
from ambidex.guard.code.language import Language
from ambidex.guard.code.tokens import Lexis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.invocation import Invocation

_LUA = Language(
    "lua",
    Lexis("--", {"'": "", '"': ""}, block=("--[[", "]]")),
    handlers.table(
        (handlers.first_shell, "os.execute io.popen vim.fn.system"),
        (handlers.code, "load loadstring"),
        (handlers.remove, "os.remove lfs.rmdir"),
        (handlers.move, "os.rename"),
        (handlers.opened, "io.open io.output"),
        (handlers.read, "io.lines dofile"),
        (handlers.printed, "print"),
        (handlers.put, "io.write"),
        (handlers.variable, "os.getenv"),
    ),
    handlers.table((handlers.written, "write"), (handlers.contents, "read")),
    joins=("..", "+"),
    bare=True,
)
_R = Language(
    "r",
    Lexis("#", {"'": "", '"': "", "`": ""}),
    handlers.table(
        (handlers.first_shell, "system shell pipe"),
        (handlers.program, "system2"),
        (handlers.remove, "unlink file.remove fs.file_delete"),
        (handlers.remove_tree, "fs.dir_delete"),
        (handlers.move, "file.rename"),
        (handlers.copy, "file.copy"),
        (handlers.read, "readLines read.csv readRDS source scan"),
        (handlers.mode, "Sys.chmod"),
        (handlers.path, "file.path"),
        (handlers.same, "path.expand normalizePath"),
        (handlers.fetch, "download.file httr.POST httr.GET"),
        (handlers.put, "cat print"),
    ),
    {},
    canonical=lambda name: name.replace("base.", ""),
)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what `text`, code of one of the languages here, would do."""
    language, arguments = changes.get("language", ""), changes.get("arguments", [])
    if language == "tcl":
        _tcl(text, call)
    elif language == "osascript":
        _osascript(text, call)
    else:
        known = _LUA if language == "lua" else _R
        expressions.read(text, call, known, arguments, changes.get("depth", 0))


def _tcl(text: str, call: Invocation) -> None:
    """Tcl and expect: commands are lines of words."""
    from ambidex.guard.programs.prefixes import split_words

    for line in text.replace("[exec", "\nexec").replace(";", "\n").split("\n"):
        words = split_words(line.strip().replace("{", '"').replace("}", '"').rstrip("]"))
        if not words:
            continue
        if words[0] in ("exec", "spawn", "system"):
            rest = [word for word in words[1:] if word not in ("-noecho", "--", "-ignorestderr")]
            if words[0] == "system":
                call.script(" ".join(rest))
            else:
                call.run(rest)
        elif words[:2] == ["file", "delete"]:
            paths = [word for word in words[2:] if not word.startswith("-")]
            for path in paths:
                call.delete(path, flags=("recursive", "force") if "-force" in words else ())
        elif words[:2] == ["file", "rename"] and len(words) > 3:
            call.emit("move", path=words[-2], target=call.path(words[-1]))
        elif words[0] == "open" and len(words) > 2 and words[2][:1] in ("w", "a"):
            call.write(words[1])
        elif words[0] == "send" and "\\r" in line:
            call.script(" ".join(words[1:]).replace("\\r", "").replace("--", "").strip())


def _osascript(text: str, call: Invocation) -> None:
    """AppleScript's `do shell script "…"`, and JavaScript for Automation's `doShellScript`."""
    for phrase in ("do shell script", "doShellScript(", "do script"):
        for behind in text.split(phrase)[1:]:
            piece = behind.lstrip()
            quote = piece[:1]
            if quote in ("'", '"'):
                body, at = [], 1
                while at < len(piece) and piece[at] != quote:
                    at += piece[at] == "\\"
                    body.append(piece[at : at + 1])
                    at += 1
                call.script("".join(body))
                if "administrator privileges" in piece[at:]:
                    call.emit("root", action="osascript", target="root")
