"""Tells inline code that puts a shell behind a network connection, in any language.

The idiom is the same everywhere: a socket is opened, and a shell or a command that came over it is
started in the same few lines. It is recognised by its words, for the ways to plug one into the
other are many. Hot path: nothing is imported but the guard's own words.
"""

from __future__ import annotations

from ambidex.guard import effects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_SOCKETS = (
    *("socket.socket(", "socket.create_connection(", "socket(S", "Socket.new(", "TCPSocket"),
    *("IO::Socket", "fsockopen(", "pfsockopen(", "stream_socket_client(", "socket_create("),
    *("net.connect(", "net.Socket(", "createConnection(", ".tcp()", "/inet/tcp/", "/inet/udp/"),
    *("Sockets.TCPClient", "Net.Socket", '"net").connect', "'net').connect", "net.Dial("),
    *("socketConnection(", "socket stream", "TCPServer"),
)
_SHELLS = (
    *("/bin/sh", "/bin/bash", "/bin/zsh", "pty.spawn", "cmd.exe", "/usr/bin/env bash"),
    *('"sh"', "'sh'", '"bash"', "'bash'", '"sh ', "'sh ", '"bash ', "'bash ", "powershell.exe"),
    *("system$_", "system($_", "IO.popen(", "|& getline", "iex ", "Invoke-Expression"),
    *("os.popen(", "shell=True", "exec(s.recv", "eval(s.recv", "spawn(cmd"),
)


_REMOTE_EVAL = ("then(eval)", "then(Function)", "then(x=>eval", "then(c=>eval", "then(t=>eval")


def find(text: str, call: Invocation) -> None:
    """Record a shell behind a connection, or an answer that is run, if `text` has one."""
    if any(word in text for word in _SOCKETS) and any(word in text for word in _SHELLS):
        call.emit(effects.SEND, action="connect", target="a host", flags=("shell",))
    if "fetch(" in text and any(word in text.replace(" ", "") for word in _REMOTE_EVAL):
        answer = call.unknown("the answer of fetch", hosts=("a host",))
        call.emit(effects.EXECUTE, action="node", data=answer)
