"""Rules about commands of Ambidex that are for a person, and of the client that switch it off.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.effects import ENVIRON, HOST
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.scene import Scene


def _is_for_a_person(effect: Effect, scene: Scene) -> str:
    if effect.action != "ambidex":
        return ""
    return f"`ambidex {scene.show(effect.target)}` is for a person at a terminal"


def _unguarded(effect: Effect, scene: Scene) -> str:  # noqa: ARG001
    if effect.kind == ENVIRON:
        if effect.target in ("CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_DISABLE_HOOKS"):
            return f"{effect.target} switches the client's hooks off"
        return ""
    if effect.action != "client" or "unguarded" not in effect.flags:
        return ""
    return f"the client would run without what watches it ({effect.target})"


def _client(effect: Effect, scene: Scene) -> str:  # noqa: ARG001
    if effect.action != "client" or "changes" not in effect.flags:
        return ""
    return f"`claude {effect.target}` changes the client's own configuration"


RULES = (
    Rule(
        "ambidex.own.person-only",
        kinds=(HOST,),
        when=_is_for_a_person,
        decision=DENY,
        severity="critical",
        protects="decisions that only a person may take",
        why="Trust, approvals and golden tests mean nothing if an agent gives them to itself.",
        instead="Tell the user what you need and why.",
        match=(
            "ambidex trust",
            "ambidex approve src/app.py --for 30m",
            "/opt/tools/bin/ambidex pause",
            ".venv/bin/ambidex uninstall",
            "ambidex golden promote tests/test_app.py",
            "ambidex init --force",
            "ambidex allow ambidex.git.clean",
        ),
        not_match=(
            "ambidex status",
            "ambidex verify",
            "ambidex explain 'ambidex trust'",
            "ambidex trust --help",
            "ambidex doctor",
            "ambidex golden list",
            "grep -rn 'ambidex trust' docs",
        ),
    ),
    Rule(
        "ambidex.own.unguarded",
        kinds=(HOST, ENVIRON),
        when=_unguarded,
        decision=DENY,
        severity="critical",
        protects="this guard",
        why="What is refused here would be done there, with nobody asked.",
        instead="Do the work in this session; tell the user what is refused.",
        match=(
            "claude --dangerously-skip-permissions -p 'remove the tests'",
            "claude -p 'go on' --permission-mode bypassPermissions",
            "claude --bare -p 'go on'",
            "claude plugin disable ambidex",
            "claude plugin uninstall ambidex@tools",
            "claude --settings '{\"disableAllHooks\": true}' -p x",
        ),
        not_match=(
            "claude --version",
            "claude -p 'explain the bare option'",
            "claude plugin list",
            "claude --help",
            "claude mcp list",
            "claude --permission-mode plan -p x",
        ),
    ),
    Rule(
        "ambidex.own.client",
        kinds=(HOST,),
        when=_client,
        decision=ASK,
        severity="high",
        protects="the client's configuration",
        why="It decides what later sessions may do and what they are told.",
        instead="Tell the user what should be configured and why.",
        match=(
            "claude mcp add tools -- npx tools",
            "claude plugin install helper@market",
            "claude config set theme dark",
            "claude mcp remove tools",
            "claude plugin enable helper",
            "claude mcp add-json tools '{}'",
        ),
        not_match=(
            "claude mcp list",
            "claude mcp get tools",
            "claude plugin list",
            "claude config get theme",
            "claude -p 'add a test'",
            "claude mcp add --help",
        ),
    ),
)
