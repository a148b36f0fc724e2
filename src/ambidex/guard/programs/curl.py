"""What curl would fetch, send and write.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.hosts import file_name
from ambidex.guard.programs import options
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation
    from ambidex.guard.programs.options import Options

# Source: curl's manual, 8.x.
_SHORT = "AbcCdDeEFHKmoPQrtTuUwxXyYz"
_VALUED = (
    *("data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "form"),
    *("form-string", "json", "upload-file", "url", "url-query", "request", "header", "user"),
    *("user-agent", "output", "output-dir", "config", "cookie", "cookie-jar", "dump-header"),
    *("referer", "cert", "key", "cacert", "capath", "proxy", "proxy-user", "proxy-header"),
    *("quote", "range", "max-time", "max-redirs", "max-filesize", "connect-timeout"),
    *("connect-to", "continue-at", "resolve", "interface", "limit-rate", "retry"),
    *("retry-delay", "retry-max-time", "write-out", "trace", "trace-ascii", "trace-config"),
    *("stderr", "libcurl", "etag-save", "etag-compare", "unix-socket", "abstract-unix-socket"),
    *("netrc-file", "ciphers", "tls-max", "tls13-ciphers", "cert-type", "key-type", "pass"),
    *("pinnedpubkey", "oauth2-bearer", "aws-sigv4", "noproxy", "preproxy", "socks4"),
    *("socks4a", "socks5", "socks5-hostname", "socks5-gssapi-service", "proxy-cacert"),
    *("proxy-cert", "proxy-key", "proxy-pass", "proxy1.0", "postquote", "prequote"),
    *("ftp-account", "ftp-port", "ftp-method", "ftp-alternative-to-user", "speed-limit"),
    *("speed-time", "time-cond", "telnet-option", "tftp-blksize", "local-port"),
    *("keepalive-time", "keepalive-cnt", "hsts", "alt-svc", "doh-url", "dns-servers"),
    *("dns-interface", "dns-ipv4-addr", "dns-ipv6-addr", "crlfile", "curves", "egd-file"),
    *("random-file", "engine", "expect100-timeout", "happy-eyeballs-timeout-ms"),
    *("haproxy-clientip", "hostpubmd5", "hostpubsha256", "ipfs-gateway", "krb"),
    *("login-options", "mail-auth", "mail-from", "mail-rcpt", "parallel-max", "proto"),
    *("proto-default", "proto-redir", "pubkey", "rate", "request-target", "sasl-authzid"),
    *("service-name", "delegation", "create-file-mode", "variable", "variable-file", "ech"),
    *("vlan-priority", "ip-tos"),
)
_FLAGS = (
    *("get", "head", "location", "location-trusted", "silent", "show-error", "fail"),
    *("fail-with-body", "fail-early", "insecure", "include", "verbose", "remote-name"),
    *("remote-name-all", "remote-header-name", "create-dirs", "compressed", "netrc"),
    *("netrc-optional", "globoff", "parallel", "progress-bar", "anyauth", "basic", "digest"),
    *("ntlm", "negotiate", "append", "disable", "next", "http1.0", "http1.1", "http2"),
    *("http3", "ipv4", "ipv6", "tlsv1", "tlsv1.2", "tlsv1.3", "ssl", "ssl-reqd", "help"),
    *("manual", "version", "no-buffer", "junk-session-cookies", "list-only", "path-as-is"),
    *("raw", "remote-time", "skip-existing", "no-clobber", "remove-on-error", "tcp-nodelay"),
    *("use-ascii", "xattr", "proxytunnel"),
)
# FTP commands that only ask.
_ASKING = frozenset(
    (
        *("PWD", "STAT", "SIZE", "MDTM", "TYPE", "PASV", "EPSV", "LIST", "NLST", "CWD", "CDUP"),
        *("NOOP", "HELP", "SYST", "FEAT", "MLSD", "MLST"),
    )
)
_CREDENTIAL_HEADERS = (
    *("authorization:", "proxy-authorization:", "x-api-key:", "api-key:", "apikey:", "cookie:"),
    *("private-token:", "job-token:", "deploy-token:", "x-vault-token:", "x-auth-token:"),
    *("x-access-token:", "x-figma-token:", "x-goog-api-key:", "x-amz-security-token:"),
)


def curl(call: Invocation) -> None:
    """One or more transfers; `--next` begins another with options of its own."""
    printed = ""
    group: list[str] = []
    for word in (*call.arguments, "--next"):
        if word in ("--next", "-:"):
            if group:
                printed += _transfer(call, group)
            group = []
        else:
            group.append(word)
    call.output = printed


def _read_options(words: list[str]) -> Options:
    return options.read(words, valued=_SHORT, long=_FLAGS, long_valued=_VALUED)


def _transfer(call: Invocation, words: list[str]) -> str:
    """The effects of one group of options and URLs; returns what is printed."""
    given = _read_options(words)
    for name in given.all("K", "config"):
        given = _read_options([*words, *_configured(call, name)])
    if given.has("version", "V", "help", "h", "manual", "M"):
        return ""
    urls = given.operands + given.all("url")
    method = given.last("X", "request").lower()
    body = _body(call, given)
    extra = _headers(call, given)
    _write_side_files(call, given)
    for name in given.all("cert", "E", "key", "netrc-file", "cacert"):
        call.emit(effects.READ, path=name.split(":", 1)[0], flags=("quiet",))
    uploads = [_file(call, name) for name in given.all("T", "upload-file")]
    printed = ""
    for at, url in enumerate(urls):
        if url.lower().startswith("file:"):
            answer = call.read("/" + url[5:].lstrip("/"))
        else:
            answer = _request(call, given, url, method, body, extra, uploads)
        printed += _saved(call, given, url, at, answer)
    return printed


def _request(
    call: Invocation,
    given: Options,
    url: str,
    method: str,
    body: list[str],
    extra: str,
    uploads: list[str],
) -> str:
    """One request; returns the answer."""
    socket = given.last("unix-socket", "abstract-unix-socket")
    target = f"unix:{socket}" if socket else url
    flags = {"http"}
    in_query = given.has("G", "get") or given.has("I", "head")
    sent = "".join(uploads) + ("" if in_query else "\n".join(body))
    if uploads or given.has("F", "form") or _has_file_body(given):
        flags.add("file")
    for command in given.all("Q", "quote", "postquote", "prequote"):
        verb = command.lstrip("-+*").split(" ")[0].upper()
        if verb not in _ASKING:
            action = "delete" if verb in ("DELE", "RMD", "RM", "RMDIR") else "change"
            call.send(target, command, action=action, flags=("ftp",))
    if uploads or (body and not in_query) or method not in ("", "get", "head", "options", "trace"):
        action = method or ("put" if uploads else "post")
        call.send(target, sent, action=action, flags=flags)
        if socket:
            call.emit(effects.REMOTE, action=action, target=f"{target} {url}", flags=("socket",))
    named = [*given.all("url-query"), *given.all("variable")]
    files = [_file(call, text.partition("@")[2]) for text in named if "@" in text.split("=")[0]]
    query = "&".join([*given.all("url-query"), *files, *(body if in_query else ())])
    return call.fetch(target, data="\n".join(part for part in (query, extra) if part))


def _has_file_body(given: Options) -> bool:
    bodies = given.all("d", "data", "data-ascii", "data-binary", "json")
    return any(body.startswith("@") for body in bodies)


def _body(call: Invocation, given: Options) -> list[str]:
    """What the options say is sent, files and standard input by their content."""
    parts: list[str] = []
    for value in given.all("d", "data", "data-ascii", "data-binary", "json"):
        parts.append(_file(call, value[1:]) if value.startswith("@") else value)
    parts += given.all("data-raw", "form-string")
    for value in given.all("data-urlencode"):
        name, at, file = value.partition("@")
        parts.append(name + _file(call, file) if at and "=" not in name else value)
    for value in given.all("F", "form"):
        name, equals, content = value.partition("=")
        if equals and content[:1] in ("@", "<"):
            files = content[1:].split(";", 1)[0]
            parts += [_file(call, file.strip('"')) for file in files.split(",") if file]
        else:
            parts.append(value)
    return parts


def _headers(call: Invocation, given: Options) -> str:
    """The unknown parts of headers, cookies and passwords, without tokens where tokens belong."""
    parts: list[str] = []
    for value in given.all("H", "header", "proxy-header"):
        if value.startswith("@"):
            parts.append(_file(call, value[1:]))
        elif not is_known(value):
            parts.append(_without_tokens(call, value))
    for value in given.all("b", "cookie"):
        if "=" not in value and is_known(value):
            call.emit(effects.READ, path=value, flags=("quiet",))
    for value in given.all("u", "user", "oauth2-bearer", "A", "user-agent", "e", "referer"):
        if not is_known(value):
            parts.append(_without_tokens(call, "authorization:" + value))
    return "\n".join(parts)


def _without_tokens(call: Invocation, header: str) -> str:
    """A header, without those unknown parts that are tokens in the place where tokens belong."""
    if not header.lower().startswith(_CREDENTIAL_HEADERS):
        return header
    return "".join(
        character
        for character in header
        if is_known(character)
        or not all(
            path.startswith("secret:")
            for source in call.sources(character)
            for path in source.paths or ("",)
        )
    )


def _file(call: Invocation, name: str) -> str:
    """The content of a file to be sent; `-` and `.` are standard input."""
    if name in ("-", "."):
        return call.stdin or ""
    return call.read(name, flags=("quiet",))


def _configured(call: Invocation, name: str) -> list[str]:
    """The options in a `-K` file, as words."""
    if name == "-":
        text = call.stdin or ""
    else:
        call.emit(effects.READ, path=name, flags=("quiet",))
        text = call.content(call.path(name)) or ""
    words: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        option = stripped.replace("=", " ").replace(":", " ").split(None, 1)[0]
        value = stripped[len(option) :].strip(" \t=:").strip('"')
        words.append(option if option.startswith("-") else "--" + option)
        if value:
            words.append(value)
    return words


def _write_side_files(call: Invocation, given: Options) -> None:
    for option in (
        *("c", "cookie-jar", "D", "dump-header", "trace", "trace-ascii", "stderr", "libcurl"),
        *("etag-save", "hsts", "alt-svc"),
    ):
        for name in given.all(option):
            if name not in ("-", "%", ""):
                call.write(name)


def _saved(call: Invocation, given: Options, url: str, at: int, answer: str) -> str:
    """Write an answer where the options say; returns what is printed instead."""
    folder = given.last("output-dir")
    names = given.all("o", "output")
    if at < len(names):
        name = names[at]
    elif given.has("O", "remote-name", "remote-name-all"):
        name = file_name(url)
    else:
        return answer
    if name == "-":
        return answer
    call.write(f"{folder}/{name}" if folder and not name.startswith("/") else name, answer)
    return ""


MODELS = {"curl": curl, "curl.exe": curl, "curlie": curl}
