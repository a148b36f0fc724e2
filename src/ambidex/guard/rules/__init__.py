"""The guard's rules, in packs; a pack is imported when an effect occurs that it speaks about.

Hot path: only the packs at hand are imported.
"""

from __future__ import annotations

from ambidex.guard.effects import (
    APPEND,
    DELETE,
    DEVICE,
    EDIT,
    ENVIRON,
    HOST,
    KILL,
    LINK,
    MODE,
    MOVE,
    OWNER,
    WRITE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.guard.rules.rule import Rule

_CHANGES = ("write", "append", "edit", "delete", "move", "link", "mode", "owner")

# Pack (a module here with a tuple `RULES`) → the kinds of effects that its rules ask about.
PACKS: dict[str, frozenset[str]] = {
    "remote_code": frozenset({"execute", "send"}),
    "network": frozenset({"send", "fetch"}),
    "credentials": frozenset(
        {"read", "remote", "write", "append", "edit", "delete", "move", "mode", "owner", "link"}
    ),
    "containers": frozenset({"remote", "publish"}),
    "clusters": frozenset({"remote"}),
    "cloud": frozenset({"remote"}),
    "infrastructure": frozenset({"remote"}),
    "databases": frozenset({"remote"}),
    "filesystem": frozenset({DELETE, WRITE, MOVE, APPEND, EDIT, LINK}),
    "devices": frozenset({DEVICE, WRITE, APPEND, EDIT, LINK, MODE, MOVE, OWNER}),
    "host": frozenset({HOST, WRITE, APPEND, KILL}),
    "permissions": frozenset({MODE, OWNER, ENVIRON}),
    "git": frozenset({"git", "remote"}),
    "hooks_bypass": frozenset({"git", "host"}),
    "delivery": frozenset({"remote"}),
    "packages": frozenset({"install", "publish"}),
    "own": frozenset({"host", "environ", *_CHANGES}),
    "golden": frozenset({*_CHANGES}),
    "paths": frozenset({"read", *_CHANGES}),
}


def about(kind: str) -> Iterator[Rule]:
    """The rules that are asked about effects of `kind`."""
    for pack, kinds in PACKS.items():
        if kind in kinds:
            for rule in of_pack(pack):
                if kind in rule.kinds:
                    yield rule


def of_pack(pack: str) -> tuple[Rule, ...]:
    """The rules of one pack."""
    module = __import__(f"ambidex.guard.rules.{pack}", fromlist=["RULES"])
    rules: tuple[Rule, ...] = module.RULES
    return rules
