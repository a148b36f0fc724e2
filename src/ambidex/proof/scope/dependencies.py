"""Which packages a project's manifests ask for, by name."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

PYTHON, NODE, RUST, GO = "Python", "Node", "Rust", "Go"
_REQUIREMENT = re.compile(
    r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@(,#]|$)"
)
_EGG = re.compile(r"#egg=([A-Za-z0-9._-]+)")
_GO_REQUIRE = re.compile(
    r"^\s*(?:require\s+)?([\w.~-]+\.[\w.~-]+(?:/[\w.~-]+)*)\s+v\d\S*\s*$", re.M
)
_RUST_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")
_NODE_TABLES = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def ecosystem(path: str) -> str:
    """Whose manifest the file at `path` is; `""` for any other file."""
    name = path.rpartition("/")[2]
    if name in ("pyproject.toml", "setup.cfg", "Pipfile"):
        return PYTHON
    if name.endswith((".txt", ".in")) and (
        name.startswith(("requirements", "constraints")) or "/requirements/" in f"/{path}"
    ):
        return "" if name.startswith("constraints") else PYTHON
    return {"package.json": NODE, "Cargo.toml": RUST, "go.mod": GO}.get(name, "")


def names(path: str, content: bytes) -> frozenset[str]:
    """The packages that a manifest names, each in its ecosystem's canonical spelling.

    Args:
        path: of the manifest; `ecosystem` knows it.
        content: what it holds. Requirements of build systems and of tests count as well.

    Raises:
        ValueError: the file is not what its name says.
    """
    text = content.decode("utf-8", "replace")
    name = path.rpartition("/")[2]
    if name.endswith(".toml") or name == "Pipfile":
        import tomllib

        data = tomllib.loads(text)
        found = _cargo(data) if name == "Cargo.toml" else _pyproject(data)
    elif name == "package.json":
        import json

        data = json.loads(text)
        tables = [data.get(table) for table in _NODE_TABLES] if isinstance(data, dict) else []
        found = (each for table in tables if isinstance(table, dict) for each in table)
    elif name == "go.mod":
        found = (each[1] for each in _GO_REQUIRE.finditer(text))
    elif name == "setup.cfg":
        found = _setup_cfg(text)
    else:
        found = _requirements(text.splitlines())
    if ecosystem(path) != PYTHON:
        return frozenset(found)
    # The canonical spelling of PEP 503.
    return frozenset(re.sub(r"[-_.]+", "-", each).lower() for each in found if each != "python")


def _requirements(lines: Iterable[object]) -> Iterator[str]:
    for line in lines:
        text = str(line).split(" #", 1)[0]
        found = _REQUIREMENT.match(text) or _EGG.search(text)
        if found:
            yield found[1]


def _pyproject(data: dict[str, Any]) -> Iterator[str]:
    """Also a Pipfile, which has two tables of the same kind at its top."""
    project = _table(data, "project")
    yield from _requirements(_list(project.get("dependencies")))
    yield from _requirements(_list(_table(data, "build-system").get("requires")))
    groups = [_table(project, "optional-dependencies"), _table(data, "dependency-groups")]
    for tool in ("uv", "pdm"):
        development = _table(data, "tool", tool).get("dev-dependencies")
        groups.append(development if isinstance(development, dict) else {"": development})
    for group in groups:
        for each in group.values():
            # A group may include another: a table, which names none.
            yield from _requirements(line for line in _list(each) if isinstance(line, str))
    poetry = _table(data, "tool", "poetry")
    tables = [
        poetry,
        *(each for each in _table(poetry, "group").values() if isinstance(each, dict)),
    ]
    for table in tables:
        yield from _table(table, "dependencies")
        yield from _table(table, "dev-dependencies")
    yield from _table(data, "packages")
    yield from _table(data, "dev-packages")


def _cargo(data: dict[str, Any]) -> Iterator[str]:
    places = [data, _table(data, "workspace")]
    places += [each for each in _table(data, "target").values() if isinstance(each, dict)]
    for place in places:
        for table in _RUST_TABLES:
            yield from _table(place, table)


def _setup_cfg(text: str) -> Iterator[str]:
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from error
    yield from _requirements(parser.get("options", "install_requires", fallback="").splitlines())
    if parser.has_section("options.extras_require"):
        for _, lines in parser.items("options.extras_require"):
            yield from _requirements(lines.splitlines())


def _table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
