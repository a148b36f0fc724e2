"""Secrets in what a tool call would write or run, and in what a person sends.

Only new text is judged: what an edit takes out may be anything, and a secret that stood there
before is not this edit's. The secret itself is never repeated, in no answer and no record.

Hot path: nothing is imported but the detector.
"""

from __future__ import annotations

from ambidex.guard.rules.declared import like
from ambidex.secrets.search import Secret, find
from ambidex.verdict import ALLOW, ASK, DENY, Decision

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ambidex.guard.scene import Scene

IN_FILE = "ambidex.secrets.in-file"
IN_COMMAND = "ambidex.secrets.in-command"
IN_PROMPT = "ambidex.secrets.in-prompt"

# Tools that write text, and the members of their input that hold the new and the old one.
TOOLS = ("Write", "Edit", "MultiEdit", "NotebookEdit")

# Folders and file names of tests: what looks like a secret there is mostly made up.
_TEST_FOLDERS = frozenset(
    (
        *("test", "tests", "testing", "testdata", "test_data", "test-data", "__tests__", "spec"),
        *("specs", "fixture", "fixtures", "__fixtures__", "mocks", "__mocks__", "e2e", "cassettes"),
    )
)
_TEST_NAMES = (".test.", ".spec.", "_test.", "_spec.")
# Also certain ones of these are often made for a test.
_MADE_FOR_TESTS = ("private-key", "url-password")

_WHY_IN_FILE = "Whoever gets a copy of the file has it, and git keeps it for good."
_WHY_IN_COMMAND = "Commands stay in logs, transcripts and lists of processes."
_INSTEAD_IN_FILE = (
    "Read it from an environment variable or a secret store at run time, and write a placeholder "
    "such as ${NAME} here; if it is real, tell the user to revoke it. Don't repeat it anywhere."
)
_INSTEAD_IN_COMMAND = (
    "Let the user put it into an environment variable, a credential helper or a secret store, "
    "and name it as $NAME; if it is real, tell the user to revoke it. Don't repeat it anywhere."
)


def judge_call(tool: str, tool_input: dict[str, Any], scene: Scene) -> Decision:
    """Whether a tool call would put a secret where it must not be."""
    if tool == "Bash":
        return judge_command(_text(tool_input, "command"))
    for writer in scene.policy["guard"]["writers"]:
        if like(writer["tool"], tool):
            texts = [value for value in tool_input.values() if isinstance(value, str)]
            path = _text(tool_input, writer["field"])
            whole = {"file_path": path, "content": "\n".join(texts)}
            return judge_write("Write", whole, scene.root)
    return judge_write(tool, tool_input, scene.root)


def judge_write(tool: str, tool_input: dict[str, Any], root: str = "") -> Decision:
    """Whether a file tool would put a secret into a file.

    Args:
        tool: the tool's name; any but `TOOLS` is allowed.
        tool_input: its input as it came; members of other types than expected are not looked at.
        root: the project's root; folders above it say nothing about the file.
    """
    if tool not in TOOLS:
        return Decision(ALLOW)
    path = _text(tool_input, "file_path") or _text(tool_input, "notebook_path")
    if root and path.startswith(root.rstrip("/") + "/"):
        path = path[len(root.rstrip("/")) + 1 :]
    in_tests = _is_test(path)
    question: Decision | None = None
    for new, old in _pieces(tool, tool_input):
        for secret in find(new):
            if old and new[secret.start : secret.end] in old:
                continue
            action = _action(secret, in_tests)
            if action == ALLOW:
                continue
            line = f"{path}:{secret.line}" if tool == "Write" else path
            where = line if tool == "Write" else f"{line}, line {secret.line} of the new text,"
            reason = f"{where} would hold {_described(secret)}. {_WHY_IN_FILE}"
            decision = Decision(action, IN_FILE, reason, _INSTEAD_IN_FILE)
            if action == DENY:
                return decision
            question = question or decision
    return question or Decision(ALLOW)


def judge_command(text: str) -> Decision:
    """Whether a shell command holds a secret as it is written."""
    found = find(text)
    for secret in found:
        if secret.confidence == "certain":
            return _in_command(DENY, secret)
    return _in_command(ASK, found[0]) if found else Decision(ALLOW)


def judge_prompt(text: str) -> list[Secret]:
    """The secrets in what a person sends to the model."""
    return find(text)


def described(secrets: list[Secret]) -> str:
    """Secrets for people, without what they hold: `GitHub token (ghp_…), private key`."""
    return ", ".join(dict.fromkeys(f"{one.name} ({one.shown})" for one in secrets))


def _in_command(action: str, secret: Secret) -> Decision:
    reason = f"the command holds {_described(secret)}. {_WHY_IN_COMMAND}"
    return Decision(action, IN_COMMAND, reason, _INSTEAD_IN_COMMAND)


def _described(secret: Secret) -> str:
    sure = "" if secret.confidence == "certain" else "what looks like "
    article = "an" if secret.name[0] in "AEIOaeio" else "a"
    return f"{sure}{article} {secret.name} ({secret.shown})"


def _action(secret: Secret, in_tests: bool) -> str:
    if secret.confidence != "certain":
        return ALLOW if in_tests else ASK
    return ASK if in_tests and secret.kind in _MADE_FOR_TESTS else DENY


def _pieces(tool: str, tool_input: dict[str, Any]) -> list[tuple[str, str]]:
    """New texts, each with the old one that it replaces."""
    if tool == "Write":
        return [(_text(tool_input, "content"), "")]
    if tool == "NotebookEdit":
        return [(_text(tool_input, "new_source"), "")]
    edits = tool_input.get("edits")
    pieces = [(_text(tool_input, "new_string"), _text(tool_input, "old_string"))]
    for edit in edits if isinstance(edits, list) else ():
        if isinstance(edit, dict):
            pieces.append((_text(edit, "new_string"), _text(edit, "old_string")))
    return pieces


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""


def _is_test(path: str) -> bool:
    *folders, name = path.replace("\\", "/").lower().split("/")
    return (
        not _TEST_FOLDERS.isdisjoint(folders)
        or name.startswith("test_")
        or any(part in name for part in _TEST_NAMES)
    )
