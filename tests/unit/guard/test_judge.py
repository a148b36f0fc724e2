"""What the policy and a person's approval make of a rule's answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from ambidex.guard import approvals, rules
from ambidex.guard.decide import decide
from ambidex.guard.effects import DELETE, WRITE, Effect
from ambidex.guard.judge import is_disabled, judge
from ambidex.guard.rulebook import all_rules, failing_examples, ids
from ambidex.guard.scene import Scene
from ambidex.policy.defaults import DEFAULTS
from testing.guarding import PATHS
from testing.guarding import project as make_project

NOW = 1_800_000_000.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


def scene(root: Path, **guard: object) -> Scene:
    policy = {**DEFAULTS, "active": True, "paths": PATHS}
    policy["guard"] = {**DEFAULTS["guard"], **guard}
    state = str(root.parent / "state")
    environ = {"HOME": "/home/somebody"}
    return Scene(
        cwd=str(root), root=str(root), policy=policy, environ=environ, state=state, now=NOW
    )


def write(root: Path, path: str, via: str = "") -> list[Effect]:
    return [Effect(WRITE, path=str(root / path), words=("tee", path), via=via)]


def test_the_strictest_answer_wins_whatever_the_order(root: Path) -> None:
    ask, deny = write(root, ".github/workflows/ci.yml"), write(root, "vendor/lib.py")
    for effects in (ask + deny, deny + ask):
        decision = judge(effects, scene(root))
        assert (decision.action, decision.rule) == ("deny", "ambidex.paths.read-only")
    assert judge(ask, scene(root)).action == "ask"
    assert judge([], scene(root)).action == "allow"


@pytest.mark.parametrize(
    ("via", "path", "action"),
    [
        ("", "vendor/lib.py", "deny"),
        ("script:x.sh", "vendor/lib.py", "deny"),
        ("wrapper:frobnicate", "vendor/lib.py", "ask"),
        ("", "Jenkinsfile", "ask"),
        ("script:x.sh", "Jenkinsfile", "allow"),
        ("wrapper:frobnicate", "Jenkinsfile", "allow"),
    ],
)
def test_what_is_not_certain_weighs_less(root: Path, via: str, path: str, action: str) -> None:
    assert judge(write(root, path, via), scene(root)).action == action


def test_a_rule_can_be_disabled_or_answer_differently(root: Path) -> None:
    rule = "ambidex.paths.read-only"
    effects = write(root, "vendor/lib.py")
    off = judge(effects, scene(root, disable=[rule]))
    assert (off.action, off.rule) == ("allow", rule)
    assert "disables" in off.reason
    change = {"rule": rule, "decision": "ask", "reason": "x"}
    assert judge(effects, scene(root, decisions=[change])).action == "ask"
    other = {**change, "rule": "ambidex.golden.write"}
    assert judge(effects, scene(root, decisions=[other])).action == "deny"


def test_a_core_pack_is_not_disabled_as_a_whole() -> None:
    assert is_disabled("ambidex.cloud.delete", ["ambidex.cloud"])
    assert is_disabled("ambidex.git.force-push", ["ambidex.git.force-push"])
    assert not is_disabled("ambidex.git.force-push", ["ambidex.git"])
    assert not is_disabled("ambidex.clouds.delete", ["ambidex.cloud"])
    assert "ambidex.git" not in ids()


def approval(root: Path, **changes: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kind": "path",
        "what": "vendor/lib.py",
        "root": str(root),
        "until": int(NOW) + 60,
        "because": "it is due",
        "who": "somebody",
        "when": int(NOW),
    }
    return {**entry, **changes}


def test_an_approval_lifts_what_it_names_until_it_ends(root: Path) -> None:
    effects = write(root, "vendor/lib.py")
    where = scene(root)
    approvals.grant(where.state, approval(root), NOW)
    decision = judge(effects, where)
    assert decision.action == "allow"
    assert "somebody approved it: it is due" in decision.reason
    assert judge(write(root, "vendor/other.py"), where).action == "deny"
    where.now = NOW + 61
    assert judge(effects, where).action == "deny"


@pytest.mark.parametrize("what", ["vendor", "vendor/**", "vendor/*.py"])
def test_a_folder_or_a_glob_can_be_approved(root: Path, what: str) -> None:
    where = scene(root)
    approvals.grant(where.state, approval(root, what=what), NOW)
    assert judge(write(root, "vendor/lib.py"), where).action == "allow"


def test_an_approval_holds_for_its_project_only(root: Path) -> None:
    where = scene(root)
    approvals.grant(where.state, approval(Path("/elsewhere")), NOW)
    assert judge(write(root, "vendor/lib.py"), where).action == "deny"


def test_a_rule_can_be_approved(root: Path) -> None:
    where = scene(root)
    rule = "ambidex.paths.add-only"
    approvals.grant(where.state, approval(root, kind="rule", what=rule), NOW)
    delete = [Effect(DELETE, path=str(root / "migrations/0001.sql"), words=("rm",))]
    assert judge(delete, where).action == "allow"
    assert judge(write(root, "vendor/lib.py"), where).action == "deny"


@pytest.mark.parametrize(
    ("path", "rule"),
    [("tests/golden/test_pay.py", "ambidex.golden.write"), ("ambidex.toml", "ambidex.own.write")],
)
def test_golden_tests_and_our_own_wiring_are_not_approved(root: Path, path: str, rule: str) -> None:
    where = scene(root)
    approvals.grant(where.state, approval(root, what=path), NOW)
    approvals.grant(where.state, approval(root, kind="rule", what=rule), NOW)
    assert judge(write(root, path), where).action == "deny"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"approvals": 5}',
        b'{"approvals": [{}]}',
        b'{"approvals": [{"kind": "path", "what": "vendor/lib.py", "root": "%s", '
        b'"until": 99999999999, "because": "", "who": "", "when": 0}]}',
    ],
)
def test_a_damaged_or_forged_record_approves_nothing(root: Path, content: bytes) -> None:
    where = scene(root)
    path = Path(approvals.path_of(where.state))
    path.parent.mkdir(parents=True)
    path.write_bytes(content.replace(b"%s", str(root).encode()))
    path.chmod(0o600)
    assert judge(write(root, "vendor/lib.py"), where).action == "deny"


def test_a_record_that_others_may_write_approves_nothing(root: Path) -> None:
    where = scene(root)
    approvals.grant(where.state, approval(root), NOW)
    Path(approvals.path_of(where.state)).chmod(0o666)
    assert judge(write(root, "vendor/lib.py"), where).action == "deny"


def test_revoking_ends_all(root: Path) -> None:
    where = scene(root)
    approvals.grant(where.state, approval(root), NOW)
    approvals.grant(where.state, approval(root, what="src"), NOW)
    assert approvals.revoke(where.state, NOW) == 2
    assert approvals.revoke(where.state, NOW) == 0
    assert judge(write(root, "vendor/lib.py"), where).action == "deny"


RULE = {
    "id": "acme.no-fixtures",
    "effects": ["write", "delete"],
    "programs": ["tee", "c*"],
    "words": [],
    "actions": [],
    "targets": [],
    "paths": ["fixtures/**"],
    "flags": [],
    "decision": "ask",
    "severity": "high",
    "protects": "fixtures",
    "why": "They are shared.",
    "instead": "Copy one.",
    "match": ["echo x | tee fixtures/a.txt"],
    "not_match": ["echo x | tee other/a.txt"],
}


def test_a_rule_of_the_project_applies_when_everything_it_says_fits(root: Path) -> None:
    where = scene(root, rules=[RULE])
    decision = judge(write(root, "fixtures/a.txt"), where)
    assert (decision.action, decision.rule) == ("ask", "acme.no-fixtures")
    assert decision.instead == "Copy one."
    assert judge(write(root, "src/a.txt"), where).action == "allow"
    for changes in (
        {"programs": ["cp"]},
        {"words": ["--force"]},
        {"actions": ["push"]},
        {"targets": ["x"]},
        {"flags": ["recursive"]},
        {"effects": ["read"]},
    ):
        other = scene(root, rules=[{**RULE, **changes}])
        assert judge(write(root, "fixtures/a.txt"), other).action == "allow", changes


def test_examples_that_a_rule_does_not_judge_as_it_says_are_named(root: Path) -> None:
    assert failing_examples(RULE, str(root)) == []
    wrong = {**RULE, "match": ["ls", *RULE["match"]], "not_match": [*RULE["match"]]}
    assert failing_examples(wrong, str(root)) == [("match", 0), ("not_match", 0)]


def test_an_allowed_command_passes_until_its_last_day(root: Path) -> None:
    command = "rm vendor/lib.py"
    today = time.strftime("%Y-%m-%d", time.localtime(NOW))
    entry = {"command": command, "reason": "vendored anew", "expires": today}
    allowed = scene(root, allow=[entry])
    assert decide("Bash", {"command": command}, allowed).action == "allow"
    assert decide("Bash", {"command": command + " "}, allowed).action == "deny"
    late = scene(root, allow=[{**entry, "expires": "2020-01-01"}])
    assert decide("Bash", {"command": command}, late).action == "deny"


@pytest.mark.parametrize("command", [None, 5, ["rm"]])
def test_a_command_that_is_none_is_denied(root: Path, command: object) -> None:
    decision = decide("Bash", {"command": command}, scene(root))
    assert (decision.action, decision.rule) == ("deny", "ambidex.guard.unreadable")


def test_what_cannot_be_read_is_answered_as_the_policy_says(root: Path) -> None:
    for action in ("ask", "deny"):
        decision = decide("Bash", {"command": "cp 'open"}, scene(root, on_error=action))
        assert (decision.action, decision.rule) == (action, "ambidex.guard.unreadable")


def test_every_rule_says_all_that_a_person_needs() -> None:
    for rule in all_rules():
        assert rule.why.endswith("."), rule.id
        assert rule.instead.endswith((".", '"')), rule.id
        assert rule.protects, rule.id
        assert not rule.protects.endswith("."), rule.id
        assert rule.decision in ("deny", "ask"), rule.id
    assert {rule.pack for rule in all_rules()} == {pack.replace("_", "-") for pack in rules.PACKS}
