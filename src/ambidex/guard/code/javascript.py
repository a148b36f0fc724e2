"""Reads JavaScript for what it deletes, writes, executes and sends.

Hot path: the guard's own words.
"""

# ruff: noqa: ARG001 — all handlers share one signature.

from __future__ import annotations

from ambidex.guard.code import expressions, handlers
from ambidex.guard.code.language import Language
from ambidex.guard.code.sinks import Ref
from ambidex.guard.code.tokens import Lexis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.sinks import Sinks
    from ambidex.guard.invocation import Invocation

_PREFIXES = ("globalThis.", "global.", "window.", "process.mainModule.", "module.", "node:")
_SAME = (
    ("fs/promises", "fs"),
    ("fs.promises", "fs"),
    ("fs-extra", "fs"),
    ("graceful-fs", "fs"),
    ("child_process.default", "child_process"),
    ("fs.default", "fs"),
    ("node-fetch", "fetch"),
    ("https", "http"),
    ("axios.default", "axios"),
    ("Bun.spawnSync", "Bun.spawn"),
    ("vm.runInThisContext", "eval"),
    ("vm.runInNewContext", "eval"),
)


def canonical(name: str) -> str:
    """One name for what has several."""
    for prefix in _PREFIXES:
        if name.startswith(prefix):
            name = name[len(prefix) :]
    for old, new in _SAME:
        if name == old or name.startswith(old + "."):
            name = new + name[len(old) :]
    module, _, function = name.rpartition(".")
    if module in ("fs", "child_process") and function.endswith("Sync"):
        return name[:-4]
    return name


def _required(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    return Ref(canonical(reader.text(values[0]))) if values else None


def _named(reader: Sinks, name: str) -> Any:
    if name == "process.argv":
        return ["node", *reader.argv]
    if name.startswith("process.env."):
        return handlers.variable(reader, Ref(name), [name[12:]], {})
    if name in ("__dirname", "process.cwd"):
        return reader.call.cwd if name == "__dirname" else None
    return None


def _copied(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    return handlers.copy(reader, ref, values[:2], {})


def _stream(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    if values:
        reader.write(values[0])
    return Ref("written", reader.text(values[0]) if values else "")


def _cwd(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    return reader.call.cwd


CALLS = handlers.table(
    (_required, "require import createRequire process.binding"),
    (handlers.first_shell, "child_process.exec shelljs.exec execa.command execaCommand Bun.$"),
    (handlers.program, "child_process.spawn child_process.execFile execa execa.execa"),
    (handlers.first_shell, "Bun.spawn"),
    (handlers.code, "eval Function"),
    (handlers.remove, "fs.rm fs.unlink fs.rmdir Deno.remove Deno.removeSync fs.remove"),
    (handlers.remove_tree, "rimraf rimraf.sync fs.emptyDir del del.sync shelljs.rm trash"),
    (handlers.write, "fs.writeFile fs.outputFile fs.writeJson Bun.write Deno.writeTextFile"),
    (handlers.write, "Deno.writeTextFileSync Deno.writeFile Deno.writeFileSync fs.truncate"),
    (handlers.append, "fs.appendFile"),
    (handlers.read, "fs.readFile Deno.readTextFile Deno.readTextFileSync Bun.file fs.readJson"),
    (handlers.read, "fs.createReadStream"),
    (_stream, "fs.createWriteStream"),
    (handlers.opened, "fs.open"),
    (handlers.move, "fs.rename fs.move Deno.rename Deno.renameSync"),
    (_copied, "fs.copyFile fs.cp fs.copy Deno.copyFile Deno.copyFileSync"),
    (handlers.mode, "fs.chmod fs.lchmod Deno.chmod Deno.chmodSync"),
    (handlers.owner, "fs.chown fs.lchown"),
    (handlers.link, "fs.symlink fs.link"),
    (handlers.fetch, "fetch axios axios.get axios.post axios.put axios.patch axios.delete"),
    (handlers.fetch, "axios.request http.get http.request got got.post got.put superagent.post"),
    (handlers.fetch, "undici.fetch undici.request request request.post needle"),
    (handlers.connect, "net.connect net.createConnection tls.connect"),
    (handlers.sent, "connection.write connection.end"),
    (handlers.kill, "process.kill"),
    (handlers.printed, "console.log console.info"),
    (handlers.put, "process.stdout.write"),
    (handlers.path, "path.join path.resolve"),
    (handlers.home, "os.homedir"),
    (_cwd, "process.cwd"),
    (handlers.decoded, "Buffer.from atob decodeURIComponent unescape"),
    (handlers.same, "String JSON.stringify encodeURIComponent path.normalize btoa"),
    (handlers.character, "String.fromCharCode"),
    (handlers.matched, "glob.sync globSync fs.globSync"),
)
METHODS = handlers.table(
    (handlers.text, "toString join trim"),
    (handlers.contents, "text json stdout"),
    (handlers.written, "write end"),
)
LANGUAGE = Language(
    "javascript",
    Lexis(
        "// #!",
        {"'": "", '"': "", "`": "{"},
        regex=True,
        block=("/*", "*/"),
    ),
    CALLS,
    METHODS,
    canonical=canonical,
    named=_named,
)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the JavaScript `text` would do."""
    expressions.read(text, call, LANGUAGE, changes.get("arguments", []), changes.get("depth", 0))
