"""The destructive families are refused however they are written; text about them is not."""

import pytest

from ambidex.guard.decide import decide
from ambidex.verdict import Decision
from testing.guarding import scene


def judge(command: str) -> Decision:
    return decide("Bash", {"command": command}, scene("/nowhere/project"))


DENIED = {
    "ambidex.filesystem.recursive-delete": [
        "rm -rf /",
        "rm -rf /*",
        "rm -fr ~",
        "rm -r -f $HOME",
        "rm --recursive --force ${HOME}/",
        "sudo rm -rf /usr",
        "rm -rf .",
        "rm -rf ../..",
        "rm -rf .git",
        "r''m -rf /",
        'r"m" -rf "/"',
        "\\rm -rf /etc/",
        "/bin/rm -Rf //home//",
        "rm -rf /home/someone",
        "rm -rf -- /",
        "cd /tmp && rm -rf ~/*",
        "echo $(rm -rf /)",
        "echo `rm -rf /`",
        "echo \"$(rm -rf '/')\"",
        "bash -c 'rm -rf /'",
        'sh -lc "cd / && rm -rf *"',
        "eval 'rm -rf /'",
        "env FOO=1 rm -rf /",
        "FOO=1 rm -rf /",
        "nohup timeout 5 rm -rf /var",
        "if true; then rm -rf /; fi",
        "find . | xargs -n 1 rm -rf /",
        "cat <<EOF\nx\nEOF\nrm -rf /",
        "true # fine\nrm -rf /",
        "(rm -rf /)",
        "{ rm -rf /; }",
        "diff <(rm -rf /) x",
        "$'rm' -rf /",
        "rm -rf \\\n/",
    ],
    "ambidex.git.force-push": [
        "git push --force",
        "git push -f origin main",
        "git push -uf origin main",
        "git push origin +main",
        "git -C elsewhere push --force origin main",
        "git -c a.b=c push --mirror backup",
    ],
    "ambidex.permissions.world-writable": [
        "chmod 777 file",
        "chmod -R 0777 .",
        "chmod a+rwx file",
        "chmod o+w file",
        "chmod u=rw,o=rw file",
        "chmod 666 file",
        "chmod ugo+w file",
    ],
    "ambidex.own.person-only": ["ambidex trust", "ambidex pause 30m", "./bin/ambidex uninstall"],
}

ALLOWED = [
    "",
    "exec -a",
    "exec -ca",
    "ls -la",
    "rm file.txt",
    "rm -rf build/ dist",
    "rm -rf ./node_modules",
    "rm -rf /tmp/some-folder/x",
    "rm -rf src/../build",
    "echo 'rm -rf /'",
    'git commit -m "never run rm -rf / again"',
    "grep -r 'git push --force' docs",
    "cat > notes.md <<'EOF'\nrm -rf /\ngit push --force\nEOF",
    "cat <<-END\n\trm -rf /\n\tEND\necho done",
    "# rm -rf /",
    "echo done # rm -rf /",
    "git push -u origin feature",
    "git push --follow-tags",
    "git log --grep=push --format=%H -f",
    "chmod 755 script.sh",
    "chmod +x script.sh",
    "chmod +w file",
    "chmod u+w,go-w file",
    "chmod 1777 shared",
    "chmod 600 key",
    "ambidex status",
    "ambidex verify --base main",
    "python -c 'print(\"rm -rf /\")'",
]


@pytest.mark.parametrize(
    ("rule", "command"), [(rule, command) for rule in DENIED for command in DENIED[rule]]
)
def test_a_destructive_command_is_denied(rule: str, command: str) -> None:
    decision = judge(command)
    assert (decision.action, decision.rule) == ("deny", rule)
    assert decision.reason
    assert decision.instead


@pytest.mark.parametrize("command", ALLOWED)
def test_a_harmless_command_is_allowed(command: str) -> None:
    assert judge(command).action == "allow"


@pytest.mark.parametrize(
    "command", ["git push --force-with-lease origin feature", 'rm -rf "$BUILD_DIR"']
)
def test_what_may_be_right_is_a_question(command: str) -> None:
    assert judge(command).action == "ask"


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf 'x",
        'rm -rf "x',
        "rm $(",
        "rm `x",
        "rm " + "$(" * 300 + ")" * 300,
        "rm " + "x" * 300_000,
    ],
)
def test_a_command_that_cannot_be_read_is_a_question(command: str) -> None:
    decision = judge(command)
    assert (decision.action, decision.rule) == ("ask", "ambidex.guard.unreadable")


def test_a_denial_beats_a_question_in_the_same_line() -> None:
    assert judge("git push --force-with-lease; rm -rf /").action == "deny"
