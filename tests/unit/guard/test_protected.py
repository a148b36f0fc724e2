"""What counts as a touch of a protected place, and how certain it is."""

import os
from pathlib import Path

import pytest

from ambidex.guard.effects import (
    APPEND,
    CHANGES,
    DELETE,
    EDIT,
    LINK,
    MODE,
    MOVE,
    READ,
    WRITE,
    Effect,
)
from ambidex.guard.names import names_of, relatives, spellings
from ambidex.guard.protected import CERTAIN, NOT, POSSIBLE, files_of, globs_of, reaches_below, touch
from ambidex.guard.scene import Scene
from ambidex.guard.taint import ANY, CLASS, STAR, Source
from testing.guarding import project, scene

GOLDEN = ["tests/golden/**"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


def how(where: Scene, kind: str, path: str, globs: list[str], *flags: str, target: str = "") -> str:
    full = path if path.startswith("/") else os.path.normpath(f"{where.root}/{path}")
    return touch(Effect(kind, path=full, target=target, flags=flags), globs, where)[0]


@pytest.mark.parametrize("kind", sorted(CHANGES))
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/golden/test_pay.py", CERTAIN),
        ("tests/golden/new/deep/x.py", CERTAIN),
        ("tests/golden", CERTAIN),
        ("TESTS/Golden/Test_Pay.py", CERTAIN),
        ("tests/goldens/x.py", NOT),
        ("tests/golden.py", NOT),
        ("tests/gold", NOT),
        ("golden/x.py", NOT),
        ("src/tests/golden/x.py", NOT),
        ("/elsewhere/tests/golden/x.py", NOT),
    ],
)
def test_a_change_in_the_folder_or_of_the_folder_is_certain(
    root: Path, kind: str, path: str, expected: str
) -> None:
    assert how(scene(root), kind, path, GOLDEN) == expected


def test_reading_the_folder_itself_is_no_touch_of_what_is_in_it(root: Path) -> None:
    assert how(scene(root), READ, "private", ["private/**"]) == NOT
    assert how(scene(root), READ, "private", ["private/**"], "recursive") == CERTAIN
    assert how(scene(root), READ, "private/plan.txt", ["private/**"]) == CERTAIN


def test_a_folder_that_is_there_is_not_made_again(root: Path) -> None:
    assert how(scene(root), WRITE, "tests/golden", GOLDEN, "create", "folder") == NOT
    assert how(scene(root), WRITE, "tests/golden/x", GOLDEN, "create", "folder") == CERTAIN
    assert how(scene(root), WRITE, "vault", ["vault/**"], "create", "folder") == CERTAIN


@pytest.mark.parametrize(
    ("kind", "flags", "expected"),
    [
        (DELETE, ("recursive",), CERTAIN),
        (DELETE, (), NOT),
        (MODE, ("recursive",), CERTAIN),
        (MODE, (), NOT),
        (MOVE, (), CERTAIN),
        (EDIT, ("recursive", "formatter"), CERTAIN),
        (WRITE, (), NOT),
    ],
)
def test_a_parent_is_touched_by_what_reaches_below_it(
    root: Path, kind: str, flags: tuple[str, ...], expected: str
) -> None:
    assert how(scene(root), kind, "tests", GOLDEN, *flags) == expected
    assert how(scene(root), kind, "src", GOLDEN, *flags) == NOT


def test_the_move_of_a_plain_file_does_not_reach_below(root: Path) -> None:
    assert not reaches_below(Effect(MOVE, path=str(root / "README.md")))
    assert reaches_below(Effect(MOVE, path=str(root / "src")))
    assert reaches_below(Effect(MOVE, path=str(root / "missing")))


def test_a_glob_without_folders_in_front_holds_at_any_depth(root: Path) -> None:
    (root / "deep" / "er").mkdir(parents=True)
    (root / "deep" / "er" / "Jenkinsfile").write_text("")
    for path in ("Jenkinsfile", "a/b/jenkinsfile"):
        assert how(scene(root), WRITE, path, ["Jenkinsfile"]) == CERTAIN
    for path in ("Jenkinsfile.md", "my-Jenkinsfile"):
        assert how(scene(root), WRITE, path, ["Jenkinsfile"]) == NOT
    assert how(scene(root), DELETE, "deep", ["Jenkinsfile"], "recursive") == CERTAIN
    assert how(scene(root), DELETE, "src", ["Jenkinsfile"], "recursive") == NOT
    assert how(scene(root), DELETE, "missing", ["Jenkinsfile"], "recursive") == NOT
    assert how(scene(root), WRITE, "a/x.lock", ["*.lock"]) == CERTAIN
    assert how(scene(root), WRITE, "a/x.loc", ["*.lock"]) == NOT
    assert how(scene(root), WRITE, "docs/a/x.md", ["docs/*/x.md"]) == CERTAIN
    assert how(scene(root), WRITE, "docs/x.md", ["docs/*/x.md"]) == NOT


def test_a_glob_of_one_file_covers_that_file(root: Path) -> None:
    assert how(scene(root), WRITE, "src/app.py", ["src/app.py"]) == CERTAIN
    assert how(scene(root), READ, "src/app.py", ["src/app.py"]) == CERTAIN
    assert how(scene(root), WRITE, "src/app.pyc", ["src/app.py"]) == NOT
    assert how(scene(root), WRITE, "vault/x", ["vault/"]) == CERTAIN


@pytest.mark.parametrize(
    ("path", "flags", "expected"),
    [
        (f"tests/golden/{STAR}", (), CERTAIN),
        (f"tests/{STAR}/test_pay.py", (), CERTAIN),
        (f"tests/g{STAR}/{STAR}.py", (), CERTAIN),
        (f"tests/golde{ANY}/test_pay.py", (), CERTAIN),
        (f"tests/golde{CLASS}/test_pay.py", (), CERTAIN),
        (f"tests/{STAR}.py", (), NOT),
        (f"tests/{STAR}", (), NOT),
        (f"tests/{STAR}", ("recursive",), CERTAIN),
        (f"t{STAR}", ("recursive",), CERTAIN),
        (f"tests/generated/{STAR}", ("recursive",), NOT),
        (f"src/{STAR}", ("recursive",), NOT),
        (f"tests/h{STAR}", ("recursive",), NOT),
    ],
)
def test_a_pattern_is_compared_with_the_files_that_exist(
    root: Path, path: str, flags: tuple[str, ...], expected: str
) -> None:
    assert how(scene(root), DELETE, path, GOLDEN, *flags) == expected


@pytest.mark.parametrize(
    ("folder", "path", "flags", "expected"),
    [
        ("tests", "{}", (), POSSIBLE),
        ("", "{}", (), POSSIBLE),
        ("", "{}", ("unpacked",), NOT),
        ("tests", "{}", ("unpacked",), POSSIBLE),
        ("tests/golden", "{}", (), CERTAIN),
        ("src", "{}", (), NOT),
        ("tests", "tests/{}", (), POSSIBLE),
        ("tests/golden", "tests/generated/{}", (), NOT),
        ("tests", "{}*.pyc", (), NOT),
        ("tests", "{}*.py", (), POSSIBLE),
        ("tests", "{}*.py", ("empty",), NOT),
    ],
)
def test_a_list_of_files_counts_by_the_folder_that_it_comes_from(
    root: Path, folder: str, path: str, flags: tuple[str, ...], expected: str
) -> None:
    where = scene(root)
    mark = where.sources.mark(Source("output", "$(…)", folders=(f"{root}/{folder}".rstrip("/"),)))
    text = path.replace("{}", mark).replace("*", STAR)
    assert how(where, DELETE, text, GOLDEN, *flags) == expected


def test_what_nothing_is_known_about_counts_when_the_command_names_the_folder(root: Path) -> None:
    for text, expected in (("rm $X # golden", POSSIBLE), ("rm $X", NOT)):
        where = scene(root)
        where.text = text
        mark = where.sources.mark(Source("variable", "$X"))
        assert how(where, DELETE, mark, GOLDEN) == expected
        assert how(where, DELETE, f"tests/{mark}", GOLDEN) == POSSIBLE
        assert how(where, DELETE, f"src/{mark}", GOLDEN) == NOT
        assert how(where, DELETE, f"tests/golden/{mark}", GOLDEN) == CERTAIN
        assert how(where, DELETE, mark, ["*.lock"]) == NOT


def test_links_are_followed_and_count_themselves(root: Path) -> None:
    (root / "short").symlink_to("tests/golden")
    (root / "alias.py").symlink_to("tests/golden/test_pay.py")
    (root / "tests/golden/out.md").symlink_to(root / "README.md")
    for path in ("short/new.py", "alias.py", "tests/golden/out.md"):
        assert how(scene(root), EDIT, path, GOLDEN) == CERTAIN
    (root / "loop").symlink_to("loop")
    assert how(scene(root), EDIT, "loop", GOLDEN) == NOT
    assert how(scene(root), EDIT, "loop/x", GOLDEN) == NOT


def test_a_second_name_counts_for_changes_of_the_content_only(root: Path) -> None:
    os.link(root / "tests/golden/test_pay.py", root / "twin.py")
    os.link(root / "README.md", root / "other.md")
    for kind in (WRITE, APPEND, EDIT, MODE):
        assert how(scene(root), kind, "twin.py", GOLDEN) == CERTAIN
        assert how(scene(root), kind, "other.md", GOLDEN) == NOT
    for kind in (READ, DELETE, MOVE):
        assert how(scene(root), kind, "twin.py", GOLDEN) == NOT
    outside = root.parent / "outside.py"
    os.link(root / "tests/golden/test_pay.py", outside)
    assert how(scene(root), EDIT, str(outside), GOLDEN) == CERTAIN


def test_a_new_hard_link_gives_its_target_a_second_name(root: Path) -> None:
    target = str(root / "tests/golden/test_pay.py")
    assert how(scene(root), LINK, "x.py", GOLDEN, "hard", target=target) == CERTAIN
    assert how(scene(root), LINK, "x.py", GOLDEN, "symbolic", target=target) == NOT


def test_folders_of_the_process_are_the_directory_and_the_root(root: Path) -> None:
    where = scene(root)
    assert how(where, WRITE, "/proc/self/cwd/tests/golden/x.py", GOLDEN) == CERTAIN
    assert how(where, WRITE, f"/proc/self/root{root}/tests/golden/x.py", GOLDEN) == CERTAIN
    assert how(where, WRITE, "/proc/self/status", GOLDEN) == NOT


def test_names_that_no_file_system_takes_are_no_trouble(root: Path) -> None:
    where = scene(root)
    for name in ("x" * 5000, "a\0b", "caf\udce9.py", "/".join(["d"] * 900)):
        assert how(where, WRITE, f"{root}/tests/golden/{name}", GOLDEN) == CERTAIN
        assert how(where, WRITE, f"{root}/src/{name}", GOLDEN) == NOT


def test_the_path_for_people_is_relative_to_the_project(root: Path) -> None:
    where = scene(root)
    inside = Effect(WRITE, path=str(root / "tests/golden/x.py"))
    assert touch(inside, GOLDEN, where) == (CERTAIN, "tests/golden/x.py")
    whole = Effect(DELETE, path=str(root), flags=("recursive",))
    assert touch(whole, GOLDEN, where) == (CERTAIN, ".")
    assert touch(inside, [], where) == (NOT, "")


def test_names_are_found_once(root: Path) -> None:
    where = scene(root)
    effect = Effect(WRITE, path=str(root / "src/app.py"))
    assert names_of(effect, where) is names_of(Effect(EDIT, path=effect.path), where)
    assert relatives(effect, where) == ["src/app.py"]
    assert spellings(effect, where) == [effect.path]
    assert globs_of(GOLDEN, where) is globs_of(GOLDEN, where)
    assert globs_of(GOLDEN, where) is not globs_of(list(GOLDEN), where)
    assert names_of(Effect(READ, path=str(root / "src")), where).is_folder
    assert not names_of(effect, where).is_folder


def test_files_of_a_glob_are_those_that_exist(root: Path) -> None:
    where = scene(root)
    assert sorted(files_of("tests/golden/**", where)) == [
        "tests/golden/MANIFEST",
        "tests/golden/test_pay.py",
    ]
    assert files_of("src/app.py", where) == ["src/app.py"]
    assert files_of("missing/**", where) == []
    assert files_of("*.sql", where) == ["migrations/0001.sql"]
    assert files_of("*.sql", where, "src") == []
