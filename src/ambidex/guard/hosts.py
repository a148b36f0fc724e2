"""Hosts in URLs and in remote paths, and which of them are this machine or its private network.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.taint import ANY, known_prefix

# Names that mean this machine, also as seen from a container.
_LOCAL = frozenset(
    (
        *("localhost", "ip6-localhost", "0.0.0.0", "0", "::", "::1", "host.docker.internal"),
        *("gateway.docker.internal", "host.containers.internal", "kubernetes.docker.internal"),
        *("host.minikube.internal",),
    )
)
_LOCAL_ENDINGS = (".localhost", ".local", ".localdomain", ".internal", ".test", ".lan", ".svc")
# Services that show to anybody, or collect for anybody, what is sent to them.
_DROPS = (
    *("transfer.sh", "0x0.st", "file.io", "paste.rs", "termbin.com", "ix.io", "sprunge.us"),
    *("pastebin.com", "hastebin.com", "dpaste.org", "dpaste.com", "bashupload.com", "temp.sh"),
    *("webhook.site", "requestbin.com", "requestbin.net", "pipedream.net", "beeceptor.com"),
    *("ngrok.io", "ngrok.app", "ngrok-free.app", "trycloudflare.com", "serveo.net"),
    *("interact.sh", "oast.fun", "oast.pro", "oast.me", "oast.live", "oast.site", "oast.online"),
    *("burpcollaborator.net", "oastify.com", "dnslog.cn", "ceye.io", "canarytokens.com"),
    *("catbox.moe", "gofile.io", "anonfiles.com", "uguu.se", "filebin.net", "tmpfiles.org"),
)


def host_of(target: str) -> str:
    """The host in a URL, in `user@host:path` or in `host:port`, lower case, maybe tainted."""
    text = target
    scheme, separator, rest = text.partition("://")
    if separator:
        if scheme.lower() in ("file", "unix"):
            return ""
        text = rest
    elif text.startswith("unix:"):
        return ""
    for end in "/?#":
        text = text.split(end, 1)[0]
    text = text.rpartition("@")[2]
    if text.startswith("["):
        return text[1:].partition("]")[0].lower()
    if text.count(":") > 1:
        return text.lower()
    return text.partition(":")[0].lower().rstrip(".")


def is_local(host: str) -> bool:
    """Whether `host` is this machine or a name that only its own network knows.

    `""` (a socket, a file) is local. Addresses of private networks (RFC 1918) are not this
    machine, but nobody outside of the network reads what is sent there.
    """
    if not host or host in _LOCAL or host.endswith(_LOCAL_ENDINGS):
        return True
    if host.startswith(("fe80:", "fd", "fc")) and ":" in host:
        return True
    parts = known_prefix(host).split(".")
    if not all(part.isdigit() for part in parts):
        # Without a dot it is the name of a container or of a machine next to this one.
        return "." not in host and ":" not in host and host == known_prefix(host)
    if parts[0] in ("127", "10"):
        return True
    if len(parts) > 1 and parts[0] == "192" and parts[1] == "168":
        return True
    return len(parts) > 1 and parts[0] == "172" and parts[1] in _SIXTEEN_TO_31


_SIXTEEN_TO_31 = frozenset(str(number) for number in range(16, 32))


def is_drop(host: str) -> bool:
    """Whether `host` is a service for handing data to strangers: paste bins, request catchers."""
    return any(host == drop or host.endswith("." + drop) for drop in _DROPS)


def remote_path(word: str) -> tuple[str, str]:
    """Host and path of `[user@]host:path` or a URL; `("", word)` for a file of this machine."""
    scheme, separator, rest = word.partition("://")
    if separator and "/" not in scheme:
        host, _, path = rest.partition("/")
        return host_of(host), "/" + path
    head, colon, path = word.partition(":")
    if colon and head and "/" not in head:
        return head.rpartition("@")[2].lower(), path
    return "", word


def file_name(url: str) -> str:
    """The name of the file that a download of `url` makes where no other name is given."""
    path = url.partition("?")[0].split(ANY, 1)[0].partition("#")[0]
    rest = path.split("://", 1)[-1].rstrip("/")
    return rest.rpartition("/")[2] if "/" in rest else "index.html"


def saved_as(target: str, source: str) -> str:
    """The file that a copy of `source` to `target` makes: below it where `target` is a folder."""
    if target.endswith("/") or target.rpartition("/")[2] in (".", ".."):
        return f"{target.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}"
    return target
