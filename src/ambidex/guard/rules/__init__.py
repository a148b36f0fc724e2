"""The guard's rules, in packs; a pack is imported when an effect occurs that it speaks about.

Hot path: only the packs at hand are imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ambidex.guard.rules.rule import Rule

_CHANGES = ("write", "append", "edit", "delete", "move", "link", "mode", "owner")

# Pack (a module here with a tuple `RULES`) → the kinds of effects that its rules ask about.
PACKS: dict[str, frozenset[str]] = {
    "filesystem": frozenset({"append", "delete", "edit", "link", "move", "write"}),
    "devices": frozenset({"append", "device", "edit", "link", "mode", "move", "owner", "write"}),
    "host": frozenset({"append", "host", "kill", "write"}),
    "permissions": frozenset({"environ", "mode", "owner"}),
    "own": frozenset({"environ", "host", *_CHANGES}),
    "golden": frozenset({*_CHANGES}),
    "paths": frozenset({"read", *_CHANGES}),
    "remote_code": frozenset({"execute", "send"}),
    "network": frozenset({"fetch", "send"}),
    "credentials": frozenset({"fetch", "read", "remote", *_CHANGES}),
    "containers": frozenset({"publish", "remote"}),
    "clusters": frozenset({"remote"}),
    "cloud": frozenset({"remote"}),
    "infrastructure": frozenset({"remote"}),
    "databases": frozenset({"remote"}),
    "git": frozenset({"git", "remote"}),
    "hooks_bypass": frozenset({"git", "host"}),
    "delivery": frozenset({"remote"}),
    "packages": frozenset({"install", "publish"}),
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
