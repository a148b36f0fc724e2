"""What netcat, socat, telnet, websocat and nmap would send, listen for and run.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_SHELLS = frozenset(
    (
        *("sh", "bash", "zsh", "dash", "ash", "ksh", "fish", "pwsh", "powershell", "cmd"),
        *("busybox",),
    )
)


def netcat(call: Invocation) -> None:
    """nc, ncat, netcat: one connection, or a program behind one."""
    # The values of OpenBSD's, traditional and nmap's netcat together: where they differ, a
    # value that is taken for an operand only changes the name of the host.
    valued = "egGimoOpPqsTwWxXIV" + ("c" if _takes_command(call) else "")
    given = options.read(
        call.arguments,
        valued=valued,
        long=("listen", "keep-open", "udp", "ssl", "send-only", "recv-only", "verbose", "zero-io"),
        long_valued=(
            *("exec", "sh-exec", "lua-exec", "proxy", "proxy-type", "proxy-auth", "source-port"),
            *("output", "hex-dump", "wait", "idle-timeout", "delay", "max-conns", "source"),
            *("allow", "allowfile", "deny", "denyfile", "ssl-cert", "ssl-key", "append-output"),
        ),
    )
    listens = given.has("l", "L", "listen")
    target = "listen" if listens else _host_and_port(given.operands)
    for name in given.all("o", "output", "hex-dump"):
        call.write(name)
    programs = given.all("e", "exec", "c", "sh-exec", "lua-exec")
    answer = ""
    if not given.has("z", "zero-io", "h", "help", "version"):
        answer = call.fetch(target, flags=("listen",) if listens else ("raw",))
    for program in programs:
        _behind(call, target, program, listens, answer)
    if call.stdin and not programs:
        _send(call, target, call.stdin, listens)
    call.output = answer


def _takes_command(call: Invocation) -> bool:
    """Whether `-c` names a program; in OpenBSD's netcat it is a flag for TLS."""
    if call.name == "ncat":
        return True
    for at, word in enumerate(call.arguments[:-1]):
        if word.startswith("-") and word.endswith("c") and not word.startswith("--"):
            following = call.arguments[at + 1].split(" ", 1)[0]
            return following.rsplit("/", 1)[-1] in _SHELLS
    return False


def _host_and_port(operands: list[str]) -> str:
    if len(operands) > 1:
        return f"{operands[0]}:{operands[1]}"
    return operands[0] if operands else ""


def _behind(call: Invocation, target: str, program: str, listens: bool, answer: str) -> None:
    """A program whose input and output are the connection."""
    flags = {"program"}
    if listens:
        flags.add("listen")
    if any(word.rsplit("/", 1)[-1] in _SHELLS for word in program.split()):
        flags.add("shell")
    data = call.script(program, stdin=answer)
    call.send(target, data, flags=flags)


def _send(call: Invocation, target: str, data: str, listens: bool) -> None:
    flags = {"raw"}
    if listens:
        flags.add("listen")
    if any(source.program in _SHELLS for source in call.sources(data)):
        flags.add("shell")
    call.send(target, data, flags=flags)


def socat(call: Invocation) -> None:
    """socat: copies between two addresses, some of which run programs or are files."""
    given = options.read(call.arguments, valued="bltTLWm", stops=False)
    if len(given.operands) < 2:
        return
    first, second = given.operands[0], given.operands[1]
    one_way = given.has("u")
    other_way = given.has("U")
    flows = [] if other_way else [(first, second)]
    flows += [] if one_way else [(second, first)]
    call.output = ""
    remote = [_address(address) for address in (first, second)]
    is_network = any(kind == "network" for kind, _, _ in remote)
    for address in (first, second):
        kind, place, _ = _address(address)
        if kind == "program" and is_network:
            peer, listening = next(
                (other, heard) for what, other, heard in remote if what == "network"
            )
            _behind(
                call, peer, place, listening, call.unknown(f"the data of {peer}", hosts=(peer,))
            )
    for source, sink in flows:
        _copy(call, source, sink)


def _address(address: str) -> tuple[str, str, bool]:
    """What kind of address it is, what it names, and whether it waits for others."""
    word, _, rest = address.partition(":")
    kind = word.upper().split("-", 1)[0]
    if kind in ("EXEC", "SYSTEM", "SHELL"):
        return "program", _before_options(rest).strip("'\""), False
    if kind.startswith(("TCP", "UDP", "SSL", "OPENSSL", "SCTP", "SOCKS", "PROXY", "IP4", "IP6")):
        listens = "LISTEN" in word.upper() or (kind in ("SSL", "OPENSSL") and "-L" in word.upper())
        return "network", "listen" if listens else _before_options(rest), listens
    if kind in ("OPEN", "GOPEN", "FILE", "CREATE", "PIPE", "READLINE") and rest:
        return "file", _before_options(rest), False
    if word == "-" or kind in ("STDIO", "STDIN", "STDOUT"):
        return "standard", "", False
    if "/" in address.split(",", 1)[0] and not rest:
        return "file", _before_options(address), False
    if kind == "FD":
        return "descriptor", rest, False
    return "other", rest, False


def _before_options(text: str) -> str:
    """An address without its options: up to a comma outside of quotes."""
    quote = ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == ",":
            return text[:at]
    return text


def _copy(call: Invocation, source: str, sink: str) -> None:
    """What flows from one address to another."""
    kind, place, _ = _address(source)
    if kind == "file":
        data = call.read(place)
    elif kind == "network":
        data = call.fetch(place, flags=("raw",))
    elif kind == "program":
        data = call.script(place)
    elif kind == "standard":
        data = call.stdin or ""
    else:
        data = call.unknown(source)
    kind, place, listens = _address(sink)
    if kind == "network" and (data or not is_known(data)):
        _send(call, place, data, listens)
    elif kind == "file":
        call.write(place, data)
    elif kind == "descriptor":
        if not is_known(data):
            call.send(f"fd:{place}", data, flags=("descriptor",))
    elif kind == "standard":
        call.output = (call.output or "") + data


def telnet(call: Invocation) -> None:
    """telnet: what is typed goes to the host."""
    given = options.read(call.arguments, valued="SXbeklnr")
    target = _host_and_port(given.operands)
    if not target:
        return
    if call.stdin:
        _send(call, target, call.stdin, False)
    call.output = call.fetch(target, flags=("raw",))


def websocket(call: Invocation) -> None:
    """websocat, wscat: messages to a web socket."""
    given = options.read(
        call.arguments,
        valued="HBbcxosw" if call.name == "wscat" else "HB",
        long_valued=("header", "protocol", "origin", "connect", "execute", "basic-auth", "listen"),
    )
    words = given.all("c", "connect") + given.operands
    urls = [word for word in words if "://" in word or word.startswith("ws-")] or words[:1]
    for word in words:
        for prefix in ("exec:", "cmd:", "sh-c:"):
            if word.startswith(prefix):
                _behind(call, urls[0], word[len(prefix) :], "-l" in word, "")
    messages = [word for word in words if word not in urls] + given.all("x", "execute")
    data = "\n".join((*messages, call.stdin or "")).strip("\n")
    for url in urls:
        if data:
            call.send(url, data, flags=("socket",))
        call.output = call.fetch(url, flags=("raw",))


def nmap(call: Invocation) -> None:
    """nmap, masscan: asks hosts; `--script` is code of its own."""
    given = options.read(call.arguments, single=True, long_valued=("p", "iL", "oN", "oX", "oG"))
    for name in given.all("oN", "oX", "oG", "oA"):
        call.write(name)
    for name in given.all("iL"):
        call.emit(effects.READ, path=name)
    for host in given.operands:
        call.fetch(host, flags=("scan",))


MODELS = {
    "nc": netcat,
    "ncat": netcat,
    "netcat": netcat,
    "nc.openbsd": netcat,
    "nc.traditional": netcat,
    "socat": socat,
    "telnet": telnet,
    "websocat": websocket,
    "wscat": websocket,
    "nmap": nmap,
    "masscan": nmap,
}
