"""What programs that work on files share: destinations, folders, operands of unknown place.

Hot path: `os` only.
"""

from __future__ import annotations

import os

from ambidex.guard import effects
from ambidex.guard.taint import FILE, is_known, is_pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ambidex.guard.invocation import Invocation

# Flag of an effect whose path starts with text that nothing is known about: it may lie anywhere,
# although the path shows it below the directory that the program runs in.
ANYWHERE = "anywhere"
# So many of the latest effects are searched for folders that the command line itself made.
_LOOK_BACK = 200
# So many of the files that a list names are followed.
_MAX_LISTED = 64
# Beyond so many written files their content is no longer followed through folders.
MAX_CONTENTS = 300


def asks_help(call: Invocation) -> bool:
    """Whether the program only prints its help or version.

    Only the first word counts: behind operands some systems take `--help` for an operand.
    """
    if len(call.words) == 2 and call.words[1] == "-h" and call.name in _SHORT_HELP:
        return True
    return len(call.words) > 1 and call.words[1] in ("--help", "--version", "-help", "--usage")


# Programs of which `-h` alone asks for help; for others it is an option (`shutdown -h`).
_SHORT_HELP = frozenset(
    (
        *("pkill", "killall", "skill", "useradd", "userdel", "usermod", "groupadd", "groupdel"),
        *("groupmod", "passwd", "chage", "chsh", "chfn", "visudo", "gpasswd", "update-grub"),
        *("grub-install", "grub-mkconfig", "kexec", "spctl", "csrutil", "nvram", "bless"),
        *("efibootmgr", "dracut", "mkinitcpio", "update-initramfs", "umount", "lvremove"),
        *("vgremove", "pvremove", "lvreduce", "vgreduce", "pvcreate", "vgcreate", "lvconvert"),
    )
)


def place(call: Invocation, word: str) -> list[str]:
    """`anywhere` when `word` starts with unknown text that is not a list of known folders.

    `slash` besides when it ends in a slash, so that an empty value would make it the root.
    """
    if not word or is_known(word[0]) or is_pattern(word[0]):
        return []
    sources = call.sources(word[0])
    if sources and sources[0].folders:
        return []
    return [ANYWHERE, "slash"] if word.endswith("/") else [ANYWHERE]


def is_folder(call: Invocation, word: str) -> bool:
    """Whether `word` names a folder: by its form, on the disk, or made by the command line."""
    if word.endswith("/") or os.path.basename(word) in (".", ".."):
        return True
    path = call.path(word)
    if is_known(path) and os.path.isdir(path):
        return True
    return any(
        effect.path == path and "folder" in effect.flags
        for effect in call.machine.effects[-_LOOK_BACK:]
    )


def may_be_folder(call: Invocation, word: str) -> bool:
    """Whether `word` is not certainly a single file."""
    path = call.path(word)
    return not is_known(path) or not os.path.isfile(path)


def base_name(word: str) -> str:
    """The last part of a path as written; `""` where that is `.` or `..` (the folder's content)."""
    name = os.path.basename(word.rstrip("/"))
    return "" if name in (".", "..") else name


def inside(folder: str, name: str) -> str:
    """`name` below `folder`, as one would write it."""
    if not name:
        return folder
    return folder + name if folder.endswith("/") else f"{folder}/{name}"


def destinations(
    call: Invocation,
    operands: list[str],
    folder: str = "",
    *,
    exact: bool = False,
    whole: bool = False,
) -> list[tuple[str, str]]:
    """Pairs of a source and the path it goes to, for `cp`, `mv`, `ln` and `install`.

    Args:
        call: the program.
        operands: sources, and the destination as the last one unless `folder` is given.
        folder: the destination folder of `-t`.
        exact: the destination is no folder, `-T`.
        whole: sources keep their folders, `--parents`.
    """
    if folder:
        sources, target, into = operands, folder, True
    elif len(operands) < 2:
        return []
    else:
        sources, target = operands[:-1], operands[-1]
        # Several words of a pattern or a list become several sources.
        several = len(sources) > 1 or not is_known(os.path.basename(sources[0].rstrip("/")))
        into = not exact and (several or is_folder(call, target))
    pairs = []
    for source in sources:
        name = source.lstrip("/") if whole else base_name(source)
        pairs.append((source, inside(target, name) if into else target))
    return pairs


def read_all(call: Invocation, words: Iterable[str], *, recursive: bool = False) -> str:
    """Read the files `words` (`-` is standard input); returns all their content, tainted."""
    flags = ["recursive"] if recursive else []
    read = []
    for word in words:
        if word in ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"):
            read.append(call.stdin or "")
        elif word:
            read.append(call.read(word, flags=flags))
            if recursive:
                read += content_below(call, word)
    return "".join(read)


def read_listed(call: Invocation, text: str, folder: str = "") -> str:
    """Read the files that the lines of `text` name, where they are known."""
    if not is_known(text):
        return text
    names = [name for name in text.replace("\0", "\n").split("\n") if name][:_MAX_LISTED]
    return read_all(call, [inside(folder, name) if folder else name for name in names])


def content_below(call: Invocation, word: str) -> list[str]:
    """What the command line itself wrote into files below the folder `word`."""
    if len(call.machine.contents) > MAX_CONTENTS:
        return []
    folder = call.path(word).rstrip("/") + "/"
    return [text for path, text in call.machine.contents.items() if path.startswith(folder)]


def carry(call: Invocation, *texts: str) -> str:
    """An unknown text in which everything of `texts` may occur, shown as the command."""
    shown = " ".join(call.show(word) for word in call.words)
    return call.unknown(f"$({shown[:80]})", like="".join(texts))


def file_mark(call: Invocation, path: str) -> str:
    """The content of the file at the absolute `path`, without an effect of reading it."""
    written = call.machine.contents.get(path)
    if written is not None:
        return written
    return call.unknown(call.show(path), kind=FILE, paths=(path,))


def listing(call: Invocation, folders: Iterable[str], shown: str) -> str:
    """A mark for paths below `folders` (as written) that the program found."""
    return call.unknown(shown, folders=[call.path(folder or ".") for folder in folders])


def remove(call: Invocation, word: str, flags: Iterable[str] = ()) -> None:
    """Delete the file or folder `word`."""
    call.delete(word, flags=[*flags, *place(call, word)])


def put(
    call: Invocation, word: str, data: str = "", flags: Iterable[str] = (), kind: str = ""
) -> None:
    """Write the file `word`; `-` is standard output."""
    if word and word != "-":
        flags = [*flags, *place(call, word)]
        call.write(word, data, kind=kind or effects.WRITE, flags=flags)
