"""Reads PHP for what it deletes, writes, executes and sends.

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
    """Functions of PHP do not care about case."""
    return name.lstrip("\\").lower()


def _named(reader: Sinks, name: str) -> Any:
    if name == "$argv":
        return list(reader.argv)
    return None


def _put(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`file_put_contents(path, data, FILE_APPEND)`."""
    if not values:
        return None
    appends = any(isinstance(v, Ref) and v.name == "FILE_APPEND" for v in values[2:])
    reader.write(values[0], values[1:2], effects.APPEND if appends else effects.WRITE)
    return None


def _command(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    return handlers.first_shell(reader, ref, values[:1], {})


def _handle(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`fwrite($handle, $data)`."""
    handle = values[0] if values else None
    if isinstance(handle, Ref) and handle.name == "written":
        reader.write(handle.value, values[1:], effects.APPEND)
    elif isinstance(handle, Ref) and handle.name == "connection":
        reader.call.send(reader.text(handle.value), reader.flat(values[1:]))
    return None


CALLS = handlers.table(
    (_command, "system exec shell_exec passthru popen proc_open pcntl_exec"),
    (handlers.code, "eval assert create_function"),
    (handlers.remove, "unlink rmdir"),
    (_put, "file_put_contents"),
    (handlers.opened, "fopen"),
    (_handle, "fwrite fputs fputcsv"),
    (handlers.read, "file_get_contents file readfile"),
    (handlers.move, "rename"),
    (handlers.copy, "copy"),
    (handlers.mode, "chmod"),
    (handlers.owner, "chown chgrp"),
    (handlers.link, "symlink link"),
    (handlers.append, "touch"),
    (handlers.fetch, "curl_init"),
    (handlers.connect, "fsockopen pfsockopen stream_socket_client"),
    (handlers.kill, "posix_kill"),
    (handlers.put, "print printf print_r"),
    (handlers.decoded, "base64_decode hex2bin rawurldecode urldecode str_rot13"),
    (handlers.character, "chr"),
    (handlers.variable, "getenv"),
    (handlers.matched, "glob"),
    (handlers.same, "realpath trim strval escapeshellarg"),
)
LANGUAGE = Language(
    "php",
    Lexis(
        "// #",
        {"'": "", '"': "$"},
        commands=True,
        sigils="$",
        block=("/*", "*/"),
    ),
    CALLS,
    {},
    canonical=canonical,
    joins=(".", "+"),
    named=_named,
)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the PHP code `text` would do."""
    text = text.replace("<?php", " ").replace("<?=", " echo ").replace("?>", ";")
    expressions.read(
        text, call, LANGUAGE, changes.get("arguments", ["-r"]), changes.get("depth", 0)
    )
