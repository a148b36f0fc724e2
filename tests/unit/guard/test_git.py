"""What git would do: lost work, lost commits, files, settings, remotes."""

import time
from pathlib import Path

import pytest

from ambidex.guard import programs
from ambidex.guard.effects import DELETE, EDIT, GIT, MOVE, READ, REMOTE, WRITE, Effect
from ambidex.guard.invocation import Invocation
from ambidex.guard.programs import git_patches
from ambidex.guard.programs.git_options import parse
from ambidex.guard.programs.git_settings import meaning, value_in
from ambidex.guard.rules.names import matches
from ambidex.guard.shell.evaluate import Shell
from ambidex.policy.defaults import DEFAULTS
from testing.guarding import decision_on, hits_of, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("git") / "project")
    (folder / "build").mkdir(exist_ok=True)
    return folder


def run(
    root: Path, words: list[str], stdin: str | None = None, **variables: str
) -> tuple[list[Effect], Invocation]:
    """The effects of one program, with its variables and its input."""
    shell = Shell(scene(root))
    shell.deadline = time.process_time() + 10
    call = Invocation(shell, words, str(root), variables, stdin)
    model = programs.model_of(call.name)
    assert model is not None
    model(call)
    return shell.effects, call


def git(root: Path, line: str, stdin: str | None = None, **variables: str) -> list[Effect]:
    return run(root, ["git", *line.split()], stdin, **variables)[0]


def flags(found: list[Effect], kind: str = GIT) -> set[str]:
    return {flag for effect in found if effect.kind == kind for flag in effect.flags}


def paths(root: Path, found: list[Effect], kind: str) -> list[str]:
    return [effect.path.replace(f"{root}/", "") for effect in found if effect.kind == kind]


LOSES = {
    "uncommitted": [
        "reset --hard",
        "reset --merge HEAD~1",
        "reset --har",
        "checkout -- src/app.py",
        "checkout HEAD src/app.py",
        "checkout src",
        "checkout -f",
        "checkout -f -b topic",
        "checkout --no-quiet main README.md",
        "checkout --pathspec-from-file list.txt",
        "checkout -p",
        "restore src/app.py",
        "restore -W -S src/app.py",
        "restore --inter-hunk-context --staged src/app.py",
        "restore -- --staged",
        "switch -f main",
        "switch --disc main",
        "rm -f src/app.py",
        "worktree remove --force ../other",
        "submodule deinit --force lib",
        "read-tree --reset -u HEAD",
        "checkout-index -fa",
    ],
    "untracked": ["clean -f", "clean -dfx", "clean --forc", "-c clean.requireForce=false clean"],
    "stash": ["stash drop", "stash clear", "stash drop stash@{1}"],
    "commits": ["branch -D a", "branch -fd a", "update-ref -d refs/heads/a", "symbolic-ref -d X"],
    "recovery": ["reflog expire --all", "gc --p=now", "prune", "-c gc.pruneExpire=now gc"],
    "rewrite": ["filter-branch HEAD", "filter-repo --replace-text --help", "replace a b"],
    "abort": ["rebase --abort", "merge --abor", "cherry-pick --abort", "am --abort"],
    "moves": ["branch -f main HEAD", "tag -f v1", "update-ref refs/heads/main HEAD"],
    "conflict": ["checkout --ours src/app.py", "restore --theirs src"],
    "force": ["push -f", "push origin +main", "push --forc", "push -fu origin a"],
    "lease": ["push --force-with-lease", "push --force-with-lease=a:b origin a"],
    "delete": ["push origin :a", "push -d origin a", "push --delete origin a"],
    "mirror": ["push --mir"],
    "no-verify": ["commit -n", "commit -anm text", "commit --no-verify", "push --no-verify"],
    "hides": ["update-index --skip-worktree a", "update-index --assume-unch a"],
    "prints": ["credential fill", "credential-store get"],
    "serves": ["daemon --export-all", "instaweb"],
}


@pytest.mark.parametrize(("flag", "lines"), LOSES.items())
def test_what_is_lost_is_said_by_a_flag(root: Path, flag: str, lines: list[str]) -> None:
    for line in lines:
        assert flag in flags(git(root, line)), line


HARMLESS = [
    *("reset", "reset --soft HEAD~1", "reset --hard --help", "reset HEAD src/app.py"),
    *("checkout main", "checkout -bnew", "checkout --track direct main", "checkout -b a b"),
    *("checkout --conflict merge main", "checkout --unified 3 main", "checkout main --"),
    *("checkout --recurse-submodules checkout main", "checkout --detach HEAD~1"),
    *("restore --staged a", "restore -S --no-staged a", "restore -W --no-worktree a"),
    *("restore --source --worktree", "restore", "switch main", "switch -c a"),
    *("rm a", "rm --force --no-force a", "rm --cached -f a", "rm -fn a"),
    *("clean", "clean -n", "clean -fn", "clean -f --dry-run", "clean --force --no-force"),
    *("stash", "stash pop", "stash list", "stash push -m drop", "stash show"),
    *("branch -d a", "branch -M main", "branch --list D", "branch -rD origin/a", "branch a"),
    *("reflog", "reflog show", "reflog expire --dry-run --all", "gc", "gc --prune=2.weeks.ago"),
    *("prune -n", "remote prune origin", "filter-repo --analyze", "replace -l"),
    *("rebase main", "rebase --continue", "merge a", "tag", "tag -n", "tag v1", "tag -l v"),
    *("push", "push origin main", "push -n --force", "push --no-force", "push origin a:b"),
    *("push origin :", "push --tags", "push --force --no-force origin a"),
    *("commit -m n", "commit -mn", "commit --no-verify --verify", "commit -am text"),
    *("update-index --no-skip-worktree a", "credential approve", "daemon --help"),
    *("update-ref refs/heads/a new old", "worktree remove ../a", "worktree add -f ../a"),
]
BAD = set(LOSES) - {"delete"}


@pytest.mark.parametrize("line", HARMLESS)
def test_what_loses_nothing_has_no_such_flag(root: Path, line: str) -> None:
    assert not BAD & flags(git(root, line))


FILES = [
    ("checkout HEAD -- src/app.py README.md", EDIT, ["src/app.py", "README.md"]),
    ("restore tests", EDIT, ["tests"]),
    ("-C src restore app.py", EDIT, ["src/app.py"]),
    ("restore :/README.md", EDIT, ["README.md"]),
    ("-C tests restore :(top)README.md :!x", EDIT, ["README.md"]),
    ("rm -r tests/golden", DELETE, ["tests/golden"]),
    ("clean -f build", DELETE, ["build"]),
    ("mv src/app.py src/main.py", MOVE, ["src/app.py"]),
    ("mv src/app.py src/main.py", WRITE, ["src/main.py"]),
    ("mv README.md package.json build", WRITE, ["build/README.md", "build/package.json"]),
    ("mv README.md src", WRITE, ["src/README.md"]),
    ("worktree remove -f build", DELETE, ["build"]),
    ("archive -o out.tar HEAD", WRITE, ["out.tar"]),
    ("archive --output=out.zip HEAD", WRITE, ["out.zip"]),
    ("bundle create all.bundle --all", WRITE, ["all.bundle"]),
    ("diff --output=changes.diff", WRITE, ["changes.diff"]),
    ("log --output=log.txt", WRITE, ["log.txt"]),
    ("format-patch -o patches HEAD~1", WRITE, ["patches/0001.patch"]),
    ("clone https://git.example.net/a.git copy", WRITE, ["copy"]),
    ("show HEAD:.env", READ, [".env"]),
    ("diff --no-index a b", READ, ["a", "b"]),
    ("commit -F message.txt", READ, ["message.txt"]),
    ("rm --cached README.md", DELETE, []),
    ("mv -n a b", MOVE, []),
    ("restore --staged tests", EDIT, []),
    ("switch main", EDIT, []),
    ("stash", EDIT, []),
    ("merge topic", EDIT, []),
]


@pytest.mark.parametrize(("line", "kind", "expected"), FILES)
def test_files_that_are_named(root: Path, line: str, kind: str, expected: list[str]) -> None:
    assert paths(root, git(root, line), kind) == expected


def test_a_wildcard_of_git_is_a_pattern(root: Path) -> None:
    (found,) = [e for e in git(root, "restore tests/*.py") if e.kind == EDIT]
    assert "*" not in found.path
    assert scene(root).show(found.path) == "tests/*.py"


PATCH = """diff --git a/src/app.py b/src/app.py
--- a/src/app.py
+++ b/src/app.py
@@ -1 +1 @@
-VALUE = 1
+VALUE = 2
--- /dev/null
+++ b/tests/golden/test_new.py
"""


def test_a_patch_edits_the_files_that_it_names(root: Path) -> None:
    expected = ["src/app.py", "tests/golden/test_new.py"]
    assert paths(root, git(root, "apply", stdin=PATCH), EDIT) == expected
    assert paths(root, git(root, "am", stdin=PATCH), EDIT) == expected
    (root / "fix.patch").write_text(PATCH)
    assert paths(root, git(root, "apply fix.patch"), EDIT) == expected
    assert paths(root, git(root, "apply --directory=lib fix.patch"), EDIT)[0] == "lib/src/app.py"
    for line in ("apply --check fix.patch", "apply --stat fix.patch", "apply --cached fix.patch"):
        assert paths(root, git(root, line), EDIT) == []


def test_a_patch_that_is_not_known_edits_something_in_the_tree(root: Path) -> None:
    (found,) = [e for e in git(root, "apply missing.patch") if e.kind == EDIT]
    assert found.path.startswith(f"{root}/")
    assert found.path != f"{root}/"
    included = git(root, "apply --include=tests/golden/* missing.patch")
    (edit,) = [e for e in included if e.kind == EDIT]
    assert scene(root).show(edit.path) == "tests/golden/*"


def test_names_in_patches() -> None:
    renamed = "rename from old.py\nrename to new.py\n"
    assert git_patches.targets(renamed) == ["old.py", "new.py"]
    assert git_patches.targets("+++ x.py\t2020-01-01\n", 0) == ["x.py"]
    assert git_patches.targets("+++ /dev/null\n@@\n+text\n") == []


def test_options_are_read_as_git_reads_them() -> None:
    given = parse(["-am", "text", "--no-ver", "a", "--", "-n"], "a/all m/message= n/no-verify")
    assert given.flags("all", "no-verify") == ["all", "no-verify"]
    assert given.last("message") == "text"
    assert (given.operands, given.paths) == (["a"], ["-n"])
    assert not parse(["-f", "--no-force"], "f/force").has("force")
    assert parse(["--no-force", "-f"], "f/force").has("force")
    assert parse(["-Skey"], "S/sign? k/ e/ y/").values == {"sign": ["key"]}
    assert parse(["x", "-f"], "f/force", stops=True).operands == ["x", "-f"]


def test_an_alias_is_followed_wherever_it_is_set(root: Path) -> None:
    reset = {"uncommitted"}
    assert reset <= flags(
        git(root, "x", GIT_CONFIG_COUNT="1", **_setting("alias.x", "reset --hard"))
    )
    shell = run(root, ["git", "-c", "alias.x=reset --hard", "x"])[0]
    assert reset <= flags(shell)
    config = root / ".git" / "config"
    before = config.read_text()
    try:
        config.write_text(before + '[alias]\n\twipe = !git clean -fd\n\tst = "status -sb"\n')
        assert "untracked" in flags(git(root, "wipe"))
        assert git(root, "st") == []
    finally:
        config.write_text(before)
    assert git(root, "wipe") == []


def _setting(key: str, value: str) -> dict[str, str]:
    return {"GIT_CONFIG_KEY_0": key, "GIT_CONFIG_VALUE_0": value}


def test_an_alias_of_the_same_command_line_is_followed(root: Path) -> None:
    line = "git config alias.wipe 'reset --hard' && git wipe"
    assert decision_on(line, scene(root)).rule == "ambidex.git.discard-changes"
    assert decision_on("git config alias.ok status && git ok", scene(root)).action == "allow"


def test_aliases_that_name_each_other_end(root: Path) -> None:
    assert flags(run(root, ["git", "-c", "alias.a=b", "-c", "alias.b=a", "a"])[0]) == set()


SETTINGS = [
    *((key, "x.sh", "executes") for key in ("core.hooksPath", "core.fsmonitor", "gpg.program")),
    ("alias.x", "!make", "executes"),
    ("alias.x", "status", ""),
    ("filter.a.clean", "./a", "executes"),
    ("filter.lfs.clean", "git-lfs clean -- %f", ""),
    ("core.pager", "less -R", ""),
    ("core.pager", "less; rm x", "executes"),
    ("core.pager", "./less", "executes"),
    ("core.fsmonitor", "true", ""),
    ("core.sshCommand", "ssh -i key", ""),
    ("core.sshCommand", "ssh -o ProxyCommand=./x", "executes"),
    ("includeIf.gitdir:/a.b/.path", "x", "executes"),
    ("include.path", "x", "executes"),
    ("url.https://a/.insteadOf", "git@b:", "redirects"),
    ("http.sslVerify", "false", "redirects"),
    ("http.https://a.example.sslVerify", "false", "redirects"),
    ("http.sslVerify", "true", ""),
    ("credential.helper", "store", ""),
    ("credential.https://a.helper", "!echo password", "executes"),
    ("user.name", "!x", ""),
    ("remote.origin.url", "x", ""),
    ("pager.log", "false", ""),
    ("protocol.ext.allow", "never", ""),
]


@pytest.mark.parametrize(("key", "value", "expected"), SETTINGS)
def test_settings_that_execute_or_redirect(key: str, value: str, expected: str) -> None:
    assert meaning(key, value) == expected
    assert meaning(key.upper(), value) == expected


def test_transport_commands_matter_only_where_git_connects(root: Path) -> None:
    command = {"GIT_SSH_COMMAND": "./connect"}
    assert "executes" in flags(git(root, "fetch", **command))
    assert "executes" in flags(git(root, "push", **command))
    assert git(root, "status", **command) == []
    assert git(root, "remote -v", **command) == []
    assert "executes" not in flags(git(root, "fetch", GIT_SSH_COMMAND="ssh -i key"))


def test_commands_in_variables_are_run(root: Path) -> None:
    for name, line in (
        ("GIT_EDITOR", "commit"),
        ("GIT_SEQUENCE_EDITOR", "rebase -i main"),
        ("GIT_PAGER", "log"),
        ("GIT_EXTERNAL_DIFF", "diff"),
    ):
        assert "untracked" in flags(git(root, line, **{name: "git clean -fd"})), name
    assert "executes" not in flags(git(root, "rebase -i main", GIT_SEQUENCE_EDITOR="sed -i s/a/b/"))


def test_commands_in_arguments_are_run(root: Path) -> None:
    for words in (
        ["rebase", "--exec", "git clean -fd", "main"],
        ["submodule", "foreach", "git clean -fd"],
        ["submodule", "foreach", "--recursive", "git", "clean", "-fd"],
        ["bisect", "run", "git", "clean", "-fd"],
        ["difftool", "-x", "git clean -fd"],
        ["grep", "-Ogit clean -fd", "text"],
        ["filter-branch", "--tree-filter", "git clean -fd", "HEAD"],
        ["fetch", "--upload-pack=git clean -fd", "origin"],
        ["clone", "ext::git clean -fd", "copy"],
    ):
        assert "untracked" in flags(run(root, ["git", *words])[0]), words


def test_variables_that_silence_hooks(root: Path) -> None:
    for variables in ({"HUSKY": "0"}, {"SKIP": "mypy"}, {"LEFTHOOK": "false"}):
        assert "no-verify" in flags(git(root, "commit -m x", **variables))
        assert "no-verify" in flags(git(root, "push", **variables))
        assert "no-verify" not in flags(git(root, "status", **variables))
    assert "no-verify" not in flags(git(root, "commit -m x", HUSKY="1", SKIP=""))


def test_what_is_printed(root: Path) -> None:
    _, call = run(root, ["git", "rev-parse", "--show-toplevel"])
    assert call.output == str(root)
    for words in (["ls-files", "src"], ["diff", "--name-only", "--", "src"], ["grep", "-l", "x"]):
        _, call = run(root, ["git", *words])
        (source,) = call.sources(call.output or "")
        assert source.folders == ((f"{root}/src",) if "src" in words else (str(root),))


def test_where_a_push_goes(root: Path) -> None:
    elsewhere = git(root, "push https://user@git.example.net:8443/a.git main")
    assert [e.target for e in elsewhere if e.kind == REMOTE] == ["git.example.net"]
    assert [e.target for e in git(root, "push heroku main") if e.kind == REMOTE] == ["heroku"]
    assert [e for e in git(root, "push origin main") if e.kind == REMOTE] == []
    config = root / ".git" / "config"
    before = config.read_text()
    try:
        config.write_text(before + '[remote "a"]\n\turl = https://git.example.net/a.git\n')
        known = git(root, "push https://git.example.net/a.git main")
        assert [e for e in known if e.kind == REMOTE] == []
    finally:
        config.write_text(before)


def test_a_push_says_each_reference(root: Path) -> None:
    found = git(root, "push origin a +b :c HEAD:refs/heads/d")
    targets = {e.target: e.flags for e in found if e.kind == GIT}
    assert set(targets) == {"a", "b", "c", "d"}
    assert targets["a"] == frozenset()
    assert targets["b"] == {"force"}
    assert targets["c"] == {"delete"}


def test_protected_branches_are_those_of_the_policy(root: Path) -> None:
    def rules(line: str, *branches: str) -> set[str]:
        guard = {**DEFAULTS["guard"], "protected_branches": list(branches)}
        return {hit.rule.id for hit in hits_of(line, scene(root, guard=guard))}

    rule = "ambidex.git.protected-branch"
    head = (root / ".git" / "HEAD").read_text().strip().rpartition("/")[2]
    for line in (
        "git commit -m x",
        "git merge topic",
        "git push",
        "git push origin HEAD",
        "git reset --hard HEAD~1",
        "git rebase topic",
        "git cherry-pick a",
        f"git push origin topic:{head}",
        "git push --all",
        f"git -C src branch -D {head}",
    ):
        assert rule in rules(line, head), line
        assert rule not in rules(line, "other") or "--all" in line, line
        assert rule not in rules(line), line
    for line in ("git push origin topic", "git status", "git rebase --abort", "git add ."):
        assert rule not in rules(line, head), line


def test_names_with_wildcards() -> None:
    assert matches(["main", "release/*"], "release/1.2")
    assert matches(["*"], "anything")
    assert matches(["a*b*c"], "a-b-c")
    assert not matches(["release/*"], "release")
    assert not matches(["a*ab"], "ab")
    assert not matches(["*"], "")


def test_values_in_configuration_files() -> None:
    text = (
        '[Alias]\n  a = one ; two\n  b = "x # y" \\"z\\"\n[alias "sub"]\n  a = no\n[core] a = 3\n'
    )
    assert value_in(text, "alias", "A") == "one"
    assert value_in(text, "alias", "b") == 'x # y "z"'
    assert value_in(text, "core", "a") == "3"
    assert value_in(text, "user", "a") == ""


OTHERS = [
    ("hg purge", "untracked"),
    ("hg revert --all", "uncommitted"),
    ("hg update -C default", "uncommitted"),
    ("hg push -f", "force"),
    ("svn revert -R .", "uncommitted"),
    ("svn cleanup --remove-unversioned", "untracked"),
    ("jj abandon", "commits"),
    ("jj util gc", "recovery"),
]


@pytest.mark.parametrize(("line", "flag"), OTHERS)
def test_other_version_control(root: Path, line: str, flag: str) -> None:
    assert flag in flags(run(root, line.split())[0])


@pytest.mark.parametrize(
    "line", ["hg purge --print", "hg update", "svn status", "jj log", "svn up"]
)
def test_other_version_control_that_loses_nothing(root: Path, line: str) -> None:
    assert run(root, line.split())[0] == []
