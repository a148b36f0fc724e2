"""Rules about disks: formatting, partitioning, erasing, and writes to raw devices.

Hot path: nothing but places.
"""

from __future__ import annotations

from ambidex.guard import places
from ambidex.guard.effects import APPEND, DEVICE, EDIT, LINK, MODE, MOVE, OWNER, WRITE
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene

_DESTROYING = {
    "format": "a new file system or volume on",
    "partition": "a change of the partitions of",
    "erase": "the erasing of",
    "destroy": "the destruction of",
    "shrink": "the shrinking of",
    "reencrypt": "the re-encryption of",
}
_WEIGHED = {
    "detach": "the detaching of",
    "roll back": "the rolling back of",
    "rebalance": "the rebalancing of",
}
# Devices that are no disks: terminals, serial lines, the network's pseudo devices, sockets.
_HARMLESS = ("/dev/tcp/", "/dev/udp/", "/dev/pts/", "/dev/tty", "/dev/fd/", "/dev/log", "/dev/snd/")


def _named(effect: Effect, scene: Scene) -> str:
    return scene.show(effect.path or effect.target) or "a disk"


def _destroys(effect: Effect, scene: Scene) -> str:
    verb = _DESTROYING.get(effect.action)
    return f"{verb} {_named(effect, scene)}" if verb else ""


def _weighed(effect: Effect, scene: Scene) -> str:
    verb = _WEIGHED.get(effect.action)
    return f"{verb} {_named(effect, scene)}" if verb else ""


def _raw(effect: Effect, scene: Scene) -> str:
    for reach in places.reaches(effect, scene):
        path = reach.base if reach.base != "/dev" else effect.path
        if path.startswith(_HARMLESS) or reach.anywhere:
            continue
        if places.where(path, scene) == places.DEVICE:
            return f"a change of the device {scene.show(effect.path)}"
    return ""


RULES = (
    Rule(
        "ambidex.devices.destroy",
        kinds=(DEVICE,),
        when=_destroys,
        decision=DENY,
        severity="critical",
        protects="disks and what is on them",
        why="Everything on the disk or volume is lost at once.",
        instead="Leave disks to the person; for tests, make an image in an ordinary file.",
        match=(
            "mkfs.ext4 /dev/sda1",
            "mkfs -t xfs /dev/nvme0n1p2",
            "wipefs --all /dev/sdb",
            "sgdisk --zap-all /dev/sdb",
            "fdisk /dev/sda",
            "parted -s /dev/sda mklabel gpt",
            "lvm lvremove -f vg/data",
            "vgremove vg",
            "zpool destroy tank",
            "zfs destroy -r tank/home",
            "cryptsetup luksFormat /dev/sdc",
            "mdadm --zero-superblock /dev/sdb1",
            "btrfs subvolume delete /data/@home",
            "diskutil eraseDisk JHFS+ Untitled disk2",
            "blkdiscard /dev/nvme0n1",
            "hdparm --security-erase x /dev/sda",
        ),
        not_match=(
            "mkfs.ext4 ./disk.img",
            "fdisk -l",
            "parted /dev/sda print",
            "wipefs /dev/sdb",
            "lsblk",
            "lvs",
            "zpool status",
            "zfs list",
            "diskutil list",
            "cryptsetup status x",
            "btrfs filesystem show",
            "hdparm -I /dev/sda",
        ),
    ),
    Rule(
        "ambidex.devices.detach",
        kinds=(DEVICE,),
        when=_weighed,
        decision=ASK,
        severity="high",
        protects="disks in use",
        why="Programs may be using it, and what they have not yet written is lost.",
        instead="Leave disks to the person.",
        match=(
            "zpool export tank",
            "zfs rollback tank/home@yesterday",
            "mdadm --stop /dev/md0",
            "diskutil eject disk2",
            "zpool offline tank sdb",
            "btrfs device remove /dev/sdb /data",
        ),
        not_match=(
            "zpool list",
            "zfs get all tank",
            "mdadm --detail /dev/md0",
            "diskutil info disk2",
            "zpool status tank",
            "btrfs device stats /data",
        ),
    ),
    Rule(
        "ambidex.devices.raw-write",
        kinds=(WRITE, APPEND, EDIT, LINK, MODE, MOVE, OWNER),
        when=_raw,
        decision=DENY,
        severity="critical",
        protects="raw devices: disks, memory",
        why="It bypasses the file system and destroys what is there.",
        instead="Write to an ordinary file.",
        match=(
            "dd if=/dev/zero of=/dev/sda bs=1M",
            "dd of=/dev/mem if=x",
            "tee /dev/nvme0n1",
            "cp image.iso /dev/sdb",
            "shred /dev/sdb",
            "truncate -s 0 /dev/vda",
            "chmod 666 /dev/sda",
            "cp x /dev/mapper/vg-root",
        ),
        not_match=(
            "dd if=/dev/zero of=disk.img bs=1M count=10",
            "dd if=/dev/sda of=backup.img",
            "tee /dev/null",
            "tee /dev/stderr",
            "cp x /dev/shm/x",
            "cat /dev/urandom",
            "tee /dev/tty",
            "dd if=/dev/urandom of=/dev/null count=1",
        ),
    ),
)
