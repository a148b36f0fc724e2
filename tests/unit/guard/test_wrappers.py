"""Programs that run other programs: the effects of the inner command, where it really happens."""

from pathlib import Path

import pytest

from ambidex.guard.effects import Effect
from ambidex.guard.programs.prefixes import split_words
from testing.guarding import effects_of, project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("wrappers") / "project")


def deleted(command: str, root: Path) -> list[Effect]:
    return [effect for effect in effects_of(command, scene(root)) if effect.kind == "delete"]


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ("sudo -u app rm /a/b", "/a/b"),
        ("env -C /srv rm b", "/srv/b"),
        ("env -S 'X=1 rm /a/b'", "/a/b"),
        ("timeout -k 1 5 rm /a/b", "/a/b"),
        ("printf '/a/b' | xargs rm", "/a/b"),
        ("echo b | xargs -I{} rm /a/{}", "/a/b"),
        ("echo '/a/b' | xargs sh -c 'rm \"$1\"' _", "/a/b"),
        ("parallel rm {1}/{2} ::: /a ::: b", "/a/b"),
        ("parallel rm {.} ::: /a/b.gz", "/a/b"),
        ("chroot /mnt rm /a/b", "/mnt/a/b"),
        ("bwrap --bind /srv /a rm /a/b", "/srv/b"),
        ("docker run -v /srv:/a alpine rm /a/b", "/srv/b"),
        ("docker run --mount type=bind,source=/srv,target=/a alpine sh -c 'rm /a/b'", "/srv/b"),
        ("docker run -v /srv:/a -w /a alpine rm b", "/srv/b"),
        ("printf 'x:\\n\\t@rm /a/b\\n' | make -f -", "/a/b"),
        ("tmux send-keys 'rm /a/b' Enter", "/a/b"),
        ("gdb --args rm /a/b", "/a/b"),
        ("busybox rm /a/b", "/a/b"),
        ("vim -c '!rm /a/b' -c q", "/a/b"),
    ],
)
def test_what_is_deleted_is_named_as_on_this_machine(command: str, path: str, root: Path) -> None:
    assert [effect.path for effect in deleted(command, root)] == [path]


@pytest.mark.parametrize(
    "command",
    [
        "docker run alpine rm -rf /etc",
        "docker run -v /srv:/a:ro alpine rm /a/b",
        "docker run -v data:/a alpine rm /a/b",
        "bwrap --ro-bind / / rm /a/b",
        "parallel --dry-run rm ::: /a/b",
        "make -n -f - <<< 'x: ; rm /a/b'",
        "tmux ls",
    ],
)
def test_what_does_not_reach_this_machine_deletes_nothing(command: str, root: Path) -> None:
    assert deleted(command, root) == []


def test_above_a_mount_everything_goes(root: Path) -> None:
    paths = [effect.path for effect in deleted("docker run -v /srv:/a/b alpine rm -r /a", root)]
    assert paths == ["/srv"]


def test_on_another_machine_the_effects_say_so(root: Path) -> None:
    [effect] = deleted("ssh deploy@host.example 'rm -rf /srv/app'", root)
    assert (effect.path, effect.via) == ("/srv/app", "remote:host.example")


def test_the_standard_input_of_ssh_is_sent(root: Path) -> None:
    found = effects_of("cat .env | ssh host.example 'cat > x'", scene(root))
    sent = [effect for effect in found if effect.kind == "send"]
    assert [effect.target for effect in sent] == ["host.example"]


@pytest.mark.parametrize("program", ["sudo", "doas", "pkexec", "gosu app", "runuser -u app --"])
def test_becoming_another_user_is_an_effect(program: str, root: Path) -> None:
    found = effects_of(f"{program} ls", scene(root))
    assert "root" in [effect.kind for effect in found]


def test_arguments_that_are_not_known_stay_marked(root: Path) -> None:
    where = scene(root)
    found = [e for e in effects_of("some-lister | xargs rm -r", where) if e.kind == "delete"]
    assert [source.program for source in where.sources.of(found[0].path)] == ["some-lister"]


def test_endless_input_runs_a_bounded_number_of_commands(root: Path) -> None:
    items = " ".join(f"/a/{number}" for number in range(300))
    assert len(deleted(f"echo {items} | xargs -n1 rm", root)) == 32


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", ["a", "b"]),
        ("a 'b c'", ["a", "b c"]),
        ('a "b c"d', ["a", "b cd"]),
        ("a\\ b", ["a b"]),
        ("''", [""]),
        ("  ", []),
        ("'open", ["open"]),
    ],
)
def test_words_are_split_as_env_does(text: str, words: list[str]) -> None:
    assert split_words(text) == words
