"""find and fd, which delete, write and run commands on what they find; locate, ls and tree.

Hot path: `os` and what the models share.
"""

from __future__ import annotations

import os

from ambidex.guard.programs import options
from ambidex.guard.programs.find_expression import Search, read_expression
from ambidex.guard.programs.paths import (
    asks_help,
    carry,
    inside,
    listing,
    place,
    put,
    read_all,
)
from ambidex.guard.taint import STAR, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def _find(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    words = call.arguments
    at = 0
    starts: list[str] = []
    while at < len(words) and words[at] in (
        "-H",
        "-L",
        "-P",
        "-E",
        "-X",
        "-d",
        "-s",
        "-x",
        "-f",
        "-D",
    ):
        if words[at] == "-f" and at + 1 < len(words):
            starts.append(words[at + 1])
        at += 2 if words[at] in ("-f", "-D") else 1
    while at < len(words) and (words[at][:1] not in ("-", "(", "!", ")", ",")):
        starts.append(words[at])
        at += 1
    search = read_expression(words[at:])
    if search is None:
        return  # find refuses an expression that it does not understand
    for name in search.reads:
        read_all(call, [name])
    if search.starts_from:
        starts.append(call.unknown(search.starts_from))
    starts = starts or ["."]
    printed: list[str] = []
    for start in starts:
        printed += _from(call, start, search)
    if search.prints:
        end = "\0" if "-print0" in words else "\n"
        printed += [_found(call, start, search.narrowing) + end for start in starts]
    call.output = "".join(printed)


def _found(call: Invocation, start: str, narrowing: str | None) -> str:
    """A mark for what is found below `start`, followed by what its name is known to end with."""
    shown = f"files below {call.show(start)}"
    if narrowing and narrowing.startswith(start.rstrip("/") + "/"):
        return narrowing  # a whole path, by -path
    mark = listing(call, [start], shown)
    if narrowing is None:
        return inside(start, mark)
    return inside(start, mark + (narrowing or call.unknown("(some of them)")))


def _from(call: Invocation, start: str, search: Search) -> list[str]:
    """What the actions do with what lies below one start; returns what the commands print."""
    printed = []
    for narrowing, flags in search.deletes:
        if narrowing is None:
            call.delete(start, flags=["recursive", *flags, *place(call, start)])
        else:
            known = [*flags, "found", *place(call, start)]
            call.delete(_found(call, start, narrowing), flags=known)
    for narrowing, command, in_folder in search.runs:
        found = _found(call, start, narrowing)
        replaced = [word.replace("{}", found) for word in command]
        if in_folder:
            printed.append(call.run(replaced, cwd=call.path(start)))
        else:
            printed.append(call.run(replaced))
    for name in search.writes:
        put(call, name, carry(call))
    return printed


_FD_VALUED = (
    *("max-depth", "min-depth", "exact-depth", "exclude", "type", "extension", "size", "owner"),
    *("changed-within", "changed-before", "change-newer-than", "change-older-than", "max-results"),
    *("color", "threads", "base-directory", "search-path", "path-separator", "ignore-file", "and"),
    *("format", "batch-size", "max-buffer-time", "gen-completions", "newer", "older"),
)


def _fd(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    words = call.arguments
    commands: list[list[str]] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word in ("-x", "-X", "--exec", "--exec-batch") or word.startswith("--exec="):
            at += 1
            command = [word[7:]] if word.startswith("--exec=") else []
            while at < len(words) and words[at] != ";":
                command.append(words[at])
                at += 1
            commands.append(command)
        else:
            rest.append(word)
        at += 1
    given = options.read(rest, valued="dEtecSoj", long_valued=_FD_VALUED)
    pattern = given.operands[0] if given.operands else ""
    starts = given.operands[1:] + given.all("search-path")
    base = given.last("base-directory")
    starts = [inside(base, start) for start in starts] if base else starts
    ending = given.last("e", "extension")
    narrowing: str | None = None
    if ending:
        narrowing = f"{STAR}.{ending}"
    elif pattern not in ("", ".", "^", ".*"):
        narrowing = ""
        plain = pattern[1:-1].replace("\\.", ".")
        if pattern[0] == "^" and pattern[-1] == "$" and not set(plain) & set("*+?[](){}|^$\\"):
            narrowing = plain
    printed = []
    for start in starts or [base or "."]:
        found = _found(call, start, narrowing)
        for command in commands:
            printed.append(call.run(_with_found(command, found), cwd=call.path(base or ".")))
        if not commands:
            printed.append(f"{found}\n")
    call.output = "".join(printed)


def _with_found(command: list[str], found: str) -> list[str]:
    """The placeholders of fd; without any the path comes last."""
    holders = ("{}", "{/}", "{//}", "{.}", "{/.}")
    if not any(holder in word for word in command for holder in holders):
        return [*command, found]
    replaced = []
    for word in command:
        text = word
        for holder in holders:
            text = text.replace(holder, found)
        replaced.append(text)
    return replaced


def _ls(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="ITw" if call.name != "tree" else "LPIHTo",
        long_valued=("ignore", "hide", "sort", "time", "width", "tabsize", "color", "format"),
    )
    if call.name == "tree" and given.last("o"):
        put(call, given.last("o"), carry(call))
    shown = call.show(" ".join(call.words))
    words = given.operands
    files = words and all(is_known(w) and os.path.isfile(call.path(w)) for w in words)
    if (files or any(not is_known(word) for word in words)) and not given.has("l"):
        call.output = "".join(f"{word}\n" for word in words)
        return
    call.output = listing(call, words or ["."], shown) + "\n"


def _locate(call: Invocation) -> None:
    call.output = listing(call, ["/"], call.show(" ".join(call.words))) + "\n"


MODELS = {
    "find": _find,
    "gfind": _find,
    "fd": _fd,
    "fdfind": _fd,
    **dict.fromkeys(("ls", "gls", "dir", "vdir", "exa", "eza", "lsd", "tree"), _ls),
    **dict.fromkeys(("locate", "plocate", "mlocate", "mdfind"), _locate),
}
