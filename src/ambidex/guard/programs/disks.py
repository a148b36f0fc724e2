"""Programs that work on disks, partitions, volumes and their file systems.

Hot path: nothing but what the models share.
"""

from __future__ import annotations

from ambidex.guard import effects
from ambidex.guard.programs import options
from ambidex.guard.programs.paths import asks_help, put
from ambidex.guard.taint import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.invocation import Invocation

_FORMATS = (
    *("ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "fat", "ntfs", "exfat", "f2fs", "minix"),
    *("msdos", "jfs", "reiserfs", "bfs", "cramfs", "erofs", "nilfs2", "udf", "bcachefs", "gfs2"),
    *("ocfs2", "squashfs", "ubifs", "jffs2", "hfsplus", "zfs"),
)
_MKFS = (
    "mkfs",
    *[f"mkfs.{name}" for name in _FORMATS],
    *("mke2fs", "mkdosfs", "mkntfs", "mkswap", "mkexfatfs", "mkreiserfs", "newfs", "newfs_apfs"),
    *("newfs_hfs", "newfs_msdos", "newfs_exfat"),
)


def change(call: Invocation, action: str, word: str) -> None:
    """`action` on a device; on an image in an ordinary file it is only a write."""
    if word.startswith("/dev/") or not is_known(word) or ("/" not in word and "." not in word):
        name = word if word.startswith("/") or not is_known(word) else f"/dev/{word}"
        call.emit(effects.DEVICE, action=action, path=name)
    else:
        put(call, word, "", ["image"])


def _last(call: Invocation, action: str, words: list[str]) -> None:
    for word in words:
        change(call, action, word)


def _mkfs(call: Invocation) -> None:
    if asks_help(call):
        return
    given = options.read(
        call.arguments,
        valued="bCDEgGiIJLmMNoOrtTUzdlnspS" if call.name != "mkfs.ntfs" else "cLszHS",
        long_valued=("type", "label", "uuid"),
    )
    # The device comes first, a size may follow it.
    _last(call, "format", given.operands[:1])


_LISTS = {
    "fdisk": ("l", "list", "s", "getsz", "x-list"),
    "sfdisk": (
        "l",
        "list",
        "d",
        "dump",
        "J",
        "json",
        "s",
        "show-size",
        "F",
        "V",
        "verify",
        "n",
        "no-act",
    ),
    "sgdisk": ("p", "print", "i", "info", "v", "verify", "b", "backup", "P", "pretend"),
    "gdisk": ("l",),
    "cgdisk": (),
    "cfdisk": (),
    "wipefs": ("n", "no-act", "p", "parsable", "J", "json"),
    "blkdiscard": (),
    "badblocks": (),
}


def _partition(call: Invocation) -> None:
    if asks_help(call):
        return
    given = options.read(
        call.arguments,
        valued="bCHSto" if call.name != "sgdisk" else "abdeinrtuTAc",
        long=("all", "force", "list", "backup", "wipe", "delete", "zap-all", "no-act"),
        long_valued=("sector-size", "type", "offset", "length", "backup-file"),
    )
    destroys = ("o", "Z", "zap-all", "a", "all", "delete")
    if given.has(*_LISTS[call.name]) and not given.has(*destroys):
        return
    if call.name == "wipefs" and not given.has("a", "all", "o", "offset"):
        return
    if call.name == "badblocks" and not given.has("w"):
        return
    action = "erase" if call.name in ("wipefs", "blkdiscard", "badblocks") else "partition"
    _last(call, action, given.operands[:1] if call.name == "sgdisk" else given.operands)


def _parted(call: Invocation) -> None:
    given = options.read(call.arguments, valued="a", long_valued=("align",))
    words = given.operands
    if given.has("l", "list") or len(words) < 1:
        return
    if (
        all(
            word in ("print", "p", "free", "devices", "unit", "align-check", "help", "quit")
            or word in ("s", "B", "MiB", "GB", "all", "list")
            for word in words[1:]
        )
        and words[1:]
    ):
        return
    change(call, "partition", words[0])


def _hdparm(call: Invocation) -> None:
    given = options.read(call.arguments, single=False, valued="")
    dangerous = (
        *("security-erase", "security-erase-enhanced", "security-set-pass", "write-sector"),
        *("repair-sector", "make-bad-sector", "trim-sector-ranges", "fwdownload", "dco-restore"),
        *("sanitize-crypto-scramble", "sanitize-block-erase", "sanitize-overwrite-passes"),
    )
    if given.has(*dangerous):
        _last(call, "erase", [word for word in given.operands if word.startswith("/dev/")][:1])


# Volume managers and the like: program → verbs that destroy → the action.
_VERBS = {
    "zpool": {
        "destroy": "destroy",
        "labelclear": "erase",
        "offline": "detach",
        "remove": "destroy",
        "create": "format",
        "export": "detach",
        "split": "detach",
    },
    "zfs": {"destroy": "destroy", "rollback": "roll back"},
    "cryptsetup": {
        "luksFormat": "format",
        "erase": "erase",
        "luksErase": "erase",
        "luksKillSlot": "erase",
        "luksRemoveKey": "erase",
        "reencrypt": "reencrypt",
        "remove": "detach",
    },
    "nvme": {
        "format": "format",
        "sanitize": "erase",
        "delete-ns": "destroy",
        "write-zeroes": "erase",
    },
    "diskutil": {
        **dict.fromkeys(
            (
                "erasedisk",
                "erasevolume",
                "zerodisk",
                "secureerase",
                "randomdisk",
                "eraseoptical",
                "reformat",
            ),
            "erase",
        ),
        **dict.fromkeys(
            ("partitiondisk", "resizevolume", "splitpartition", "mergepartitions", "addpartition"),
            "partition",
        ),
        **dict.fromkeys(("unmount", "unmountdisk", "eject", "umount"), "detach"),
        **dict.fromkeys(
            ("deletevolume", "deletecontainer", "deletevolumegroup", "deletelvg"), "destroy"
        ),
    },
}
_NESTED = {
    "btrfs": {
        ("subvolume", "delete"): "destroy",
        ("device", "delete"): "detach",
        ("device", "remove"): "detach",
        ("qgroup", "destroy"): "destroy",
        ("balance", "start"): "rebalance",
    },
    "diskutil": {
        ("apfs", "deletevolume"): "destroy",
        ("apfs", "deletecontainer"): "destroy",
        ("apfs", "deletesnapshot"): "destroy",
        ("apfs", "erasevolume"): "erase",
        ("coreStorage", "delete"): "destroy",
        ("cs", "delete"): "destroy",
        ("appleraid", "delete"): "destroy",
    },
}


def _verbs(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="cshtlpSo" if call.name == "cryptsetup" else "",
        long_valued=("cipher", "hash", "key-size", "type", "key-file", "label", "pbkdf"),
    )
    words = given.operands
    if call.name in ("zfs", "zpool") and given.has("n") and words[:1] != ["rollback"]:
        return  # says what it would do
    folded = [word.lower() for word in words]
    verb = folded[0] if folded else ""
    verbs = {name.lower(): action for name, action in _VERBS.get(call.name, {}).items()}
    action = verbs.get(verb, "")
    targets = words[1:]
    for path, nested in _NESTED.get(call.name, {}).items():
        # btrfs' verbs may be abbreviated.
        if len(words) > 1 and all(
            have and name.lower().startswith(have) for name, have in zip(path, folded)
        ):
            action, targets = nested, words[2:]
    if action:
        call.emit(
            effects.DEVICE,
            action=action,
            target=" ".join(targets[:1]),
            path="".join(word for word in targets[:1] if word.startswith("/")),
        )


def _lvm(call: Invocation) -> None:
    if asks_help(call):
        return
    words = call.arguments
    name = call.name
    if name == "lvm":
        if not words:
            return
        name, words = words[0].lower(), words[1:]
    actions = {
        **dict.fromkeys(("lvremove", "vgremove", "pvremove"), "destroy"),
        **dict.fromkeys(("lvreduce", "vgreduce"), "shrink"),
        **dict.fromkeys(("pvcreate", "vgcreate", "vgsplit", "vgmerge", "lvconvert"), "format"),
    }
    if name == "lvresize" and any(
        "-" in word[1:] for word in words if word.startswith(("-L", "-l", "-"))
    ):
        actions["lvresize"] = "shrink"
    if name in actions:
        given = options.read(
            words, valued="lLnS", long_valued=("size", "extents", "name", "select")
        )
        if not given.has("t", "test"):
            target = " ".join(given.operands) or "every volume that fits"
            call.emit(effects.DEVICE, action=actions[name], target=target)


def _mdadm(call: Invocation) -> None:
    given = options.read(
        call.arguments,
        valued="lnxcNe",
        long=("zero-superblock", "create", "stop", "fail", "remove"),
        long_valued=("level", "raid-devices", "spare-devices", "chunk", "name", "metadata"),
    )
    actions = {
        "zero-superblock": "erase",
        "C": "format",
        "create": "format",
        "S": "detach",
        "stop": "detach",
        "f": "detach",
        "fail": "detach",
        "r": "detach",
        "remove": "detach",
    }
    for name, action in actions.items():
        if given.has(name):
            call.emit(effects.DEVICE, action=action, target=" ".join(given.operands[:1]))
            return


def _mount(call: Invocation) -> None:
    if asks_help(call) or call.arguments == ["-V"]:
        return
    given = options.read(
        call.arguments,
        valued="tLUoO",
        long=("all", "bind", "rbind", "move", "make-private", "lazy", "force", "help", "list"),
        long_valued=("types", "options", "source", "target", "label", "uuid"),
    )
    if (
        call.name == "mount"
        and not given.operands
        and not given.has("a", "all", "source", "target")
    ):
        return  # prints what is mounted
    verb = "mount" if call.name == "mount" else "unmount"
    call.emit(effects.HOST, action=verb, target=" ".join(given.operands))


def _swap(call: Invocation) -> None:
    given = options.read(call.arguments, long=("all", "show", "summary"))
    if given.operands or given.has("a", "all"):
        call.emit(effects.HOST, action=call.name, target=" ".join(given.operands) or "all")


MODELS = {
    **dict.fromkeys(_MKFS, _mkfs),
    **dict.fromkeys(_LISTS, _partition),
    "parted": _parted,
    "gparted": _parted,
    "hdparm": _hdparm,
    **dict.fromkeys(("zpool", "zfs", "cryptsetup", "nvme", "diskutil", "btrfs"), _verbs),
    **dict.fromkeys(
        (
            *("lvm", "lvremove", "vgremove", "pvremove", "lvreduce", "vgreduce", "pvcreate"),
            *("vgcreate", "vgsplit", "vgmerge", "lvconvert", "lvresize"),
        ),
        _lvm,
    ),
    "mdadm": _mdadm,
    **dict.fromkeys(("mount", "umount", "unmount"), _mount),
    **dict.fromkeys(("swapon", "swapoff"), _swap),
}
