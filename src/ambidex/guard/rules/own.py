"""Rules about Ambidex itself: its wiring, and the commands that are for a person."""

from __future__ import annotations

from ambidex.guard.effects import CHANGES
from ambidex.guard.rules import own_commands
from ambidex.guard.rules.rule import Rule
from ambidex.guard.wiring import concerns
from ambidex.verdict import DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _write(effect: Effect, scene: Scene) -> str:
    place = concerns(effect, scene) if effect.path else ""
    return f"{place} is part of what guards this project" if place else ""


RULES = (
    Rule(
        "ambidex.own.write",
        kinds=CHANGES,
        when=_write,
        decision=DENY,
        severity="critical",
        protects="the configuration, hooks and records of the gates, and the client's settings",
        why="It decides what the gates check or whether they run.",
        instead="Tell the user what you would change there and why; a person edits it.",
        match=(
            "echo '{}' > .claude/settings.json",
            "rm -rf .claude",
            "rm ambidex.toml",
            "sed -i s/block/off/ ambidex.toml",
            "printf 'exit 0' > .git/hooks/pre-push",
            "mv .git/hooks .git/hooks.off",
            "rm -rf ~/.local/state/ambidex",
            "cp /tmp/s.json ~/.claude/settings.json",
            "ln -sf /tmp/hooks .claude/hooks",
            "chmod 000 .git/hooks/pre-commit",
            "printf '[core]\\n\\thooksPath = /tmp\\n' >> .git/config",
        ),
        not_match=(
            "cat .claude/settings.json",
            "echo x > .claude/commands/review.md",
            "cat ambidex.toml",
            "cp ambidex.toml /tmp/",
            "ls .git/hooks",
            "echo ambidex.toml",
            "rm notes/ambidex.toml.txt",
        ),
    ),
    *own_commands.RULES,
)
