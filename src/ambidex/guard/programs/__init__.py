"""What programs do with their arguments: one model per program, imported when it is called.

Hot path: only the family at hand is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ambidex.guard.invocation import Invocation

    Model = Callable[[Invocation], None]

# Module in this package → the programs that it has models for, in its table `MODELS`.
FAMILIES: dict[str, tuple[str, ...]] = {
    "formatters": (
        *("black", "isort", "yapf", "autopep8", "autoflake", "pyupgrade", "2to3"),
        *("docformatter", "prettier", "eslint", "stylelint", "standard", "xo", "tslint"),
        *("markdownlint", "markdownlint-cli2", "codespell", "gofmt", "goimports"),
        *("gofumpt", "rustfmt", "clang-format", "shfmt", "google-java-format", "ktlint"),
        *("rubocop", "standardrb", "swiftformat", "buildifier", "dos2unix", "unix2dos"),
        *("djlint", "nbstripout", "sd", "rename", "prename", "perl-rename", "ruff"),
        *("biome", "sqlfluff", "dprint", "buf", "php-cs-fixer", "ast-grep", "jupyter"),
        *("cc", "gcc", "g++", "clang", "clang++", "ld", "rustc", "pandoc", "dot", "protoc"),
        *("as", "nasm", "objcopy", "xmllint", "xsltproc", "esbuild", "sass", "lessc"),
        *("typst",),
    ),
    "shells": (
        *("sh", "bash", "dash", "zsh", "ksh", "ash", "mksh", "fish", "rbash", "ksh93"),
        *("yash",),
    ),
}

_FAMILY_OF = {program: family for family, programs in FAMILIES.items() for program in programs}


def model_of(name: str) -> Model | None:
    """The model of the program `name` (a base name, lower case), None when there is none."""
    family = _FAMILY_OF.get(name)
    if family is None:
        return None
    module = __import__(f"ambidex.guard.programs.{family}", fromlist=["MODELS"])
    model: Model = module.MODELS[name]
    return model
