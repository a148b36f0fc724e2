"""rsync, whose sides may be other hosts and whose transport is a command.

Hot path: `os` only.
"""

from __future__ import annotations

from ambidex.guard.programs import options
from ambidex.guard.programs.paths import (
    asks_help,
    base_name,
    inside,
    is_folder,
    place,
    put,
    read_all,
    remove,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_VALUED = (
    *("rsh", "rsync-path", "exclude", "exclude-from", "include", "include-from", "files-from"),
    *("filter", "backup-dir", "suffix", "temp-dir", "partial-dir", "compare-dest", "copy-dest"),
    *("link-dest", "log-file", "log-file-format", "password-file", "port", "bwlimit", "timeout"),
    *("contimeout", "max-size", "min-size", "max-delete", "chmod", "chown", "usermap", "groupmap"),
    *("out-format", "block-size", "compress-level", "skip-compress", "address", "sockopts"),
    *("protocol", "iconv", "write-batch", "only-write-batch", "read-batch", "early-input", "info"),
    *("modify-window", "checksum-choice", "compress-choice", "remote-option", "debug", "stop-at"),
)
_LONG = (
    *("archive", "recursive", "delete", "delete-before", "delete-during", "delete-delay"),
    *("delete-after", "delete-excluded", "delete-missing-args", "dry-run", "remove-source-files"),
    *("force", "inplace", "update", "verbose", "human-readable", "progress", "links", "perms"),
    *("times", "owner", "group", "devices", "specials", "list-only", "stats", "relative"),
)
_DELETES = (
    *("delete", "delete-before", "delete-during", "del", "delete-delay", "delete-after"),
    *("delete-excluded", "delete-missing-args"),
)


def remote(word: str) -> str:
    """The host in `host:path`, `host::module` or `rsync://host/path`, `""` for a local path."""
    if word.startswith("rsync://"):
        host = word[8:].partition("/")[0]
    else:
        host, colon, _ = word.partition(":")
        if not colon or "/" in host:
            return ""
    return host.rpartition("@")[2].partition(":")[0]


def _rsync(call: Invocation) -> None:
    call.output = ""
    if asks_help(call):
        return
    given = options.read(call.arguments, valued="efTBM@", long=_LONG, long_valued=_VALUED)
    words = given.operands
    shell = given.last("e", "rsh") or call.variables.get("RSYNC_RSH", "")
    hosts = [remote(word) for word in words]
    if shell and any(hosts):
        # rsync splits the text into words by itself, quotes included; a shell does it alike.
        host = next(host for host in hosts if host)
        call.script(f"{shell} {host} rsync --server", via=call.via)
    for word in given.all("files-from", "exclude-from", "include-from", "password-file"):
        if not remote(word):
            read_all(call, [word])
    if given.has("n", "dry-run", "list-only"):
        return
    for word in given.all("log-file", "write-batch", "only-write-batch"):
        put(call, word, call.unknown("rsync's log"))
    if len(words) < 2:
        return
    if hosts[-1]:
        data = read_all(call, [w for w, host in zip(words, hosts) if not host], recursive=True)
        flags = ["delete"] if given.has(*_DELETES) else []
        call.send(hosts[-1], data, flags=["recursive", *flags], action="rsync")
        _remove_sources(call, given, words[:-1], hosts)
        return
    target = words[-1]
    for source, host in zip(words[:-1], hosts):
        if host:
            data = call.fetch(host, action="rsync")
        else:
            data = read_all(call, [source], recursive=True)
        into = not source.endswith("/") and (len(words) > 2 or is_folder(call, target))
        name = base_name(source.rpartition(":")[2] if host else source)
        where = inside(target, name) if into else target
        put(call, where, data, ["recursive"])
        if given.has(*_DELETES):
            remove(call, where, ["recursive", "mirror"])
    _remove_sources(call, given, words[:-1], hosts)


def _remove_sources(
    call: Invocation, given: options.Options, words: list[str], hosts: list[str]
) -> None:
    if given.has("remove-source-files"):
        for source, host in zip(words, hosts):
            if not host:
                call.delete(source, flags=["recursive", *place(call, source)])


MODELS = {"rsync": _rsync, "grsync": _rsync}
