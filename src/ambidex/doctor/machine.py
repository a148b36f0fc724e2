"""The machine as a hook sees it: which variables and which PATH its process has."""

from __future__ import annotations

import glob
import os
import shlex
import shutil
import sys
from collections.abc import Mapping

# What a client has that was started from the desktop: no shell profile was read.
SCRUBBED_PATH = "/usr/bin:/bin"

_KEPT = (
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "XDG_DATA_HOME",
    "AMBIDEX_DATA_HOME",
    "CLAUDE_CONFIG_DIR",
)

# Package manager → the words before a package's name, and how it calls a recent Python.
_MANAGERS = {
    "brew": ("brew install", "python"),
    "apt-get": ("sudo apt-get install", "python3"),
    "dnf": ("sudo dnf install", "python3.12"),
    "pacman": ("sudo pacman -S", "python"),
    "zypper": ("sudo zypper install", "python312"),
    "apk": ("sudo apk add", "python3"),
}


def person(environ: Mapping[str, str]) -> dict[str, str]:
    """The person's environment, without what a surrounding hook or session has added."""
    return {key: value for key, value in environ.items() if not key.startswith("CLAUDE_PLUGIN_")}


def scrubbed(environ: Mapping[str, str], state_home: str, path: str) -> dict[str, str]:
    """The smallest environment that a hook can get, with its state kept in `state_home`."""
    kept = {key: environ[key] for key in _KEPT if environ.get(key)}
    kept.setdefault("HOME", os.path.expanduser("~"))
    return {
        **kept,
        "PATH": path,
        "AMBIDEX_STATE_HOME": state_home,
        "CLAUDECODE": "1",
        "CLAUDE_CODE_ENTRYPOINT": "cli",
    }


def install_python(environ: Mapping[str, str]) -> str:
    """The command that installs a recent Python where hooks find it."""
    return _install(environ, "", "install Python 3.11 or newer: https://www.python.org/downloads/")


def install_package(environ: Mapping[str, str], package: str) -> str:
    """The command that installs a system package of that name."""
    return _install(environ, package, f"install {package}")


def install_tool(python: str, package: str) -> str:
    """The command that installs a Python tool into the environment of the interpreter `python`."""
    environment = os.path.dirname(os.path.dirname(python))
    if "/pipx/" in os.path.realpath(environment) + "/":
        return f"pipx inject ambidex {package} --include-apps"
    where = shlex.quote(python)
    # Environments that uv makes have no pip.
    if glob.glob(os.path.join(glob.escape(environment), "lib", "python*", "site-packages", "pip")):
        return f"{where} -m pip install {package}"
    return f"uv pip install --python {where} {package}"


def _install(environ: Mapping[str, str], package: str, otherwise: str) -> str:
    names = ["brew"] if sys.platform == "darwin" else list(_MANAGERS)
    for name in names:
        if shutil.which(name, path=environ.get("PATH")):
            command, python = _MANAGERS[name]
            return f"{command} {package or python}"
    return otherwise


def shown(path: str, environ: Mapping[str, str]) -> str:
    """`path` as a person writes it, with `~` for the home folder."""
    home = environ.get("HOME", "").rstrip("/")
    return "~" + path[len(home) :] if home and path.startswith(home + "/") else path
