"""Reads perl for what it deletes, writes, executes and sends.

Hot path: the guard's own words.
"""

# ruff: noqa: ARG001 — all handlers share one signature.

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.code import expressions, handlers
from ambidex.guard.code.language import Language
from ambidex.guard.code.sinks import Ref
from ambidex.guard.code.tokens import Lexis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.sinks import Sinks
    from ambidex.guard.invocation import Invocation


def canonical(name: str) -> str:
    """The function without the standard package that holds it."""
    for package in ("File.Path.", "File.Copy.", "CORE.GLOBAL.", "CORE.", "POSIX."):
        if name.startswith(package):
            return name[len(package) :]
    return name


def _open(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`open(F, ">file")`, `open(my $f, ">", "file")`, `open(F, "command|")`."""
    if len(values) < 2:
        return None
    how = reader.text(values[1]).strip()
    if len(values) > 2:
        how, rest = how.split(":")[0].strip(), values[2:]
    else:
        rest = [how.strip("<>+|").strip()]
        how = how[: len(how) - len(how.lstrip("<>+|"))] or ("-|" if how.endswith("|") else "<")
    if "|" in how:
        handlers.shell(reader, ref, rest, {})
        return None
    path = reader.text(rest[0])
    handle = values[0].name if isinstance(values[0], Ref) else ""
    names: dict[str, Any] = getattr(reader, "names", {})
    if "+<" in how:
        reader.write(path, "", effects.EDIT)
    elif ">>" in how:
        reader.write(path, "", effects.APPEND)
    elif ">" in how:
        reader.write(path)
    else:
        names[handle] = reader.read(path)
        return None
    names[handle] = Ref("written", path)
    return None


def _print(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    first = values[0] if values else None
    if isinstance(first, Ref) and first.name == "written":
        reader.write(first.value, values[1:], effects.APPEND)
    elif not (isinstance(first, Ref) and first.name == "STDERR"):
        end = "\n" if ref.name == "say" else ""
        reader.printed.append("".join(reader.text(value) for value in values) + end)
    return None


def _named(reader: Sinks, name: str) -> Any:
    if name == "@ARGV":
        return list(reader.argv[1:])
    if name == "$ARGV":
        return list(reader.argv[1:])
    if name.startswith(("$ENV.", "%ENV.")):
        return handlers.variable(reader, Ref(name), [name[5:]], {})
    if name.startswith("$") and name[1:].isalnum() and not name[1:].isdigit():
        held: dict[str, Any] = getattr(reader, "names", {})
        return held.get("@" + name[1:])
    return None


def _remove(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    if not values and ref.name in ("unlink", "rmdir"):
        values = [reader.unknown("$_")]
    return handlers.remove(reader, ref, values, {})


CALLS = handlers.table(
    (handlers.shell, "system exec readpipe"),
    (handlers.code, "eval evalbytes"),
    (_remove, "unlink rmdir remove"),
    (handlers.remove_tree, "rmtree remove_tree"),
    (handlers.move, "rename move mv"),
    (handlers.copy, "copy cp"),
    (_open, "open sysopen"),
    (_print, "print say printf"),
    (handlers.mode, "chmod"),
    (handlers.owner, "chown"),
    (handlers.link, "symlink link"),
    (handlers.append, "truncate"),
    (handlers.kill, "kill"),
    (handlers.matched, "glob"),
    (handlers.path, "catfile catdir"),
    (handlers.decoded, "decode_base64 MIME.Base64.decode_base64"),
    (handlers.character, "chr"),
    (handlers.fetch, "LWP.Simple.get getstore LWP.Simple.getstore mirror"),
    (handlers.connect, "IO.Socket.INET.new"),
)
METHODS = handlers.table(
    (handlers.fetch, "post put"),
    (handlers.remove_tree, "remove_tree rmtree"),
    (handlers.sent, "send print"),
)
LANGUAGE = Language(
    "perl",
    Lexis(
        "#",
        {"'": "", '"': "$"},
        commands=True,
        sigils="$@%",
        words="q qq qx qw m s y tr qr",
        regex=True,
    ),
    CALLS,
    METHODS,
    canonical=canonical,
    joins=(".", "+"),
    bare=True,
    named=_named,
)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the perl code `text` would do."""
    expressions.read(
        text, call, LANGUAGE, changes.get("arguments", ["-e"]), changes.get("depth", 0)
    )
