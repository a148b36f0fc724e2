"""Programs whose options name what they write: test runners, builders, and any that is not known.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.scene import below
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Long options that name a file or folder which is written, without dashes and in lower case.
_NAMES = frozenset(
    {"output", "out", "outfile", "outdir", "outputfile", "outputdir", "outputdirectory"}
    | {"logfile", "junitxml", "junit", "basetemp", "reportlog", "html", "resultlog", "outputpath"}
    | {"declarationdir", "destination", "dest", "destdir", "savedir", "artifactsdir"}
    | {"resultsdir", "reportfile", "dumpfile", "profileout", "tracefile", "outputfilename"}
    | {"coveragedir", "coveragedirectory"}
)
# Options of pytest's plugins, jest and vitest by which tests are rewritten after what the code
# does today.
_RENEWS = frozenset(
    {"snapshot-update", "force-regen", "regen-all", "regtest-reset", "update-snapshots"}
    | {"update-goldens", "update-golden", "approve", "update-expected", "updatesnapshot", "update"}
    | {"accept", "image-snapshot-update", "golden-update", "update-baseline"}
)


def named_outputs(call: Invocation) -> None:
    """Record what options name as outputs: `--output=x/y`, `--log-file x.log`, `-o x.json`.

    `-o` is a format or a setting as often as a file, so a value must look like a path. What lies
    outside of the directory is left to those who know the program.
    """
    arguments = call.arguments
    for at, word in enumerate(arguments):
        if word[:1] != "-" or word == "-":
            continue
        name, equals, value = word.partition("=")
        if not equals:
            value = arguments[at + 1] if at + 1 < len(arguments) else ""
        if name != "-o":
            plain = name.lstrip("-").replace("-", "").replace("_", "").lower()
            if plain not in _NAMES and not name.endswith(("_out", "-out")):
                if name != "--cov-report" or ":" not in value:
                    continue
                value = value.partition(":")[2]
        if value[:1] != "-" and ("/" in value or "." in value[1:]):
            written(call, value)


def written(call: Invocation, word: str) -> None:
    """Record that the file or folder `word` is written, where it lies below the directory."""
    if word and below(call.cwd, call.path(word)) and is_known(call.cwd):
        call.write(word, call.unknown(f"the output of {call.name}"))


def replaced(call: Invocation, word: str) -> None:
    """Record that everything in the folder `word` is replaced."""
    if word and below(call.cwd, call.path(word)):
        call.emit(effects.DELETE, path=word, flags=("recursive", "found"))


def tests(call: Invocation) -> None:
    """A test runner: reports, and tests or snapshots that are rewritten."""
    named_outputs(call)
    given = options.read(
        call.arguments,
        valued="kmcpnoWr" if "py" in call.name else "tc",
        long_valued=("basetemp", "rootdir", "ignore", "deselect", "junitxml", "log-file", "config"),
    )
    for folder in given.all("basetemp"):
        replaced(call, folder)
    renews = any(name.lower() in _RENEWS for name in given.given)
    renews = renews or any(
        "fix" in mode or "create" in mode for mode in given.all("inline-snapshot")
    )
    if "py" not in call.name:
        renews = renews or given.has("u")
    if not renews:
        return
    for operand in given.operands:
        if operand in ("run", "watch", "related"):
            continue
        # A test in a file: `tests/test_x.py::test_y`.
        path = operand.partition("::")[0]
        # The whole tree is judged at Stop.
        if path and call.path(path) != call.path("."):
            call.emit(effects.EDIT, path=path, flags=("recursive", "formatter"))


def last_operand(call: Invocation) -> None:
    """A converter: the last operand is what it writes."""
    named_outputs(call)
    words = [word for word in call.arguments if word[:1] != "-"]
    if len(words) > 1 and ("/" in words[-1] or "." in words[-1]):
        written(call, words[-1].partition(":")[2] if ":" in words[-1] else words[-1])


def folders(call: Invocation) -> None:
    """A program that makes the folders it is given: `venv .venv`."""
    given = options.read(call.arguments, valued="p", long_valued=("python", "prompt"))
    for word in given.operands:
        written(call, word)


def coverage(call: Invocation) -> None:
    """`coverage html -d folder`, `coverage run -m module`."""
    named_outputs(call)
    words = call.arguments
    if words[:1] in (["html"], ["annotate"]):
        for word in options.read(words[1:], valued="d", long_valued=("directory",)).all(
            "d", "directory"
        ):
            written(call, word)
    elif words[:1] == ["run"]:
        given = options.read(
            words[1:], long_valued=("source", "rcfile", "omit", "include", "data-file"), stops=True
        )
        if given.operands:
            module = ["-m"] if given.has("m", "module") else []
            call.run(["python", *module, *given.operands])


def setter(call: Invocation) -> None:
    """`toml set --toml-path file key value`, `dasel put -f file key`: a key in a file."""
    named_outputs(call)
    given = options.read(
        call.arguments, valued="frwvts", long_valued=("toml-path", "file", "type", "value")
    )
    if given.operands[:1] and given.operands[0] in ("set", "unset", "put", "delete", "add_section"):
        for path in given.all("f", "file", "toml-path") or ["config.toml"]:
            call.write(path, " ".join(call.words), kind=effects.EDIT)


def archive_module(call: Invocation, name: str, words: list[str]) -> None:
    """`python -m zipfile -e archive folder`, and `tarfile` likewise."""
    for at, word in enumerate(words):
        if word in ("-e", "--extract") and len(words) > at + 2:
            written(call, os.path.join(words[at + 2], f"what {name} unpacks"))
        elif word in ("-c", "--create") and len(words) > at + 1:
            written(call, words[at + 1])


MODELS = {
    **dict.fromkeys(("pytest", "py.test", "pytest-watch", "ptw"), tests),
    **dict.fromkeys(("jest", "vitest", "ava", "tap", "c8", "nyc", "insta", "snaptest"), tests),
    **dict.fromkeys(("convert", "magick", "ffmpeg", "sphinx-build", "inkscape"), last_operand),
    **dict.fromkeys(("venv", "virtualenv"), folders),
    "coverage": coverage,
    **dict.fromkeys(("toml", "dasel"), setter),
}
