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
    "git": (
        *("git", "git-reset", "git-clean", "git-push", "git-checkout", "git-restore", "git-lfs"),
        *("git-filter-branch", "git-filter-repo", "git-commit", "git-apply", "git-am", "git-rm"),
        *("git-update-ref", "git-stash", "git-branch", "git-send-email"),
    ),
    "version_control": (*("hg", "svn", "jj"),),
    "hosting": (*("gh", "glab", "hub", "tea"),),
    "deploying": (
        *("vercel", "netlify", "fly", "heroku", "firebase", "wrangler", "serverless"),
        *("railway", "render", "amplify", "ampx", "surge", "gh-pages", "cap", "kamal", "dokku"),
        *("eb", "copilot", "skaffold", "argocd", "supabase", "convex", "eas", "fastlane"),
        *("appwrite", "dep", "shipit", "sst", "zappa", "chalice", "clever", "deployctl"),
        *("gigalixir", "convox", "nixops", "pm2", "mkdocs", "mike", "ansible-playbook"),
        *("ansible-pull", "flyctl", "now", "vc", "ntl", "sls", "wrangler2"),
    ),
    "packages": (
        *("pip", "pip3", "pip2", "uv", "uvx", "pipx", "conda", "mamba", "micromamba", "npm"),
        *("yarn", "pnpm", "bun", "apt", "apt-get", "aptitude", "dpkg", "yum", "dnf", "zypper"),
        *("apk", "brew", "port", "snap", "flatpak", "nix-collect-garbage", "choco", "winget"),
        *("scoop", "pacman", "yay", "rpm"),
    ),
    "publishing": (
        *("twine", "flit", "poetry", "hatch", "pdm", "maturin", "rye", "cargo"),
        *("cargo-release", "gem", "rake", "mvn", "mvnw", "sbt", "dotnet", "nuget", "helm"),
        *("vsce", "ovsx", "pod", "anaconda", "crane", "skopeo", "oras", "goreleaser"),
        *("semantic-release", "release-it", "lerna", "changeset", "np", "mix", "stack"),
        *("cabal", "dart", "flutter", "jsr", "deno", "snapcraft", "luarocks", "conan"),
        *("puppet", "clojars", "lein", "opam", "melos", "huggingface-cli", "hf", "web-ext"),
        *("ansible-galaxy", "gradle", "gradlew"),
    ),
    "own": (*("ambidex", "claude"),),
    "hook_managers": (
        *("pre-commit", "prek", "husky", "lefthook", "overcommit", "simple-git-hooks"),
    ),
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
