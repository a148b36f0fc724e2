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
    "prefixes": (
        *("arch", "caffeinate", "catchsegv", "ccache", "cgexec", "chpst", "chronic"),
        *("chrt", "cpulimit", "daemonize", "dbus-launch", "dbus-run-session", "doas"),
        *("dumb-init", "eatmydata", "env", "fakeroot", "faketime", "firejail", "genv"),
        *("gosu", "gtime", "gtimeout", "ifne", "ionice", "linux32", "linux64", "ltrace"),
        *("nice", "nohup", "nsenter", "numactl", "pkexec", "prlimit", "proot"),
        *("proxychains", "proxychains4", "retry", "rlwrap", "runuser", "sccache"),
        *("setarch", "setpriv", "setsid", "sg", "softlimit", "ssh-agent", "stdbuf"),
        *("strace", "su", "su-exec", "sudo", "systemd-inhibit", "systemd-run", "taskset"),
        *("time", "timeout", "tini", "torsocks", "tsocks", "unbuffer", "unshare"),
        *("valgrind", "winpty", "xvfb-run"),
    ),
    "batches": (*("entr", "flock", "gxargs", "parallel", "script", "watch", "xargs"),),
    "remote": (*("autossh", "bwrap", "chroot", "mosh", "screen", "ssh", "sshpass", "tmux"),),
    "runners": (
        *("asdf", "bmake", "bundle", "bunx", "busybox", "capsh", "cmd", "cmd.exe"),
        *("direnv", "dotenvx", "expect", "gdb", "gmake", "hyperfine", "lldb", "make"),
        *("mise", "npx", "perf", "pipenv", "pixi", "pnpx", "pyenv", "rbenv", "run-parts"),
        *("start-stop-daemon", "toybox", "wsl", "wsl.exe"),
    ),
    "editors": (
        *("ed", "emacs", "emacsclient", "ex", "exim", "fzf", "gvim", "helix", "hx"),
        *("joe", "kak", "man", "mcedit", "micro", "nano", "nvim", "pico", "red", "sk"),
        *("vi", "view", "vim", "vimdiff"),
    ),
    "interpreters": (
        *("awk", "gawk", "ipython", "irb", "jruby", "lua", "lua5.3", "lua5.4", "luajit"),
        *("mawk", "nawk", "node", "nodejs", "osascript", "perl", "php", "php-cgi"),
        *("powershell", "powershell.exe", "pwsh", "pwsh.exe", "pypy", "pypy3", "python"),
        *("python2", "python2.7", "python3", "python3.10", "python3.11", "python3.12"),
        *("python3.13", "python3.14", "python3.15", "python3.6", "python3.7"),
        *("python3.8", "python3.9", "r", "rscript", "ruby", "tclsh", "ts-node", "tsx"),
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
