"""Reads ruby for what it deletes, writes, executes and sends.

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


def canonical(name: str) -> str:
    """The function without the module that everything has."""
    for module in ("Kernel.", "Process.", "IO.File."):
        if name.startswith(module) and name != "Process.kill":
            return name[len(module) :]
    return name


def _named(reader: Sinks, name: str) -> Any:
    if name == "ARGV":
        return list(reader.argv[1:])
    if name.startswith("ENV."):
        return handlers.variable(reader, Ref(name), [name[4:]], {})
    return None


def _path(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    return Ref("Pathname", reader.text(values[0]) if values else "")


def _path_remove(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    flags = ("recursive", "force") if ref.name.endswith("rmtree") else ()
    reader.remove(ref.value, *flags)
    return None


def _path_write(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    reader.write(ref.value, values[:1])
    return None


CALLS = handlers.table(
    (handlers.shell, "system exec spawn IO.popen popen Open3.capture3 Open3.capture2 Open3.popen3"),
    (handlers.shell, "Open3.capture2e PTY.spawn"),
    (handlers.code, "eval instance_eval"),
    (handlers.remove, "File.delete File.unlink Dir.rmdir Dir.delete Dir.unlink FileUtils.rm"),
    (handlers.remove, "FileUtils.rm_f FileUtils.rmdir FileUtils.remove FileUtils.remove_file"),
    (handlers.remove_tree, "FileUtils.rm_rf FileUtils.rm_r FileUtils.remove_dir FileUtils.rmtree"),
    (handlers.remove_tree, "FileUtils.remove_entry FileUtils.remove_entry_secure"),
    (handlers.write, "File.write IO.write File.binwrite File.truncate"),
    (handlers.opened, "File.open File.new open URI.open"),
    (handlers.read, "File.read IO.read File.readlines File.binread File.foreach"),
    (handlers.move, "File.rename FileUtils.mv FileUtils.move"),
    (handlers.copy, "FileUtils.cp FileUtils.cp_r FileUtils.copy IO.copy_stream FileUtils.install"),
    (handlers.mode, "File.chmod FileUtils.chmod FileUtils.chmod_R"),
    (handlers.owner, "File.chown FileUtils.chown FileUtils.chown_R"),
    (handlers.link, "File.symlink File.link FileUtils.ln_s FileUtils.ln FileUtils.ln_sf"),
    (handlers.append, "FileUtils.touch"),
    (handlers.fetch, "Net.HTTP.get Net.HTTP.post Net.HTTP.post_form HTTParty.post HTTParty.get"),
    (handlers.connect, "TCPSocket.new TCPSocket.open"),
    (handlers.kill, "Process.kill"),
    (handlers.printed, "puts p"),
    (handlers.put, "print"),
    (handlers.path, "File.join"),
    (handlers.same, "File.expand_path URI URI.parse Array String"),
    (handlers.home, "Dir.home"),
    (handlers.matched, "Dir.glob Dir"),
    (handlers.decoded, "Base64.decode64 Base64.strict_decode64 Base64.urlsafe_decode64"),
    (handlers.stdin, "gets STDIN.read $stdin.read"),
    (_path, "Pathname Pathname.new"),
    (_path_remove, "Pathname.delete Pathname.unlink Pathname.rmtree Pathname.rmdir"),
    (_path_write, "Pathname.write"),
)
METHODS = handlers.table(
    (handlers.text, "strip chomp to_s join"),
    (handlers.written, "write puts print"),
    (handlers.contents, "read"),
    (handlers.sent, "puts write print send"),
)
METHODS["write"] = METHODS["puts"] = METHODS["print"] = handlers.written
LANGUAGE = Language(
    "ruby",
    Lexis(
        "#",
        {"'": "", '"': "#"},
        commands=True,
        sigils="$@",
        words="%w",
        regex=True,
        block=("=begin", "=end"),
    ),
    CALLS,
    METHODS,
    canonical=canonical,
    joins=("+", "<<"),
    bare=True,
    named=_named,
)


def follow(text: str, call: Invocation, changes: dict[str, Any]) -> None:
    """Record what the ruby code `text` would do."""
    expressions.read(
        text, call, LANGUAGE, changes.get("arguments", ["-e"]), changes.get("depth", 0)
    )
