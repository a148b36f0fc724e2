"""Where Ambidex's own files are, in each of its forms.

In a checkout and in an installed plugin the root is the repository's top folder; in a wheel the
same files travel inside the package, under `ambidex/_plugin`.
"""

from __future__ import annotations

import os

from ambidex import locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class NoRoot(Exception):
    """This copy of Ambidex came without its plugin files."""


def package_folder() -> str:
    """The folder of the package `ambidex` that is running, symbolic links resolved."""
    return os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def plugin_root(package: str = "") -> str:
    """The folder that contains `hooks/launch` and `settings.template.json`.

    Args:
        package: the package's folder; the running package's by default.

    Raises:
        NoRoot: neither layout is there (a partial copy).
    """
    package = package or package_folder()
    wheel = os.path.join(package, "_plugin")
    checkout = os.path.dirname(os.path.dirname(package))
    for folder in (wheel, checkout):
        if os.path.isfile(os.path.join(folder, "hooks", "launch")):
            return folder
    raise NoRoot(
        f"hooks/launch is neither under {wheel} nor under {checkout}: "
        "this copy of Ambidex is incomplete; install it again"
    )


def package_of(root: str) -> str:
    """The folder of the package `ambidex` that belongs to the plugin root `root`."""
    checkout = os.path.join(root, "src", "ambidex")
    return checkout if os.path.isdir(checkout) else os.path.dirname(os.path.realpath(root))


def lock_file(root: str) -> str:
    """The plugin's lock; it exists only where the environment is ours to build."""
    return os.path.join(root, "requirements.lock")


def user_data_home(environ: Mapping[str, str]) -> str:
    """The data home that a vendored launcher looks at: the user's, never a plugin's.

    A plugin's data folder is deleted with the plugin, and a hook in settings is not told about it.
    """
    return locate.data_home({k: v for k, v in environ.items() if k != "CLAUDE_PLUGIN_DATA"})


def claude_home(environ: Mapping[str, str]) -> str:
    """The folder of Claude Code's user settings."""
    home = environ.get("HOME") or os.path.expanduser("~")
    return environ.get("CLAUDE_CONFIG_DIR") or os.path.join(home, ".claude")
