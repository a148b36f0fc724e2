from __future__ import annotations

import json
from typing import Any

from ambidex.setup import root as roots
from ambidex.setup import template

ROOT = roots.plugin_root()


def registered(hooks: dict[str, Any]) -> dict[str, list[tuple[str, str, int]]]:
    """Event → (matcher, the launcher's argument, seconds) of each handler."""
    found = {}
    for event, groups in hooks.items():
        found[event] = [
            (
                group.get("matcher", ""),
                handler["args"][-1] if "args" in handler else handler["command"].split()[-1],
                handler["timeout"],
            )
            for group in groups
            for handler in group["hooks"]
        ]
    return found


def test_settings_and_plugin_register_the_same_hooks() -> None:
    with open(f"{ROOT}/hooks/hooks.json", encoding="utf-8") as file:
        plugin = json.load(file)["hooks"]
    settings = template.load(ROOT)["hooks"]
    assert len(settings) >= 18
    assert registered(settings) == registered(plugin)
    assert list(settings) == list(plugin)


def test_every_hook_starts_the_vendored_launcher_and_nothing_else() -> None:
    for groups in template.load(ROOT)["hooks"].values():
        for handler in groups[0]["hooks"]:
            command = handler["command"].rpartition(" ")[0]
            assert command == 'exec /bin/sh "$CLAUDE_PROJECT_DIR/.claude/ambidex/launch"'
            assert set(handler) == {"type", "command", "timeout"}


def test_the_hardest_rules_of_the_guard_are_backed_by_the_client() -> None:
    deny = template.load(ROOT)["permissions"]["deny"]
    for rule in (
        "Edit(/.claude/ambidex/**)",
        "Edit(/.claude/settings.json)",
        "Edit(/.claude/settings.local.json)",
        "Edit(/ambidex.toml)",
        "Edit(/tests/golden/**)",
        "Bash(git push --force:*)",
        "Bash(chmod 777:*)",
        "Bash(rm -rf /)",
    ):
        assert rule in deny
    assert deny[0] == "Edit(/.claude/ambidex/**)", "uninstall without a record starts from it"


def test_a_rule_never_covers_more_than_it_names() -> None:
    """`rm -rf /*` as a rule is a pattern: it would refuse `rm -rf /tmp/scratch` for good."""
    for rule in template.load(ROOT)["permissions"]["deny"]:
        if rule.startswith("Bash("):
            assert "*" not in rule.replace(":*)", ")")


def test_a_configuration_folder_elsewhere_gets_rules_of_its_own() -> None:
    environ = {"HOME": "/home/somebody", "CLAUDE_CONFIG_DIR": "/srv/claude"}
    wanted = template.for_user(template.load(ROOT), environ)
    assert wanted["permissions"]["deny"][0] == "Edit(//srv/claude/ambidex/**)"
