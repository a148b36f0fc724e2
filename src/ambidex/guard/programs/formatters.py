"""Programs that rewrite the files they are given: formatters, fixers, and builders with an output.

Hot path: nothing is imported.
"""

from __future__ import annotations

from ambidex.guard.effects import EDIT
from ambidex.guard.programs.options import read
from ambidex.guard.programs.outputs import named_outputs
from ambidex.guard.taint import FILE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

# Program → the options that make it write in place (empty: it always does), and those by which it
# only looks.
_FORMATTERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "black": ((), ("check", "diff")),
    "isort": ((), ("c", "check", "check-only", "diff")),
    "yapf": (("i", "in-place"), ()),
    "autopep8": (("i", "in-place"), ()),
    "autoflake": (("i", "in-place"), ()),
    "pyupgrade": ((), ()),
    "2to3": (("w", "write"), ()),
    "docformatter": (("i", "in-place"), ()),
    "prettier": (("w", "write"), ()),
    "eslint": (("fix",), ()),
    "stylelint": (("fix",), ()),
    "standard": (("fix",), ()),
    "xo": (("fix",), ()),
    "tslint": (("fix",), ()),
    "markdownlint": (("fix", "f"), ()),
    "markdownlint-cli2": (("fix",), ()),
    "codespell": (("w", "write-changes"), ()),
    "gofmt": (("w",), ()),
    "goimports": (("w",), ()),
    "gofumpt": (("w",), ()),
    "rustfmt": ((), ("check",)),
    "clang-format": (("i",), ()),
    "shfmt": (("w", "write"), ()),
    "google-java-format": (("i", "replace"), ()),
    "ktlint": (("F", "format"), ()),
    "rubocop": (("a", "A", "autocorrect", "autocorrect-all", "auto-correct"), ()),
    "standardrb": (("fix",), ()),
    "swiftformat": ((), ("lint", "dryrun")),
    "buildifier": ((), ("mode",)),
    "dos2unix": ((), ()),
    "unix2dos": ((), ()),
    "djlint": (("reformat",), ()),
    "nbstripout": ((), ()),
    "comby": (("i", "in-place"), ()),
    "rpl": ((), ("s", "dry-run")),
    "mmv": ((), ("n",)),
    "crudini": (("set", "del", "merge"), ()),
    "sd": ((), ("p", "preview")),
    "rename": ((), ("n", "nono")),
    "prename": ((), ("n", "nono")),
    "perl-rename": ((), ("n", "nono")),
}
# Programs whose first operand is a verb, and the verbs that write.
_VERBS: dict[str, dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "ruff": {
        "format": ((), ("check", "diff")),
        "check": (("fix", "fix-only", "unsafe-fixes"), ("diff",)),
    },
    "biome": {
        "format": (("write", "fix"), ()),
        "check": (("write", "fix", "apply", "apply-unsafe"), ()),
        "lint": (("write", "fix", "apply"), ()),
    },
    "sqlfluff": {"fix": ((), ()), "format": ((), ())},
    "dprint": {"fmt": ((), ())},
    "buf": {"format": (("w", "write"), ())},
    "php-cs-fixer": {"fix": ((), ("dry-run",))},
    "ast-grep": {"run": (("U", "update-all"), ()), "scan": (("U", "update-all"), ())},
    "jupyter": {"nbconvert": (("inplace", "output"), ())},
}
# Operands that are no files, in front of those that are.
_LEADING = {"sd": 2, "comby": 2, "rpl": 2, "rename": 1, "prename": 1, "perl-rename": 1}
_VALUED = "o"


def formatter(call: Invocation) -> None:
    """A formatter, or a verb of one."""
    arguments = call.arguments
    table = _FORMATTERS.get(call.name)
    verbs = _VERBS.get(call.name)
    if verbs is not None:
        at = next((i for i, word in enumerate(arguments) if not word.startswith("-")), -1)
        table = verbs.get(arguments[at]) if at >= 0 else None
        arguments = arguments[at + 1 :]
    if table is None:
        return
    writes, looks = table
    options = read(
        arguments,
        long_valued=("config", "line-length", "select", "ignore", "exclude", "target-version"),
        long=("i", "w", "l", "d"),
        single=call.name in ("gofmt", "goimports", "gofumpt", "clang-format", "comby"),
    )
    if (writes and not options.has(*writes)) or options.has(*looks):
        return
    for operand in options.operands[_LEADING.get(call.name, 0) :]:
        # The whole tree is judged at Stop, as what git does to it is.
        if call.path(operand) != call.path("."):
            call.emit(EDIT, path=operand, flags=("recursive", "formatter"))


def builder(call: Invocation) -> None:
    """A compiler or converter: it writes what `-o` names."""
    options = read(call.arguments, valued=_VALUED, long_valued=("output", "out", "outfile"))
    # What comes out is as trustworthy as the sources: files of the project, or what came from
    # elsewhere in this command line.
    written = call.machine.contents
    carried = "".join(written.get(call.path(word), "") for word in options.operands)
    carried += call.stdin or ""
    for path in options.all("o", "output", "out", "outfile"):
        if path and path != "-":
            text = f"the output of {call.name}"
            call.write(path, call.unknown(text, kind=FILE, like=carried))
    if call.name == "protoc":
        named_outputs(call)


_BUILDERS = (
    *("cc", "gcc", "g++", "clang", "clang++", "ld", "rustc", "pandoc", "dot", "protoc", "as"),
    *("swiftc", "gfortran", "ghc", "nvcc", "ocamlc", "ocamlopt", "tcc", "gnatmake", "dmd"),
    *("clang-cl", "icc", "icx", "gdc", "ldc2", "fpc", "emcc"),
    *("nasm", "objcopy", "xmllint", "xsltproc", "esbuild", "sass", "lessc", "typst"),
)

MODELS = {
    **dict.fromkeys((*_FORMATTERS, *_VERBS), formatter),
    **dict.fromkeys(_BUILDERS, builder),
}
