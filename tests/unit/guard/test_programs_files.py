"""What the models of programs that touch files say the programs do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ambidex.guard.effects import (
    APPEND,
    CHANGES,
    DELETE,
    EDIT,
    EXECUTE,
    FETCH,
    LINK,
    MODE,
    MOVE,
    OWNER,
    READ,
    SEND,
    WRITE,
)
from ambidex.guard.scene import below
from testing.guarding import effects_of, project, scene

# Command → kinds and paths of the effects on files, relative to the project where they are in it.
# What is unknown shows as it would to people.
FILES: dict[str, list[tuple[str, str]]] = {
    "rm a b": [(DELETE, "a"), (DELETE, "b")],
    "rm -- -a": [(DELETE, "-a")],
    "rm --help": [],
    "rmdir a": [(DELETE, "a")],
    "unlink a": [(DELETE, "a")],
    "shred -u a": [(WRITE, "a"), (DELETE, "a")],
    "shred -n 3 a": [(WRITE, "a")],
    "truncate -s 0 a": [(WRITE, "a")],
    "truncate --size=+1k a": [(EDIT, "a")],
    "trash-put a": [(MOVE, "a")],
    "cp README.md b": [(READ, "README.md"), (WRITE, "b")],
    "cp README.md src": [(READ, "README.md"), (WRITE, "src/README.md")],
    "cp README.md src/": [(READ, "README.md"), (WRITE, "src/README.md")],
    "cp README.md .env new/": [
        *[(READ, "README.md"), (WRITE, "new/README.md"), (READ, ".env"), (WRITE, "new/.env")]
    ],
    "cp -t src README.md": [(READ, "README.md"), (WRITE, "src/README.md")],
    "cp --targ=src README.md": [(READ, "README.md"), (WRITE, "src/README.md")],
    "cp -T README.md src": [(READ, "README.md"), (WRITE, "src")],
    "cp --parents src/app.py out": [(READ, "src/app.py"), (WRITE, "out")],
    "cp --parents src/app.py tests": [(READ, "src/app.py"), (WRITE, "tests/src/app.py")],
    "cp -r src/. tests": [(READ, "src"), (WRITE, "tests")],
    "cp -s README.md b": [(LINK, "b")],
    "cd src && cp ../README.md .": [(READ, "README.md"), (WRITE, "src/README.md")],
    "mkdir new && cp README.md new": [
        (WRITE, "new"),
        (READ, "README.md"),
        (WRITE, "new/README.md"),
    ],
    "mv README.md b": [(MOVE, "README.md"), (WRITE, "b")],
    "mv -t src README.md": [(MOVE, "README.md"), (WRITE, "src/README.md")],
    "mv src/app.py tests": [(MOVE, "src/app.py"), (WRITE, "tests/app.py")],
    "install -m 755 README.md b": [(READ, "README.md"), (WRITE, "b"), (MODE, "b")],
    "install -d new": [(WRITE, "new")],
    "install -o root README.md b": [(READ, "README.md"), (WRITE, "b"), (OWNER, "b")],
    "ln README.md b": [(LINK, "b")],
    "ln -s README.md src": [(LINK, "src/README.md")],
    "ln -sfn README.md b": [(LINK, "b")],
    "ln -s ../README.md": [(LINK, "README.md")],
    "link README.md b": [(LINK, "b")],
    "mkdir -p a/b": [(WRITE, "a/b")],
    "touch a b": [(WRITE, "a"), (WRITE, "b")],
    "touch -c a": [],
    "touch -r README.md a": [(WRITE, "a")],
    "tee a < README.md": [(READ, "README.md"), (WRITE, "a")],
    "echo x | tee -a a b": [(APPEND, "a"), (APPEND, "b")],
    "echo x | sponge a": [(WRITE, "a")],
    "dd if=README.md of=b bs=1": [(READ, "README.md"), (WRITE, "b")],
    "split -b 1 README.md part": [(READ, "README.md"), (WRITE, "part…")],
    "csplit -f part README.md 1": [(READ, "README.md"), (WRITE, "part…")],
    "rsync -a src/ out": [(READ, "src"), (WRITE, "out")],
    "rsync -a src tests": [(READ, "src"), (WRITE, "tests/src")],
    "rsync -a --delete src/ out": [(READ, "src"), (WRITE, "out"), (DELETE, "out")],
    "rsync -an --delete src/ out": [],
    "rsync --remove-source-files a tests/": [(READ, "a"), (WRITE, "tests/a"), (DELETE, "a")],
    "cat README.md .env": [(READ, "README.md"), (READ, ".env")],
    "head -n 5 README.md": [(READ, "README.md")],
    "tail +3 README.md": [(READ, "README.md")],
    "less -p x README.md": [(READ, "README.md")],
    "less -o log README.md": [(READ, "README.md"), (WRITE, "log")],
    "sort -o b README.md": [(READ, "README.md"), (WRITE, "b")],
    "sort --outp=b README.md": [(READ, "README.md"), (WRITE, "b")],
    "sort README.md -ob": [(READ, "README.md"), (WRITE, "b")],
    "sort --files0-from=list": [(READ, "list")],
    "uniq README.md b": [(READ, "README.md"), (WRITE, "b")],
    "shuf README.md -o b": [(READ, "README.md"), (WRITE, "b")],
    "xxd README.md b": [(READ, "README.md"), (WRITE, "b")],
    "xxd -r README.md b": [(READ, "README.md"), (WRITE, "b")],
    "md5sum README.md": [(READ, "README.md")],
    "diff README.md .env": [(READ, "README.md"), (READ, ".env")],
    "stat README.md": [],
    "ls README.md": [],
    "grep x README.md": [(READ, "README.md")],
    "grep -e x -e y README.md": [(READ, "README.md")],
    "grep -f README.md .env": [(READ, "README.md"), (READ, ".env")],
    "grep -r x": [(READ, "")],
    "rg x src": [(READ, "src")],
    "rg --files src": [],
    "jq .a package.json": [(READ, "package.json")],
    "jq --arg a b .a package.json": [(READ, "package.json")],
    "jq -n --slurpfile a package.json .": [(READ, "package.json")],
    "yq -i .a=1 a.yml": [(READ, "a.yml"), (EDIT, "a.yml")],
    "base64 -d README.md": [(READ, "README.md")],
    "openssl enc -in README.md -out b": [(READ, "README.md"), (WRITE, "b")],
    "sed s/a/b/ README.md": [(READ, "README.md")],
    "sed -n 1p README.md": [(READ, "README.md")],
    "sed -i s/a/b/ README.md": [(READ, "README.md"), (EDIT, "README.md")],
    "sed -i.bak s/a/b/ b": [(READ, "b"), (EDIT, "b"), (WRITE, "b.bak")],
    "sed -i '' s/a/b/ b": [(READ, "b"), (EDIT, "b")],
    "sed -ni -e 1p b": [(READ, "b"), (EDIT, "b")],
    "sed --in-pl s/a/b/ b": [(READ, "b"), (EDIT, "b")],
    "sed -n '/x/w b' README.md": [(READ, "README.md"), (WRITE, "b")],
    "sed 's/a/b/gw b' README.md": [(READ, "README.md"), (WRITE, "b")],
    "sed 'r .env' README.md": [(READ, "README.md"), (READ, ".env")],
    "sed '1!G;h;$!d' README.md": [(READ, "README.md")],
    "patch README.md x.diff": [(READ, "x.diff"), (EDIT, "README.md")],
    "patch -o b README.md x.diff": [(READ, "x.diff"), (WRITE, "b")],
    "patch --dry-run README.md x.diff": [(READ, "x.diff")],
    "printf -- '--- a/x\\n+++ b/x\\n' | patch -p1": [(EDIT, "x")],
    "tar -cf a.tar src": [(READ, "src"), (WRITE, "a.tar")],
    "tar cf a.tar src": [(READ, "src"), (WRITE, "a.tar")],
    "tar -C src -cf a.tar app.py": [(READ, "src/app.py"), (WRITE, "a.tar")],
    "tar -tf a.tar": [(READ, "a.tar")],
    "tar -xOf a.tar x": [(READ, "a.tar")],
    "tar xfC a.tar src x": [(READ, "a.tar"), (WRITE, "src/x")],
    "tar -xf a.tar -C src x": [(READ, "a.tar"), (WRITE, "src/x")],
    "tar --extract --file a.tar": [(READ, "a.tar"), (WRITE, "the archive's files")],
    "tar --remove-files -cf a.tar src": [(READ, "src"), (WRITE, "a.tar"), (DELETE, "src")],
    "TAR_OPTIONS='-C src' tar -xf a.tar x": [(READ, "a.tar"), (WRITE, "src/x")],
    "gzip a": [(READ, "a"), (WRITE, "a.gz"), (DELETE, "a")],
    "gzip -k a": [(READ, "a"), (WRITE, "a.gz")],
    "gzip -kS .z a": [(READ, "a"), (WRITE, "a.z")],
    "gzip -c a": [(READ, "a")],
    "gunzip a.gz": [(READ, "a.gz"), (WRITE, "a"), (DELETE, "a.gz")],
    "zstd a": [(READ, "a"), (WRITE, "a.zst")],
    "zstd --rm a": [(READ, "a"), (WRITE, "a.zst"), (DELETE, "a")],
    "xz -d a.xz": [(READ, "a.xz"), (WRITE, "a"), (DELETE, "a.xz")],
    "zip -r a src": [(READ, "src"), (WRITE, "a.zip")],
    "zip -rm a.zip src": [(READ, "src"), (WRITE, "a.zip"), (DELETE, "src")],
    "unzip a.zip -d out": [(READ, "a.zip"), (WRITE, "out/the archive's files")],
    "unzip a.zip x -d out": [(READ, "a.zip"), (WRITE, "out/x")],
    "unzip -l a.zip": [(READ, "a.zip")],
    "7z x a.7z -oout": [(READ, "a.7z"), (WRITE, "out/the archive's files")],
    "ar rc a.a x.o": [(READ, "x.o"), (WRITE, "a.a")],
    "cpio -id < a": [(READ, "a"), (WRITE, "the archive's files")],
    "find src -delete": [(DELETE, "src")],
    "find src -name '*.o' -delete": [(DELETE, "src/files below src*.o")],
    "find src -name x -fprint out": [(WRITE, "out")],
    "find src -name 'x*' -exec rm {} +": [(DELETE, "src/files below srcx*")],
    "find src/ -path 'src/a/*' -delete": [(DELETE, "src/a/*")],
    "find src -delete x": [(DELETE, "src")],
    "fd -e o -x rm": [(DELETE, "files below .*.o")],
    "chmod -R u+w src": [(MODE, "src")],
    "chmod -x a": [(MODE, "a")],
    "chmod --ref=b a": [(MODE, "a")],
    "chown -R me:us a b": [(OWNER, "a"), (OWNER, "b")],
    "chgrp us a": [(OWNER, "a")],
    "chattr -i a": [(MODE, "a")],
    "setfacl -m u:x:r a": [(MODE, "a")],
    "getfacl a": [],
    "xattr -w x y a": [(MODE, "a")],
    "xattr -l a": [],
    "mkfs.ext4 ./disk.img": [(WRITE, "disk.img")],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("files") / "project")


@pytest.mark.parametrize("command", FILES)
def test_effects_on_files(command: str, root: Path) -> None:
    where = scene(root)
    seen = []
    for effect in effects_of(command, where):
        if effect.kind == READ or effect.kind in CHANGES:
            inside = below(str(root), effect.path)
            seen.append(
                (effect.kind, where.sources.show(effect.path if inside is None else inside))
            )
    assert seen == FILES[command]


FLAGS = {
    "rm -rf a": {"recursive", "force"},
    "rm --recurs --forc a": {"recursive", "force"},
    "rm -R a": {"recursive"},
    "rm -f a": {"force"},
    "rm -rf $X/": {"recursive", "force", "anywhere", "slash"},
    "rm $X": {"anywhere"},
    "rm src/$X": set(),
    "find src -name '*.o' -delete": {"found"},
    "find src -type d -empty -delete": {"found", "empty"},
    "rmdir a": {"empty"},
}


@pytest.mark.parametrize("command", FLAGS)
def test_flags_of_deletions(command: str, root: Path) -> None:
    (effect,) = [e for e in effects_of(command, scene(root)) if e.kind == DELETE]
    assert effect.flags == FLAGS[command]


# What a filter makes of known text is known, so that code cannot hide behind it.
OUTPUTS = {
    "echo abc | tr a-c x-z": "xyz",
    "echo abc | tr '[:lower:]' '[:upper:]'": "ABC",
    "echo a-b | tr -d '-'": "ab",
    "echo aabb | tr -s a": "abb",
    "echo abc | tr -cd 'ab'": "ab",
    "echo 'a\\x' | tr '\\\\' /": "a/x",
    "echo abc | tr a '\\142'": "bbc",
    "echo abc | rev": "cba",
    "echo abc | cut -c2-": "bc",
    "echo a:b:c | cut -d: -f1,3": "a:c",
    "echo abc | sed s/b/x/": "axc",
    "echo a.b | sed 's/a/x/;s/b/y/g'": "x.y",
    "echo YWJj | base64 -d": "abc",
    "echo abc | base64": "YWJjCg==",
    "echo MFRGG=== | base32 -d": "abc",
    "echo YWJj | openssl base64 -d": "abc",
    "echo YWJj | openssl enc -d -a": "abc",
    "echo 616263 | xxd -r -p": "abc",
    "echo abc | cat": "abc",
    "echo abc | tee x | head -1": "abc",
    "printf 'a\\nb\\n' | grep b": "b",
    "printf 'a\\nb\\n' | grep -v b": "a",
    "basename /a/b.txt .txt": "b",
    "dirname a/b.txt": "a",
    "echo abc > x; cat x": "abc",
    "echo abc > x; cp x y; cat y": "abc",
    "echo abc > x; mv x y; cat y": "abc",
    "echo abc > x; ln x y; cat y": "abc",
    "echo abc | dd of=x; cat x": "abc",
}


@pytest.mark.parametrize("command", OUTPUTS)
def test_known_text_stays_known(command: str, root: Path) -> None:
    where = scene(root)
    effects = effects_of(f'mkdir "$({command})"', where)
    path = effects[-1].path
    shown = where.sources.show(path)
    assert below(str(root), path) == OUTPUTS[command].lstrip("/"), shown


# Content that is not known still knows which files it comes from.
CARRIERS = [
    "cat .env",
    "head -1 .env",
    "base64 .env",
    "base64 < .env",
    "gzip -c .env",
    "tar -cf - .env",
    "xxd .env",
    "sed s/a/b/ .env",
    "cat .env | tr a b",
    "cat .env | sort | uniq",
    "openssl enc -aes256 -in .env",
    "cp .env x; cat x",
    "ln .env x; cat x",
    "mv .env x; cat x",
    "tar -cf x .env; cat x",
    "gzip -k .env; cat .env.gz",
    "dd if=.env of=x; cat x",
    "cat .env | tee x; cat x",
    "mkdir d; cp .env d/x; tar -cf - d",
    "jq . .env",
    "paste .env",
    "zip - .env",
]


@pytest.mark.parametrize("command", CARRIERS)
def test_content_keeps_its_source(command: str, root: Path) -> None:
    where = scene(root)
    before, _, last = command.rpartition(";")
    effects = effects_of(f"{before or 'true'}; {last} | tee out", where)
    (written,) = [e for e in effects if e.kind == WRITE and e.path.endswith("/out")]
    paths = [path for source in where.sources.of(written.data) for path in source.paths]
    assert f"{root}/.env" in paths


@pytest.mark.parametrize("command", ["wc -l .env", "sha256sum .env", "stat .env", "ls .env"])
def test_counts_and_digests_tell_nothing(command: str, root: Path) -> None:
    where = scene(root)
    written = effects_of(f"{command} | tee out", where)[-1]
    assert not [path for source in where.sources.of(written.data) for path in source.paths]


# Options that run commands: the file that the command touches shows that it was followed.
RUNNERS = [
    "tar -xf a.tar --to-command 'touch ran'",
    "tar -cf a.tar --checkpoint=1 --checkpoint-action=exec='touch ran' src",
    "tar -I 'touch ran' -xf a.tar",
    "tar --use-compress-prog='touch ran' -cf a.tar src",
    "rsync -e 'touch ran' src host:/x",
    "rsync --rsh='touch ran' host:/x src",
    "RSYNC_RSH='touch ran' rsync src host:/x",
    "split --filter='touch ran' README.md",
    "sort --compress-program=touch README.md; touch ran",
    "find . -exec touch ran \\;",
    "find . -ok touch ran \\;",
    "find . -execdir sh -c 'touch $0/ran' {} \\;",
    "fd x -x touch ran",
    "fd x --exec-batch touch ran",
    "rg --pre 'touch ran;' x",
    "sed '1e touch ran' README.md",
    "echo touch ran | sed s/x/y/e",
    "echo touch ran | at now",
]


@pytest.mark.parametrize("command", RUNNERS)
def test_options_that_run_commands_are_followed(command: str, root: Path) -> None:
    effects = effects_of(command, scene(root))
    assert [e for e in effects if e.kind == WRITE and e.path.endswith("/ran")] or [
        e for e in effects if e.kind == EXECUTE
    ]


@pytest.mark.parametrize(
    ("command", "kind", "host"),
    [
        ("rsync -a .env host:/x", SEND, "host"),
        ("rsync -a .env me@host::module/x", SEND, "host"),
        ("rsync rsync://host/x .", FETCH, "host"),
        ("tar -cf me@host:/x .env", SEND, "host"),
        ("tar -xf host:/x", FETCH, "host"),
        ("TAR_OPTIONS='-cf host:/x' tar .env", SEND, "host"),
    ],
)
def test_sides_on_other_hosts(command: str, kind: str, host: str, root: Path) -> None:
    where = scene(root)
    found = [effect for effect in effects_of(command, where) if effect.kind == kind]
    assert [effect.target for effect in found] == [host]
    if kind == SEND:
        paths = [path for source in where.sources.of(found[0].data) for path in source.paths]
        assert f"{root}/.env" in paths
