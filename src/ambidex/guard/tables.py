"""Which tables of a configuration file that many tools share a change would change.

pyproject.toml, tox.ini and setup.cfg say, among much else that is edited every day, how pytest
collects and grades tests.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.effects import APPEND, DELETE, EDIT, MODE, OWNER, WRITE
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

# File, in lower case → the tables in which pytest is configured.
TABLES = {
    "pyproject.toml": ("tool.pytest",),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}
# Largest file that is read in order to find out what a change would do, bytes.
MAX_READ = 2_000_000


def content(path: str) -> str:
    """The first `MAX_READ` characters of a file, `""` where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(MAX_READ)
    except (OSError, ValueError):
        return ""


def table_lines(text: str, tables: tuple[str, ...]) -> list[str]:
    """The lines of `tables` and of those below them, without comments and blank lines."""
    kept: list[str] = []
    inside = False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            header = stripped.replace(" ", "").replace('"', "").replace("'", "").strip("[]")
            name = header.partition("]")[0]
            inside = any(name == table or name.startswith(table + ".") for table in tables)
        # A dotted key at the top: `tool.pytest.ini_options.addopts = …`.
        dotted = stripped.replace(" ", "").startswith(tuple(table + "." for table in tables))
        if (inside or dotted) and stripped and not stripped.startswith(("#", ";")):
            kept.append(stripped)
    return kept


def changes_tables(name: str, effect: Effect, scene: Scene) -> bool:
    """Whether an effect on the file `name`, a key of `TABLES`, changes what it says to pytest."""
    tables = TABLES[name]
    before = table_lines(content(effect.path), tables)
    if effect.kind in (MODE, OWNER):
        return False
    if effect.kind == WRITE and is_known(effect.data):
        return before != table_lines(effect.data, tables)
    if effect.kind == APPEND and is_known(effect.data):
        return bool(table_lines(effect.data, tables))
    if effect.kind == EDIT:
        # Which lines change is not known: what the command speaks of decides.
        return "pytest" in scene.text + effect.data or any(
            word in scene.text for word in ("addopts", "testpaths", "norecursedirs", "conftest")
        )
    return bool(before) or (effect.kind != DELETE and "pytest" in effect.data)
