"""What wget, HTTPie and other HTTP clients besides curl would fetch, send and write.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.hosts import file_name
from ambidex.guard.programs import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Source: GNU Wget 1.24, option tables of its main.c.
_WGET_VALUED = (
    *("output-document", "output-file", "append-output", "directory-prefix", "post-data"),
    *("post-file", "body-data", "body-file", "method", "header", "input-file", "user-agent"),
    *("referer", "execute", "config", "use-askpass", "user", "password", "ask-password"),
    *("http-user", "http-password", "ftp-user", "ftp-password", "proxy-user"),
    *("proxy-password", "tries", "timeout", "dns-timeout", "connect-timeout", "read-timeout"),
    *("wait", "waitretry", "random-wait", "quota", "limit-rate", "level", "accept", "reject"),
    *("accept-regex", "reject-regex", "regex-type", "domains", "exclude-domains"),
    *("include-directories", "exclude-directories", "base", "cut-dirs", "default-page"),
    *("load-cookies", "save-cookies", "ca-certificate", "ca-directory", "certificate"),
    *("certificate-type", "private-key", "private-key-type", "secure-protocol", "progress"),
    *("report-speed", "start-pos", "max-redirect", "local-encoding", "remote-encoding"),
    *("restrict-file-names", "bind-address", "prefer-family", "rejected-log", "warc-file"),
    *("compression", "follow-tags", "ignore-tags", "retry-on-http-error", "hsts-file"),
    *("ciphers",),
)
_WGET_FLAGS = (
    *("quiet", "verbose", "no-verbose", "continue", "no-clobber", "timestamping", "spider"),
    *("recursive", "mirror", "page-requisites", "convert-links", "no-parent"),
    *("no-check-certificate", "content-disposition", "background", "force-directories"),
    *("no-directories", "no-host-directories", "server-response", "no-proxy", "no-cookies"),
    *("delete-after", "trust-server-names", "https-only", "inet4-only", "inet6-only", "help"),
    *("version", "debug"),
)


def wget(call: Invocation) -> None:
    """wget: every answer goes into a file unless `-O -` says otherwise."""
    given = options.read(
        call.arguments,
        valued="oaeiBtTOwQPUlADRIX",
        attached="n",
        long=_WGET_FLAGS,
        long_valued=_WGET_VALUED,
    )
    for command in given.all("e", "execute"):
        name, _, value = command.partition("=")
        key = name.strip().lower().replace("-", "_")
        renamed = {
            "use_askpass": "use-askpass",
            "output_document": "O",
            "post_file": "post-file",
            "body_file": "body-file",
            "post_data": "post-data",
            "dir_prefix": "P",
            "input": "i",
        }.get(key)
        if renamed:
            given.given.setdefault(renamed, []).append(value.strip())
    for program in given.all("use-askpass"):
        call.run([program])
    urls = list(given.operands)
    for name in given.all("i", "input-file"):
        listed = call.stdin or "" if name == "-" else call.read(name, flags=("quiet",))
        urls += listed.split()
    for name in given.all("certificate", "private-key", "load-cookies", "config"):
        call.emit(effects.READ, path=name, flags=("quiet",))
    for name in given.all("o", "output-file", "a", "append-output", "save-cookies"):
        if name != "-":
            call.write(name)
    files = [
        call.read(name, flags=("quiet",)) for name in given.all("post-file", "body-file") if name
    ]
    body = "\n".join([*files, *given.all("post-data", "body-data")])
    headers = "\n".join(given.all("header", "user-agent", "U"))
    method = given.last("method").lower()
    printed = ""
    for url in urls:
        if body or method not in ("", "get", "head", "options"):
            facts = ("http", "file") if files else ("http",)
            call.send(url, body.strip("\n"), action=method or "post", flags=facts)
        answer = call.fetch(url, data=headers)
        document = given.last("O", "output-document")
        if given.has("spider"):
            continue
        if document in ("-", "/dev/stdout", "/dev/fd/1"):
            printed += answer
        elif document:
            call.write(document, answer)
        else:
            name = file_name(url)
            folder = given.last("P", "directory-prefix")
            call.write(f"{folder}/{name}" if folder else name, answer)
    call.output = printed


_METHODS = frozenset(("get", "head", "options", "trace", "post", "put", "patch", "delete"))


def httpie(call: Invocation) -> None:
    """HTTPie and xh: `[METHOD] URL [ITEM…]`; items are fields, files, headers and queries."""
    given = options.read(
        call.arguments,
        valued="Aaopsx",
        long=("download", "body", "headers", "verbose", "json", "form", "multipart", "offline"),
        long_valued=(
            *("auth", "auth-type", "output", "print", "pretty", "style", "session", "proxy"),
            *("session-read-only", "verify", "cert", "cert-key", "timeout", "max-redirects"),
            *("raw", "default-scheme", "ssl", "ciphers", "format-options", "boundary"),
            *("response-charset", "response-mime", "chunked", "compress", "bearer"),
        ),
    )
    words = list(given.operands)
    if given.has("help", "version") or not words:
        call.output = ""
        return
    method = ""
    if len(words) > 1 and words[0].lower() in _METHODS:
        method = words.pop(0).lower()
    url, items = words[0], words[1:]
    fields: list[str] = []
    headers: list[str] = []
    has_file = False
    for item in items:
        name, sign = _split_item(item)
        value = item[len(name) + len(sign) :]
        if sign in ("=@", ":=@", "@"):
            fields.append(call.read(value.split(";", 1)[0], flags=("quiet",)))
            has_file = True
        elif sign in ("=", ":="):
            fields.append(value)
        elif sign == ":" and value.startswith("@"):
            headers.append(call.read(value[1:], flags=("quiet",)))
        else:
            headers.append(value)
    fields += given.all("raw")
    if call.stdin is not None and not given.has("ignore-stdin", "I"):
        fields.append(call.stdin)
    if given.has("offline"):
        call.output = "\n".join((*fields, *headers))
        return
    if fields or method not in ("", "get", "head", "options", "trace"):
        flags = ("http", "file") if has_file else ("http",)
        call.send(url, "\n".join(fields), action=method or "post", flags=flags)
    answer = call.fetch(url, data="\n".join(headers))
    output = given.last("o", "output")
    if output:
        call.write(output, answer)
        call.output = ""
    elif given.has("download", "d"):
        call.write(file_name(url), answer)
        call.output = ""
    else:
        call.output = answer


def _split_item(item: str) -> tuple[str, str]:
    """The name and the sign of a request item: the earliest sign, the longest there."""
    for at in range(len(item)):
        for sign in (":=@", "=@", ":=", "==", "=", "@", ":"):
            if item.startswith(sign, at):
                return item[:at], sign
    return item, ""


def aria2c(call: Invocation) -> None:
    """aria2c: downloads into files."""
    given = options.read(
        call.arguments,
        valued="dilojxskmtTS",
        long_valued=("dir", "out", "input-file", "log", "header", "on-download-complete"),
    )
    for program in given.all("on-download-complete", "on-download-start", "on-download-error"):
        call.run([program])
    folder = given.last("d", "dir")
    for url in given.operands:
        name = given.last("o", "out") or file_name(url)
        call.write(f"{folder}/{name}" if folder else name, call.fetch(url))
    call.output = ""


# Endings that tell a file from a host.
_FILES = frozenset(
    ("html", "htm", "json", "yaml", "yml", "txt", "md", "xml", "key", "pem", "tfstate")
)


def browser(call: Invocation) -> None:
    """lynx, w3m, links, elinks: print pages."""
    given = options.read(call.arguments, single=True, long_valued=("o", "T", "auth", "useragent"))
    answers = []
    for url in given.operands:
        host = url.split("/", 1)[0]
        is_file = url.startswith((".", "/")) or host.rpartition(".")[2] in _FILES or "." not in host
        if "://" in url or not is_file:
            answers.append(call.fetch(url))
        else:
            answers.append(call.read(url))
    call.output = "".join(answers)


def grpcurl(call: Invocation) -> None:
    """grpcurl: calls a method of a service; lists and descriptions only ask."""
    given = options.read(
        call.arguments,
        single=True,
        long_valued=(
            *("d", "H", "rpc-header", "reflect-header", "import-path", "proto", "protoset"),
            *("cacert", "cert", "key", "servername", "authority", "connect-timeout", "max-time"),
            *("format", "max-msg-sz", "user-agent"),
        ),
    )
    data = given.last("d")
    if data in ("@", "-"):
        data = call.stdin or ""
    if not given.operands:
        return
    target = given.operands[0]
    if data:
        call.send(target, data, action="post", flags=("grpc",))
    call.output = call.fetch(target)


def fetcher(call: Invocation) -> None:
    """fetch, axel and lwp-request: a file, or standard output, gets what a URL answers."""
    given = options.read(call.arguments, valued="omcHCbt")
    printed = ""
    for url in [word for word in given.operands if "://" in word]:
        answer = call.fetch(url)
        name = given.last("o") or ("" if call.name in ("fetch", "axel") else "-")
        if name == "-":
            printed += answer
        else:
            call.write(name or file_name(url), answer)
    call.output = printed


MODELS = {
    **dict.fromkeys(("fetch", "axel", "lwp-request", "lwp-download"), fetcher),
    "wget": wget,
    "wget2": wget,
    "http": httpie,
    "https": httpie,
    "xh": httpie,
    "xhs": httpie,
    "aria2c": aria2c,
    "lynx": browser,
    "w3m": browser,
    "links": browser,
    "elinks": browser,
    "grpcurl": grpcurl,
}
