"""What scp, sftp, FTP clients and object store copiers would send, fetch and delete.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.hosts import remote_path, saved_as
from ambidex.guard.programs import options
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation


def scp(call: Invocation) -> None:
    """scp: copies between machines; options of its ssh can run programs here."""
    given = options.read(call.arguments, valued="cDFiJloPSX")
    for name in given.all("i", "F"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    for program in given.all("S"):
        call.run([program])
    for option in given.all("o"):
        name, _, command = option.replace("=", " ", 1).strip().partition(" ")
        if name.lower() in ("proxycommand", "localcommand", "knownhostscommand"):
            call.script(command.strip())
    if len(given.operands) < 2:
        return
    host, place = remote_path(given.operands[-1])
    data = []
    for word in given.operands[:-1]:
        source, path = remote_path(word)
        data.append(
            call.fetch(f"{source}:{path}")
            if source
            else call.read(path, flags=("quiet", "recursive") if given.has("r") else ("quiet",))
        )
    if host:
        call.send(f"{host}:{place}", "".join(data), flags=("file",))
    else:
        source = remote_path(given.operands[0])[1]
        call.write(saved_as(given.operands[-1], source), "".join(data))
    call.output = ""


def sftp(call: Invocation) -> None:
    """sftp, ftp, lftp: commands from standard input, a file or `-e`/`-c`."""
    given = options.read(call.arguments, valued="BbcDFiJloPRSsXpue")
    host = remote_path(given.operands[0])[0] or given.operands[0] if given.operands else ""
    script = call.stdin or ""
    for name in given.all("b", "f"):
        if name != "-":
            script += "\n" + (call.content(call.path(name)) or "")
    if call.name == "lftp":
        script += "\n" + "\n".join(given.all("e", "c"))
    for line in script.replace(";", "\n").splitlines():
        words = line.split()
        if not words:
            continue
        verb = words[0].lower()
        files = [word for word in words[1:] if not word.startswith("-")]
        if verb in ("open", "connect") and files:
            host = remote_path(files[0])[0] or files[0]
        elif verb in ("put", "mput", "reput", "append", "send", "mirror") and files:
            if verb != "mirror" or "-R" in words or "--reverse" in words:
                data = "".join(call.read(file, flags=("quiet",)) for file in files[:1])
                call.send(host, data, action="put", flags=("file",))
        elif verb in ("rm", "rmdir", "mrm", "delete", "mdelete"):
            call.send(host, line, action="delete", flags=("ftp",))
        elif verb.startswith("!"):
            call.script(line.strip()[1:])
    if host:
        call.output = call.fetch(host)


_COPY = frozenset(
    (
        *("cp", "copy", "copyto", "sync", "move", "moveto", "mv", "put", "bisync", "mirror"),
        *("upload",),
    )
)
_STORE_DELETE = frozenset(
    (
        *("rm", "del", "delete", "deletefile", "purge", "rmdir", "rmdirs", "rb", "cleanup"),
        *("remove", "dedupe"),
    )
)


def store(call: Invocation) -> None:
    """rclone, s3cmd, s5cmd, mc: object stores under their own verbs."""
    given = options.read(
        call.arguments,
        valued="c",
        long_valued=(
            *("config", "include", "exclude", "filter", "filter-from", "transfers", "checkers"),
            *("bwlimit", "log-file", "max-age", "min-age", "acl-public", "region", "profile"),
            *("endpoint-url", "host", "host-bucket", "recipients", "older-than", "newer-than"),
        ),
    )
    if not given.operands:
        return
    verb, words = given.operands[0].lower(), given.operands[1:]
    if given.has("dry-run", "n", "help", "h"):
        return
    if verb in _STORE_DELETE:
        grave = verb in ("purge", "rb", "delete") or given.has("recursive", "r", "force")
        call.emit(
            effects.REMOTE,
            action="delete",
            target=f"{call.name} {' '.join(words)}",
            flags=("cloud", "grave") if grave else ("cloud",),
        )
    elif verb in _COPY and len(words) > 1:
        data = ""
        for word in words[:-1]:
            if _is_remote(word):
                data += call.fetch(word)
            else:
                data += call.read(word, flags=("quiet", "recursive"))
        if _is_remote(words[-1]):
            call.send(words[-1], data, action="put", flags=("file", "store"))
        else:
            call.write(saved_as(words[-1], words[0]), data)
    elif verb == "config" and words[:1] in (["show"], ["dump"]):
        call.emit(effects.REMOTE, action="secret", target="rclone config", flags=("store",))
    elif verb == "cat" and words:
        call.output = call.fetch(words[0])
    elif verb == "serve":
        call.send("listen", "", flags=("listen",))


def _is_remote(word: str) -> bool:
    head, colon, _ = word.partition(":")
    return bool(colon) and "/" not in head and head not in ("", ".")


_TUNNELS = frozenset(("http", "tcp", "tls", "tunnel", "local", "file", "start"))


_TUNNELLING = frozenset(("ngrok", "cloudflared", "lt", "localtunnel", "bore"))


def handover(call: Invocation) -> None:
    """croc, wormhole, transfer, ffsend, ngrok …: files to whoever knows a code."""
    words = [word for word in call.arguments if not word.startswith("-")]
    if "send" in words or "upload" in words:
        files = words[1 + max(words.index(w) for w in ("send", "upload") if w in words) :]
        data = "".join(call.read(file, flags=("quiet", "recursive")) for file in files)
        call.send(f"{call.name}.relay", data + (call.stdin or ""), flags=("file",))
    elif call.name in _TUNNELLING and (
        _TUNNELS.intersection(words) or any(w in ("--port", "-p") for w in call.arguments)
    ):
        call.send(f"{call.name}.relay", "", flags=("tunnel",))


def mail(call: Invocation) -> None:
    """mail, mailx, mutt, sendmail, msmtp, swaks: standard input and attachments to addresses."""
    given = options.read(
        call.arguments,
        valued="sacbrASFfthioH",
        long_valued=("attach", "to", "from", "server", "body", "header", "subject", "file"),
    )
    parts = [call.stdin or "", *given.all("s", "subject", "body")]
    for text in given.all("body"):
        if text.startswith("@"):
            parts.append(call.read(text[1:], flags=("quiet",)))
    for name in given.all("a", "A", "attach"):
        parts.append(call.read(name.lstrip("@"), flags=("quiet",)))
    people = given.operands + given.all("to")
    if people:
        flags = ("file",) if given.has("a", "A", "attach") else ()
        call.send(f"mailto.{people[0]}", "\n".join(parts).strip("\n"), flags=("mail", *flags))


def lookup(call: Invocation) -> None:
    """dig, nslookup, host, ping, whois: the name that is asked for reaches others."""
    given = options.read(call.arguments, valued="bcfkpqtxyWRIiswlQ", single=False)
    for name in given.operands:
        if name.startswith(("+", "@")):
            continue
        if is_known(name):
            call.fetch(name, flags=("name",))
        else:
            call.send(name, name, flags=("name",))
    for name in given.all("f"):
        call.emit(effects.READ, path=name)


MODELS = {
    "scp": scp,
    "sftp": sftp,
    "ftp": sftp,
    "lftp": sftp,
    "rclone": store,
    "s3cmd": store,
    "s5cmd": store,
    "mc": store,
    "croc": handover,
    "wormhole": handover,
    "magic-wormhole": handover,
    "ffsend": handover,
    "ngrok": handover,
    "cloudflared": handover,
    "bore": handover,
    "lt": handover,
    "localtunnel": handover,
    "mail": mail,
    "mailx": mail,
    "mutt": mail,
    "sendmail": mail,
    "msmtp": mail,
    "swaks": mail,
    "dig": lookup,
    "nslookup": lookup,
    "host": lookup,
    "drill": lookup,
    "ping": lookup,
    "whois": lookup,
}
