"""Which versions of which tools a verdict was reached with, as far as that costs nothing to know.

Looked up in the names of folders that package installers leave beside the packages; no process is
started and nothing is imported.
"""

from __future__ import annotations

import os
import sys

from ambidex import __version__, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOOLS = ("coverage", "hypothesis", "mutmut", "mypy", "pyright", "pytest", "ruff", "semgrep")

_SUFFIX = ".dist-info"
# The client writes its version into every line of the transcript. Bytes.
_TAIL = 65_536
_VERSION = b'"version":"'


def of_tools(environ: Mapping[str, str], root: str, transcript: str = "") -> dict[str, str]:
    """Versions by name of the tool; what is not found is left out.

    Args:
        environ: the process environment.
        root: the project's root; what its own environment has comes before what ours has.
        transcript: the session's transcript, which names the client's version; `""` for none.
    """
    found: dict[str, str] = {}
    for folder in _environments(environ, root):
        for name, version in _installed(folder):
            if name in TOOLS:
                found.setdefault(name, version)
    found["ambidex"] = __version__
    found["python"] = ".".join(str(part) for part in sys.version_info[:3])
    client = _client(transcript)
    if client:
        found["claude-code"] = client
    return dict(sorted(found.items()))


def _environments(environ: Mapping[str, str], root: str) -> Iterator[str]:
    for name in (".venv", "venv"):
        yield os.path.join(root, name)
    if environ.get("VIRTUAL_ENV"):
        yield environ["VIRTUAL_ENV"]
    yield os.path.join(locate.data_home(environ), "env", "current")
    yield sys.prefix


def _installed(environment: str) -> Iterator[tuple[str, str]]:
    library = os.path.join(environment, "lib")
    for python in _names(library):
        for name in _names(os.path.join(library, python, "site-packages")):
            if name.endswith(_SUFFIX):
                package, _, version = name[: -len(_SUFFIX)].rpartition("-")
                yield package.lower().replace("_", "-"), version


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _client(transcript: str) -> str:
    try:
        with open(transcript, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _TAIL))
            tail = file.read(_TAIL)
    except OSError:
        return ""
    _, mark, rest = tail.rpartition(_VERSION)
    version = rest.partition(b'"')[0][:40]
    plain = all(chr(byte).isalnum() or chr(byte) in ".-+" for byte in version)
    return version.decode("ascii", "replace") if mark and plain else ""
