"""What a tool call would do to the world: the words in which rules speak.

Hot path: nothing is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# Effects on files; `path` says on which.
READ = "read"
WRITE = "write"  # create or replace; the file's old content is lost
APPEND = "append"
EDIT = "edit"  # change parts in place (`sed -i`, `patch`)
DELETE = "delete"
MOVE = "move"  # the old name goes: `path`; what appears elsewhere is a WRITE of its own
LINK = "link"  # a new name `path` for the file `target`
MODE = "mode"  # chmod, chattr, setfacl; `action` is the mode as written
OWNER = "owner"
# Effects beyond files; `action` is the verb, `target` on what.
EXECUTE = "execute"  # `data` is the code, where it is known or tainted
SEND = "send"  # `target` is the host, `data` what is sent
FETCH = "fetch"  # `target` is the host or URL
GIT = "git"  # `action` is the subcommand in git's own words: reset, clean, push …
REMOTE = "remote"  # changes what others see; `action` delete, change, create, merge, deploy …
INSTALL = "install"
PUBLISH = "publish"
KILL = "kill"
ROOT = "root"  # becomes another user
DEVICE = "device"  # disks and partitions; `path` or `target` names the device
HOST = "host"  # the machine as a whole: shutdown, services, kernel, users, firewall, schedules
ENVIRON = "environ"  # sets a variable that changes what programs do; `target` is its name
RUN = "run"  # any program, by its name; only where the project has rules of its own
UNKNOWN = "unknown"  # something that could not be read; `action` says what

KINDS = (
    *(READ, WRITE, APPEND, EDIT, DELETE, MOVE, LINK, MODE, OWNER, EXECUTE, SEND, FETCH, GIT),
    *(REMOTE, INSTALL, PUBLISH, KILL, ROOT, DEVICE, HOST, ENVIRON, RUN, UNKNOWN),
)

# What changes a file or takes it away.
CHANGES = frozenset({WRITE, APPEND, EDIT, DELETE, MOVE, LINK, MODE, OWNER})


class Effect:
    """One thing that a command would do.

    Attributes:
        kind: one of `KINDS`.
        action: the verb where the kind has several: `push`, `delete`, `shutdown`; lower case.
        path: the file concerned, absolute and normalised; may be tainted; `""` for none.
        target: what else is concerned: host, service and object, process, package, variable.
        data: what is written, sent or executed, tainted where it is not known; `""` if nothing is.
        flags: what makes it worse or better, in words: `recursive`, `force`, `lease`, `hard`.
        words: the command's words, program first.
        via: how sure it is that this happens. `""`: as written. `script:<path>`: by a file of the
            project that the command runs. `wrapper:<name>`: if a program that is not known runs
            its arguments.
    """

    __slots__ = ("action", "data", "flags", "kind", "path", "target", "via", "words")

    def __init__(
        self,
        kind: str,
        *,
        action: str = "",
        path: str = "",
        target: str = "",
        data: str = "",
        flags: Iterable[str] = (),
        words: Iterable[str] = (),
        via: str = "",
    ) -> None:
        self.kind = kind
        self.action = action
        self.path = path
        self.target = target
        self.data = data
        self.flags = frozenset(flags)
        self.words = tuple(words)
        self.via = via

    def __repr__(self) -> str:
        facts = [f"{name}={getattr(self, name)!r}" for name in self.__slots__ if name != "kind"]
        return f"Effect({self.kind!r}, {', '.join(facts)})"
