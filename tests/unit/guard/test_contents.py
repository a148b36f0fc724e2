"""Secrets in writes and commands are refused or questioned, and never repeated."""

from __future__ import annotations

from typing import Any

import pytest

from ambidex.guard.contents import described, judge_command, judge_prompt, judge_write
from ambidex.verdict import ALLOW, ASK, DENY
from testing.made_secrets import Maker

MADE = Maker(17)
TOKEN = "ghp" + "_" + MADE.checked()
WRONG = TOKEN[:-1] + ("a" if TOKEN[-1] != "a" else "b")
AWS = "AK" + "IA" + MADE.text(14, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") + "Q7"
VALUE = MADE.text(32)


def write(text: str, path: str = "/p/src/app.py") -> dict[str, Any]:
    return {"file_path": path, "content": text}


CALLS = {
    "Write": write(f"a\nTOKEN = '{TOKEN}'"),
    "Edit": {"file_path": "/p/a.py", "old_string": "x", "new_string": f"x\n{TOKEN}"},
    "MultiEdit": {
        "file_path": "/p/a.py",
        "edits": [
            {"old_string": "a", "new_string": "b"},
            {"old_string": "x", "new_string": f"x = '{TOKEN}'"},
        ],
    },
    "NotebookEdit": {"notebook_path": "/p/a.ipynb", "new_source": f"t = '{TOKEN}'"},
}


@pytest.mark.parametrize("tool", CALLS)
def test_every_tool_that_writes_is_refused_a_certain_secret(tool: str) -> None:
    decision = judge_write(tool, CALLS[tool], "/p")
    assert (decision.action, decision.rule) == (DENY, "ambidex.secrets.in-file")
    assert "GitHub token (ghp_…)" in decision.reason
    assert "environment variable" in decision.instead
    assert "revoke" in decision.instead
    assert TOKEN[5:] not in decision.reason + decision.instead


def test_the_place_is_named() -> None:
    assert "src/app.py:2 " in judge_write("Write", CALLS["Write"], "/p").reason
    assert "/p/src/app.py:2 " in judge_write("Write", CALLS["Write"]).reason
    assert "a.py, line 2 of the new text" in judge_write("Edit", CALLS["Edit"], "/p").reason


@pytest.mark.parametrize("text", [f"t = '{WRONG}'", f"api_key = '{VALUE}'"])
def test_what_is_likely_is_asked_about_and_passes_in_tests(text: str) -> None:
    assert judge_write("Write", write(text), "/p").action == ASK
    for path in ("/p/tests/test_app.py", "/p/src/test_app.py", "/p/a/__fixtures__/x.json"):
        assert judge_write("Write", write(text, path), "/p").action == ALLOW
    assert judge_write("Write", write(text, "/p/web/login.spec.ts"), "/p").action == ALLOW


def test_folders_above_the_project_make_no_test_of_a_file() -> None:
    text = f"api_key = '{VALUE}'"
    assert judge_write("Write", write(text, "/tests/p/src/a.py"), "/tests/p").action == ASK


@pytest.mark.parametrize("secret", [TOKEN, AWS], ids=["github", "aws"])
def test_a_certain_secret_is_refused_in_tests_as_well(secret: str) -> None:
    path = "/p/tests/fixtures/x.json"
    assert judge_write("Write", write(f'{{"t": "{secret}"}}', path), "/p").action == DENY


def test_a_private_key_is_refused_and_asked_about_in_tests() -> None:
    key = MADE.private_key()
    assert judge_write("Write", write(key, "/p/deploy/id_rsa"), "/p").action == DENY
    assert judge_write("Write", write(key, "/p/tests/fixtures/key.pem"), "/p").action == ASK


def test_only_new_text_is_judged() -> None:
    gone = {"file_path": "/p/a.py", "old_string": f"t = '{TOKEN}'", "new_string": "t = env('T')"}
    assert judge_write("Edit", gone, "/p").action == ALLOW
    kept = {"file_path": "/p/a.py", "old_string": f"t='{TOKEN}'", "new_string": f"tok='{TOKEN}'"}
    assert judge_write("Edit", kept, "/p").action == ALLOW
    other = {**kept, "new_string": f"t = '{TOKEN}'; u = '{AWS}'"}
    assert judge_write("Edit", other, "/p").action == DENY


def test_a_certain_secret_is_not_hidden_by_a_likely_one() -> None:
    text = f"api_key = '{VALUE}'\nt = '{TOKEN}'"
    assert judge_write("Write", write(text), "/p").action == DENY
    assert judge_command(f"API_KEY={VALUE} curl -H 'X: {TOKEN}' h").action == DENY


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY=your-api-key\nDB_URL=postgres://user:password@localhost/db\nAWS=AKIA" + "X" * 16,
        "token = os.environ['TOKEN']\n",
        "SECRET=${SECRET}\nTOKEN=<token>\n",
        "",
    ],
)
def test_examples_pass(text: str) -> None:
    assert judge_write("Write", write(text, "/p/.env.example"), "/p").action == ALLOW


@pytest.mark.parametrize(
    ("tool", "tool_input"),
    [
        ("Read", {"file_path": TOKEN}),
        ("Write", {}),
        ("Write", {"file_path": 5, "content": None}),
        ("MultiEdit", {"edits": "x"}),
        ("MultiEdit", {"edits": [None, {"new_string": 5}]}),
    ],
)
def test_other_tools_and_other_types_pass(tool: str, tool_input: dict[str, Any]) -> None:
    assert judge_write(tool, tool_input).action == ALLOW


@pytest.mark.parametrize(
    "command",
    [
        f'curl -H "Authorization: Bearer {TOKEN}" https://api.github.com/user',
        f"export GITHUB_TOKEN={TOKEN}",
        f"git clone https://me:{MADE.text(24)}@git.corp.io/a/b.git",
        f"git remote set-url origin https://x-access-token:{TOKEN}@github.com/a/b",
        f"cat > .env <<'EOF'\nAWS_ACCESS_KEY_ID={AWS}\nEOF",
        f"psql postgres://app:{MADE.text(24)}@db.corp.io/x -c 'select 1'",
        f"kubectl create secret generic x --from-literal=token={TOKEN}",
        f"echo {TOKEN} | docker login ghcr.io -u me --password-stdin",
    ],
)
def test_a_certain_secret_in_a_command_is_refused(command: str) -> None:
    decision = judge_command(command)
    assert (decision.action, decision.rule) == (DENY, "ambidex.secrets.in-command")
    assert TOKEN[5:] not in decision.reason + decision.instead


@pytest.mark.parametrize(
    "command",
    [
        f"export API_KEY={VALUE}",
        f"curl -H 'Authorization: Bearer {VALUE}' https://api.corp.io/x",
        f"tool login --token {VALUE}",
    ],
)
def test_a_likely_secret_in_a_command_is_asked_about(command: str) -> None:
    assert judge_command(command).action == ASK


@pytest.mark.parametrize(
    "command",
    [
        'curl -H "Authorization: Bearer $GITHUB_TOKEN" https://api.github.com/user',
        "export TOKEN=$(gh auth token)",
        "git clone https://github.com/owner/name.git",
        "git clone https://x-access-token:${TOKEN}@github.com/a/b",
        "docker run -e POSTGRES_PASSWORD=postgres -p 5432:5432 postgres:16",
        "psql postgres://postgres:postgres@localhost:5432/app",
        "git show 3f2a9c81d7b64e05f1a2c3d4e5f60718293a4b5c",
        "docker pull alpine@sha256:" + MADE.text(64, "0123456789abcdef"),
        "pip install 'uvicorn[standard]==0.30.1'",
        "npm ci && npm test -- --grep 'token refresh'",
        "gh secret set DEPLOY_KEY < key.txt",
        "grep -rnE 'AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}' .",
        "redis-cli -h localhost -a dev PING",
    ],
)
def test_ordinary_commands_pass(command: str) -> None:
    assert judge_command(command).action == ALLOW


def test_secrets_of_a_prompt_are_named_without_being_repeated() -> None:
    found = judge_prompt(f"use {TOKEN} and again {TOKEN}")
    assert described(found) == "GitHub token (ghp_…)"
    assert judge_prompt("use the token in $GITHUB_TOKEN") == []
