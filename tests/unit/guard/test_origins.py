"""Which code of unknown origin may run, and what the guard says about odd names of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ambidex.guard import effects
from ambidex.guard.effects import Effect
from ambidex.guard.examples import HOME
from ambidex.guard.judge import hits
from ambidex.guard.protected import CERTAIN, NOT, POSSIBLE, Globs, files_of, touch
from ambidex.guard.taint import CHOICE, FILE, OUTPUT, STAR, VARIABLE, Source
from testing.guarding import project, scene

# What prints settings for the shell that asks, as one calls it.
SETTINGS = """
ssh-agent | ssh-agent -s | ssh-agent -c | dircolors | dircolors -b | dircolors -c
dircolors /etc/colors | brew shellenv | direnv hook zsh | direnv export bash | pyenv init -
pyenv virtualenv-init - | rbenv init - | nodenv init - | goenv init - | jenv init - | fnm env
fnm completions | mise activate zsh | mise env | mise hook-env | rtx activate | asdf exec x
asdf info | starship init zsh | starship completions | zoxide init zsh | atuin init zsh
thefuck --alias | fzf --bash | fzf --zsh | minikube docker-env | minikube podman-env
docker-machine env x | opam env | opam config env | luarocks path | conda shell.bash hook
conda shell.zsh hook | conda shell.posix hook | micromamba shell hook | lesspipe | lesspipe.sh
gh completion -s bash | register-python-argcomplete anything | keychain --eval id
gpg-agent --daemon | resize | perl -Ilib | perl -Mlocal::lib | aws configure export-credentials
xdg-user-dirs | systemd-path | vault print token | poetry env activate | getopt | set | alias
shopt | declare | export | tset | tset -s
a-tool completion bash | a_tool completions | a.tool init | tool hook x | tool shellenv
tool shell-init | tool activate | /opt/bin/tool -q init | tool a b init
"""
UNKNOWN = """
ssh-agent x | dircolors -x | brew list | direnv allow | conda run | gh api | vault read x
getopt x | set x | tset -x | resize x | poetry env list | tool run | tool a b c init
tool init a b c d | to+ol init | command init | builtin init | env init | exec init | sudo init
doas init | nohup init | sh init | bash init | sh -c init | tool init; rm x
tool init $x | xdirenv xhook | fzf | init
"""


def decisions(effect: Effect, where: object) -> list[str]:
    found = hits([effect], where)  # type: ignore[arg-type]
    return [f"{hit.rule.id.removeprefix('ambidex.')} {hit.decision}" for hit in found]


def code(source: Source, root: Path, **facts: object) -> list[str]:
    where = scene(root)
    given: dict[str, object] = {"action": "shell", "data": where.sources.mark(source), **facts}
    return decisions(Effect(effects.EXECUTE, **given), where)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("origins") / "project")


def commands(text: str) -> list[str]:
    return [part.strip() for line in text.strip().splitlines() for part in line.split(" | ")]


@pytest.mark.parametrize("command", commands(SETTINGS))
def test_settings_for_the_shell(command: str, root: Path) -> None:
    for shown in (f"$({command})", f"<({command})", command):
        source = Source(OUTPUT, shown, program=command.partition(" ")[0])
        assert code(source, root, flags=["plain"]) == []
        assert code(source, root) == ["remote-code.unseen ask"]
    other = Source(FILE, f"$({command})")
    assert code(other, root, flags=["plain"]) == ["remote-code.unseen ask"]


@pytest.mark.parametrize("command", [*commands(UNKNOWN), "tool init | x", ""])
def test_what_else_is_printed(command: str, root: Path) -> None:
    source = Source(OUTPUT, f"$({command})", program="tool")
    assert code(source, root, flags=["plain"]) == ["remote-code.unseen ask"]


DECODERS = """base64 gbase64 base32 basenc xxd uudecode openssl hexdump od tar gtar bsdtar unzip 7z
gzip gunzip zcat bzip2 bunzip2 base58 bzcat xz unxz xzcat zstd unzstd zstdcat lz4 brotli cpio"""


@pytest.mark.parametrize("program", DECODERS.split())
def test_code_that_was_packed(program: str, root: Path) -> None:
    source = Source(OUTPUT, f"$({program} x)", program=program)
    assert code(source, root) == ["remote-code.decoded deny"]
    assert code(source, root, action="python") == ["remote-code.decoded deny"]
    assert code(source, root, via="script:x.sh") == []
    assert code(source, root, action="program") == []
    fetched = Source(OUTPUT, f"$({program} x)", program=program, hosts=["example.com"])
    assert code(fetched, root) == ["remote-code.downloaded deny"]
    for kind, name in ((FILE, program), (OUTPUT, f"{program}x")):
        assert code(Source(kind, "x", program=name), root) == ["remote-code.unseen ask"]


def test_where_code_is_from(root: Path) -> None:
    assert code(Source(VARIABLE, "$X"), root) == ["remote-code.unseen ask"]
    assert code(Source(CHOICE, "$X"), root) == []
    assert code(Source(FILE, "x"), root) == ["remote-code.unseen ask"]
    assert code(Source(FILE, "x"), root, action="python") == []
    assert code(Source(VARIABLE, "$X"), root, action="python") == ["remote-code.unseen ask"]
    assert code(Source(VARIABLE, "$X"), root, path="/x") == []
    assert code(Source(VARIABLE, "$X"), root, path="/x", action="python") != []
    assert code(Source(VARIABLE, "$X"), root, via="script:a") == []
    assert code(Source(VARIABLE, "$X"), root, action="program") == []
    assert code(Source(FILE, "x"), root, action="program") == ["remote-code.unseen ask"]
    assert code(Source(FILE, "x"), root, action="program", via="script:a") == []
    web = Source(OUTPUT, "$(curl x)", hosts=["example.com"])
    assert code(web, root, action="program") == ["remote-code.downloaded deny"]
    where = scene(root)
    mark = where.sources.mark(Source(VARIABLE, "$X"))
    for text in (mark, f"a\n{mark}\nb", f"a;{mark}", f"'{mark}'", f'"{mark} {mark}"', f"`{mark}`"):
        effect = Effect(effects.EXECUTE, action="shell", data=text)
        assert decisions(effect, where) == ["remote-code.unseen ask"], text
    for text in (
        "a",
        f"a {mark}",
        f"{mark} a",
        f"a;b{mark};c",
        "",
        f"{mark}=1\nb",
        f"a\n\n;{mark}x",
    ):
        assert decisions(Effect(effects.EXECUTE, action="shell", data=text), where) == [], text


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        *(((shell,), True) for shell in ("bash", "sh", "zsh", "ksh", "dash", "/bin/bash")),
        *(((shell, "-i"), True) for shell in ("bash", "/usr/local/bin/zsh")),
        (("bash", "-li"), True),
        (("nohup", "bash", "-i"), True),
        (("bash", "-i", "-c", "x"), False),
        (("bash", "-c", "x"), False),
        (("bash", "xi"), False),
        (("bash", "script.sh"), False),
        (("bash", "-l"), False),
        (("bash", "-abci"), False),
        (("seq", "1"), False),
    ],
)
def test_shells_over_the_network(words: tuple[str, ...], stops: bool, root: Path) -> None:
    effect = Effect(effects.SEND, action="connect", target="localhost:4444", words=words)
    expected = ["remote-code.reverse-shell deny"] if stops else []
    assert decisions(effect, scene(root)) == expected
    sent = Effect(effects.SEND, action="send", target="localhost:4444", words=words)
    assert decisions(sent, scene(root)) == []


def test_credentials_are_replaced_or_opened(root: Path) -> None:
    path = f"{HOME}/.aws/credentials"
    said = {"write": "changes", "append": "changes", "edit": "changes", "delete": "deletes"}
    for kind, verb in {**said, "move": "moves away"}.items():
        found = {hit.rule.id: hit for hit in hits([Effect(kind, path=path)], scene(root))}
        hit = found["ambidex.credentials.replaced"]
        assert hit.decision == "deny"
        assert f"it {verb} a person's credentials" in hit.saw
        folder = Effect(kind, path=path, flags=["folder"])
        assert "credentials.replaced deny" not in decisions(folder, scene(root))
    for kind in ("mode", "owner"):
        opened = decisions(Effect(kind, path=path, action="644"), scene(root))
        assert "credentials.replaced deny" in opened
        kept = decisions(Effect(kind, path=path, action="600"), scene(root))
        assert "credentials.replaced deny" not in kept
    for name in ("authorized_keys", "config", "rc", "environment"):
        for kind in ("write", "append", "edit"):
            got = decisions(Effect(kind, path=f"{HOME}/.ssh/{name}"), scene(root))
            assert "credentials.access deny" in got
    for name in (".pub", ".crt", ".cer", ".csr"):
        read = Effect(effects.READ, path=f"{HOME}/.gnupg/x{name}", words=("cat", "x"))
        assert decisions(read, scene(root)) == []
    for target in (path, "/etc/shadow"):
        linked = Effect(effects.LINK, path=f"{root}/x", target=target)
        assert "credentials.linked deny" in decisions(linked, scene(root))
    linked = Effect(effects.LINK, path=f"{root}/x", target=f"{root}/.env")
    assert "credentials.linked deny" not in decisions(linked, scene(root))


@pytest.mark.parametrize("flag", ["abort", "quit", "skip", ""])
def test_work_on_a_protected_branch(flag: str, root: Path) -> None:
    from ambidex.policy.defaults import DEFAULTS

    guard = {**DEFAULTS["guard"], "protected_branches": ["main", "release/*"]}
    head = root / ".git" / "HEAD"
    kept = head.read_text()

    def is_stopped(action: str, *, target: str = "", flags: tuple[str, ...] = ()) -> bool:
        effect = Effect(
            effects.GIT, action=action, target=target, path=str(root), flags=[*flags, flag]
        )
        where = scene(root, guard=guard)
        return "git.protected-branch deny" in decisions(effect, where)

    try:
        for branch, stops in (("main", True), ("release/1", True), ("topic", False)):
            head.write_text(f"ref: refs/heads/{branch}\n")
            for action in ("commit", "merge", "rebase", "cherry-pick", "revert", "am", "pull"):
                assert is_stopped(action) == (stops and not flag), action
            for kind in ("hard", "soft", "keep", "merge"):
                assert is_stopped("reset", flags=(kind,)) == (stops and not flag)
            assert not is_stopped("reset")
            assert not is_stopped("fetch")
            for target in ("", "HEAD", "@"):
                assert is_stopped("push", target=target) == stops
            assert is_stopped("push", target="main")
            assert not is_stopped("push", target="other")
            for kind in ("all", "mirror"):
                assert is_stopped("push", target="other", flags=(kind,))
            for action in ("branch", "update-ref"):
                for kind in ("delete", "moves"):
                    assert is_stopped(action, target="a refs/heads/main", flags=(kind,))
                    assert not is_stopped(action, target="a b", flags=(kind,))
                assert not is_stopped(action, target="main")
        head.write_bytes(b"ref: refs/heads/ma\xffin\n")
        assert not is_stopped("commit")
        head.write_text("0" * 40 + "\n")
        assert not is_stopped("commit")
    finally:
        head.write_text(kept)
    outside = Effect(effects.GIT, action="commit", path="/nowhere/at/all")
    assert decisions(outside, scene(root, guard=guard)) == []


def test_globs_by_what_a_path_begins_with(root: Path) -> None:
    from ambidex.guard.names import names_of

    globs = Globs(["vendor/**", "*.lock", "Secret", "docs/a.md"])
    assert [glob.text for glob in globs.all] == ["vendor/**", "*.lock", "Secret", "docs/a.md"]
    where = scene(root)
    mark = where.sources.mark(Source(VARIABLE, "$X"))
    expected = {
        "vendor/lib.py": ["vendor/**", "*.lock"],
        "a/secret/b": ["Secret", "*.lock"],
        "vendor/secret": ["vendor/**", "Secret", "*.lock"],
        "docs/b": ["docs/a.md", "*.lock"],
        "other": ["*.lock"],
        "": ["vendor/**", "*.lock", "Secret", "docs/a.md"],
        f"x{mark}": ["vendor/**", "*.lock", "Secret", "docs/a.md"],
    }
    for folded, texts in expected.items():
        names = names_of(Effect(effects.WRITE, path=f"{root}/nothing/here"), where)
        assert [glob.text for glob in globs.near(folded, names)] == texts
    only = Globs(["vendor/**"])
    assert [glob.text for glob in only.near("vendor/x", names)] == ["vendor/**"]
    assert only.near("src/x", names) == []
    folder = names_of(Effect(effects.DELETE, path=f"{root}/src"), where)
    assert len(globs.near("src", folder)) == 4
    both = Globs(["vendor/**", "Secret"])
    assert [glob.text for glob in both.near("a/secret", names)] == ["Secret"]
    assert [glob.text for glob in both.near("vendor/secret", names)] == ["vendor/**", "Secret"]


def test_globs_with_and_without_a_folder(root: Path) -> None:
    where = scene(root)

    def touched(glob: str, path: str, kind: str = effects.WRITE, **facts: object) -> str:
        return touch(Effect(kind, path=f"{root}/{path}", **facts), [glob], where)[0]  # type: ignore[arg-type]

    assert touched("vendor/", "vendor/lib.py") == CERTAIN
    assert touched("vendor", "vendor") == CERTAIN
    assert touched("vendor/**", "vendor") == CERTAIN
    assert touched("vendor/**", "vendor", flags=["create"]) == NOT
    assert touched("new/**", "new", flags=["create"]) == CERTAIN
    assert touched("vendor/**", "vendor", effects.READ) == NOT
    assert touched("vendor/**", "vendored/x") == NOT
    assert touched("src/*.py", "src/app.py") == CERTAIN
    assert touched("src/*.py", "src/app.txt") == NOT
    assert touched("**/*.py", "src", effects.DELETE, flags=["recursive"]) == CERTAIN
    assert touched("**/*.rs", "src", effects.DELETE, flags=["recursive"]) == NOT
    assert touched("**/*.py", "src", effects.DELETE) == NOT
    assert touched("README.md", STAR) == CERTAIN
    assert touched("README.md", f"{STAR}.md") == CERTAIN
    assert touched("README.md", f"{STAR}.rst") == NOT
    assert touched("src/app.py", f"tests/{STAR}") == NOT
    assert touched("**/app.py", f"src/{STAR}") == CERTAIN
    listed = where.sources.mark(Source(OUTPUT, "$(find)", folders=[f"{root}/src"]))
    whole = where.sources.mark(Source(OUTPUT, "$(find)", folders=[str(root)]))
    far = where.sources.mark(Source(OUTPUT, "$(find)", folders=["/elsewhere"]))

    def of_list(glob: str, path: str, **facts: object) -> str:
        return touch(Effect(effects.DELETE, path=path, **facts), [glob], where)[0]  # type: ignore[arg-type]

    where.text = "src"
    for mark, expected in ((listed, CERTAIN), (whole, POSSIBLE)):
        assert of_list("src/**", f"{root}/{mark}") == expected
        assert of_list("src/**", f"{root}/{mark}{STAR}.py") == expected
        assert of_list("src/**", f"{root}/{mark}", flags=["empty"]) != CERTAIN
    assert of_list("src/**", f"{root}/{whole}{STAR}.rs") == NOT
    assert of_list("src/**", f"{root}/{whole}", flags=["unpacked"]) == NOT
    assert of_list("src/**", f"{root}/{far}") == POSSIBLE
    where.text = "nothing"
    assert of_list("src/**", f"{root}/{far}") == NOT


def test_only_so_many_files_are_looked_at(root: Path) -> None:
    from ambidex.guard.protected import MAX_FILES

    many = root / "many"
    many.mkdir()
    try:
        for number in range(MAX_FILES + 3):
            (many / f"{number}.x").touch()
        assert len(files_of("many/**", scene(root))) == MAX_FILES
    finally:
        for name in os.listdir(many):
            (many / name).unlink()
        many.rmdir()


def test_a_touched_place_is_shown(root: Path) -> None:
    where = scene(root)
    mark = where.sources.mark(Source(VARIABLE, "$X"))
    where.text = "golden"
    found = touch(Effect(effects.WRITE, path=f"{root}/tests/{mark}"), ["tests/golden/**"], where)
    assert found == (POSSIBLE, "tests/$X")
    found = touch(Effect(effects.WRITE, path=f"{root}/{mark}"), ["tests/golden/**"], where)
    assert found == (POSSIBLE, "$X")


def test_tiers_of_paths(root: Path) -> None:
    from ambidex.guard.rules.paths import tier

    where = scene(root)
    for name, decision in (("read_only", "deny"), ("no_access", "deny"), ("approval", "ask")):
        for glob in tier(where, name):
            path = f"{root}/{glob.replace('/**', '/new').replace('**/', '').replace('*', 'x')}"
            said = decisions(Effect(effects.EDIT, path=path), where)
            assert f"paths.{name.replace('_', '-')} {decision}" in said, glob


def test_a_folder_of_inventions_at_the_top() -> None:
    from ambidex.guard.secret_files import ENVIRONMENT, kind_of

    assert kind_of("/tests/.env", HOME) == ""
    assert kind_of("/testsx/.env", HOME) == ENVIRONMENT
