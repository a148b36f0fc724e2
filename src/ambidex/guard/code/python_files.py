"""Python's functions and objects for files, folders and paths.

Hot path: the guard's own words.
"""

# ruff: noqa: ARG001 — all handlers share one signature.

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.code.sinks import Ref, joined
from ambidex.guard.taint import STAR, VARIABLE, is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.code.sinks import Sinks


def given(values: list[Any], named: dict[str, Any], at: int, *names: str) -> Any:
    """An argument by its name, else by its place, else None."""
    for name in names:
        if name in named:
            return named[name]
    return values[at] if at < len(values) else None


# Files


def remove(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.remove` and its like."""
    reader.remove(given(values, named, 0, "path"))
    return None


def rmtree(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`shutil.rmtree` and its like."""
    reader.remove(given(values, named, 0, "path"), "recursive", "force")
    return None


def rename(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.rename` and its like."""
    reader.move(given(values, named, 0, "src"), given(values, named, 1, "dst"))
    return None


def copy(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`shutil.copy` and its like."""
    reader.copy(given(values, named, 0, "src"), given(values, named, 1, "dst"))
    return None


def copytree(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`shutil.copytree`: everything in a folder."""
    reader.read(given(values, named, 0, "src"))
    path = reader.text(given(values, named, 1, "dst"), "a folder")
    reader.call.emit(effects.WRITE, path=path, flags=("recursive",))
    return None


def make_folder(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.makedirs` and its like."""
    path = reader.text(given(values, named, 0, "name", "path"), "a folder")
    reader.call.emit(effects.WRITE, path=path, flags=("create", "folder"))
    return None


def path_make_folder(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.mkdir`."""
    return make_folder(reader, ref, [ref.value], {})


def chmod(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.chmod` and its like."""
    reader.mode(given(values, named, 0, "path"), given(values, named, 1, "mode"))
    return None


def chown(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.chown` and its like."""
    reader.owner(given(values, named, 0, "path"))
    return None


def link(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.symlink` and its like."""
    reader.link(given(values, named, 0, "src"), given(values, named, 1, "dst"))
    return None


def truncate(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.truncate` and its like."""
    reader.write(given(values, named, 0, "path"))
    return None


def open_file(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`open` and its like."""
    path = ref.value if ref.name == "Path.open" else given(values, named, 0, "file", "filename")
    if ref.name == "os.open":
        flags = given(values, named, 1, "flags")
        reads = isinstance(flags, Ref) and flags.name == "os.O_RDONLY"
        return opened(reader, path, "r" if reads else "r+")
    mode = given(values, named, 0 if ref.name == "Path.open" else 1, "mode")
    return opened(reader, path, reader.text(mode) if isinstance(mode, str) else "r")


def opened(reader: Sinks, path: Any, mode: str) -> Ref:
    """A file opened with a mode as C's `fopen` has it."""
    text = reader.text(path)
    if not is_known(mode):
        mode = "r"
    if "w" in mode or "x" in mode:
        reader.write(text)
    elif "a" in mode:
        reader.write(text, "", effects.APPEND)
    elif "+" in mode:
        reader.write(text, "", effects.EDIT)
    return Ref("file", (text, mode))


def fileinput(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`fileinput.input` and its like."""
    files = given(values, named, 0, "files")
    for path in reader.texts(files if files is not None else reader.argv[1:]):
        if named.get("inplace"):
            reader.write(path, "", effects.EDIT)
        else:
            reader.read(path)
    return reader.unknown("a line")


def file_read(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`file.read` and its like."""
    if isinstance(ref.value, tuple):
        text = reader.read(ref.value[0])
        return [text] if ref.name.endswith("readlines") else text
    return reader.flat(ref.value)


def file_write(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`file.write` and its like."""
    if isinstance(ref.value, tuple) and ref.value[1][:1] != "r":
        reader.write(ref.value[0], values, effects.APPEND)
    return None


def loads(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`json.load(file)`: what is in the file."""
    value = values[0] if values else None
    if isinstance(value, Ref) and value.name == "file":
        value = reader.read(value.value[0])
    return reader.unknown(f"{ref.name}(…)", value)


def dump(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`json.dump` and its like."""
    handle = given(values, named, 1, "fp", "file")
    if isinstance(handle, Ref) and handle.name == "file":
        reader.write(handle.value[0], values[0], effects.APPEND)
    return None


# `pathlib`


def path(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path` and its like."""
    return Ref("Path", joined(*(reader.text(value) for value in values)) or ".")


def path_read(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.read_text` and its like."""
    return reader.read(ref.value)


def path_write(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.write_text` and its like."""
    reader.write(ref.value, given(values, named, 0, "data"))
    return None


def path_remove(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.unlink` and its like."""
    reader.remove(ref.value)
    return None


def path_rename(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.rename` and its like."""
    reader.move(ref.value, given(values, named, 0, "target"))
    return None


def path_mode(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.chmod` and its like."""
    reader.mode(ref.value, given(values, named, 0, "mode"))
    return None


def path_link(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.symlink_to` and its like."""
    reader.link(given(values, named, 0, "target"), ref.value)
    return None


def path_touch(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.touch` and its like."""
    reader.write(ref.value, "", effects.APPEND)
    return None


def path_same(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.resolve` and its like."""
    return Ref("Path", ref.value)


def path_join(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.joinpath` and its like."""
    return Ref("Path", joined(str(ref.value), *(reader.text(value) for value in values)))


def path_glob(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.glob` and its like."""
    base = str(ref.value)
    pattern = reader.text(values[0]) if values else "*"
    return [Ref("Path", joined(base, pattern.replace("*", STAR)))]


def home_folder(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`Path.home` and its like."""
    return Ref("Path", home(reader))


def home(reader: Sinks) -> str:
    """The user's home folder."""
    known = reader.call.variables.get("HOME")
    if known is None:
        scene = getattr(reader.call.machine, "scene", None)
        known = scene.home if scene is not None else ""
    return known or "/root"


# `os.path`, folders, environment


def join(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.path.join` and its like."""
    return joined(*(reader.text(value) for value in values))


def expanded(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.path.expanduser` and its like."""
    text = (
        str(ref.value) if ref.name.startswith("Path.") else reader.text(values[0] if values else "")
    )
    if text == "~" or text.startswith("~/"):
        text = home(reader) + text[1:]
    elif text.startswith("$HOME"):
        text = home(reader) + text[5:]
    return Ref("Path", text) if ref.name.startswith("Path.") else text


def same_path(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.path.abspath` and its like."""
    return reader.call.path(reader.text(values[0] if values else "."))


def directory(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.path.dirname` and its like."""
    return reader.text(values[0] if values else "").rpartition("/")[0]


def glob(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`glob.glob` and its like."""
    pattern = reader.text(values[0] if values else "*")
    return [pattern.replace("*", STAR)]


def listed(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.listdir` and its like."""
    return [STAR]


def walked(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.walk` and its like."""
    folder = reader.text(values[0] if values else ".")
    return [[folder, [STAR], [STAR]], [joined(folder, STAR), [STAR], [STAR]]]


def cwd(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.getcwd` and its like."""
    return Ref("Path", reader.call.cwd) if ref.name.startswith("Path.") else reader.call.cwd


def chdir(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.chdir` and its like."""
    reader.call.cwd = reader.call.path(reader.text(values[0] if values else "."))
    return None


def variable(reader: Sinks, name: str) -> str:
    """The value of an environment variable."""
    if name in reader.call.variables:
        return reader.call.variables[name]
    if name == "HOME":
        return home(reader)
    return reader.call.unknown(f"${name}", kind=VARIABLE)


def getenv(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`os.getenv` and its like."""
    return variable(reader, reader.text(values[0] if values else ""))


def temporary(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`tempfile.mkstemp` and its like."""
    path = "/tmp/" + reader.call.unknown("a temporary name")
    return [3, path] if ref.name.endswith("mkstemp") else Ref("file", (path, "w"))


def temporary_name(reader: Sinks, ref: Ref, values: list[Any], named: dict[str, Any]) -> Any:
    """`tempfile.mkdtemp` and its like."""
    return "/tmp/" + reader.call.unknown("a temporary name")
