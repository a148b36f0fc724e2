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
    "prefixes": tuple(
        (
            "arch caffeinate catchsegv ccache cgexec chpst chronic chrt cpulimit daemonize "
            "dbus-launch dbus-run-session doas dumb-init eatmydata env fakeroot faketime "
            "firejail genv gosu gtime gtimeout ifne ionice linux32 linux64 ltrace nice nohup "
            "nsenter numactl pkexec prlimit proot proxychains proxychains4 retry rlwrap "
            "runuser sccache setarch setpriv setsid sg softlimit ssh-agent stdbuf strace su "
            "su-exec sudo systemd-inhibit systemd-run taskset time timeout tini torsocks "
            "tsocks unbuffer unshare valgrind winpty xvfb-run"
        ).split()
    ),
    "batches": tuple(
        (
            "at batch entr flock gxargs parallel script watch xargs"
        ).split()
    ),
    "remote": tuple(
        (
            "autossh bwrap chroot mosh screen ssh sshpass tmux"
        ).split()
    ),
    "runners": tuple(
        (
            "asdf aws-vault bmake bundle bunx busybox capsh cmd cmd.exe direnv doppler "
            "dotenvx expect gdb gmake hatch hyperfine lldb make mise npx op pdm perf pipenv "
            "pixi pnpx poetry pyenv rbenv run-parts rye start-stop-daemon toybox uvx wsl "
            "wsl.exe"
        ).split()
    ),
    "editors": tuple(
        (
            "ed emacs emacsclient ex exim fzf gvim helix hx joe kak less man mcedit micro "
            "nano nvim pico red sk vi view vim vimdiff"
        ).split()
    ),
    "interpreters": tuple(
        (
            "awk bun deno gawk gojq ipython irb jq jruby lua lua5.3 lua5.4 luajit mawk nawk "
            "node nodejs osascript perl php php-cgi powershell powershell.exe pwsh pwsh.exe "
            "pypy pypy3 python python2 python2.7 python3 python3.10 python3.11 python3.12 "
            "python3.13 python3.14 python3.15 python3.6 python3.7 python3.8 python3.9 r "
            "rscript ruby tclsh ts-node tsx yq"
        ).split()
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
