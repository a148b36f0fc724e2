"""The step between us and the client: run as a program, it becomes the client.

    python -I -S enter.py [--network FD] [--terminal] [--check] PROGRAM [ARGUMENT ...]

With `--network` it runs in a fresh network namespace: it brings loopback up, listens on a free port
there, hands the listening socket over the Unix socket FD, and tells the client the address. So the
model is played outside while the client can reach nothing but it. With `--terminal` standard input
becomes the controlling terminal. Exit code 97: the namespace could not be prepared.
"""

from __future__ import annotations

import array
import fcntl
import os
import socket
import struct
import sys
import termios

CANNOT = 97
_IFF_UP = 0x1
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    return listener


def main(arguments: list[str]) -> None:
    """Prepare what the options ask for, then become the program; does not return."""
    network = None
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--network":
            network = int(arguments.pop(0))
        elif option == "--terminal":
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        elif option == "--check":
            try:
                _raise_loopback()
                _listen().close()
            except OSError as error:
                print(error, file=sys.stderr)
                raise SystemExit(CANNOT) from error
            raise SystemExit(0)
    if network is not None:
        try:
            _raise_loopback()
            listener = _listen()
        except OSError as error:
            print(f"no loopback in the network namespace: {error}", file=sys.stderr)
            raise SystemExit(CANNOT) from error
        with socket.socket(fileno=network) as ours:
            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [listener.fileno()]))
            ours.sendmsg([b"!"], [rights])
        os.environ["ANTHROPIC_BASE_URL"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.close()
    os.execv(arguments[0], arguments)  # noqa: S606 - becoming the client is the point


if __name__ == "__main__":
    main(sys.argv[1:])
