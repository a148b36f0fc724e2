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
    "hook_managers": (
        *("pre-commit", "prek", "husky", "lefthook", "overcommit", "simple-git-hooks"),
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
