"""Inline code of the other languages: real calls count, text and comments do not."""

from pathlib import Path

import pytest

from ambidex.guard import code as readers
from ambidex.guard.code.decoding import decoded
from ambidex.guard.invocation import Invocation
from ambidex.guard.shell.evaluate import Shell
from testing.guarding import project, scene


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("code") / "project")


def run(language: str, text: str, root: Path) -> list[tuple[str, str]]:
    """What the code does: kinds with paths, or with targets where there is none."""
    machine = Shell(scene(root))
    machine.evaluate("")  # its clock starts
    call = Invocation(machine, [language], str(root), {})
    call.code(language, text)
    return [(effect.kind, effect.path or effect.target) for effect in machine.effects]


DOES = [
    ("node", "require('fs').unlinkSync('/a')", ("delete", "/a")),
    ("node", "require('fs')['unlink' + 'Sync']('/a')", ("delete", "/a")),
    ("node", "const {unlink: u} = require('fs/promises'); await u('/a')", ("delete", "/a")),
    ("node", "import {rm} from 'node:fs/promises'; rm('/a')", ("delete", "/a")),
    ("node", "import * as fs from 'fs'\nfs.writeFileSync('/a', 'x')", ("write", "/a")),
    ("node", "const fs = require('fs'); fs.appendFileSync('/a', 'x')", ("append", "/a")),
    ("node", "const p = require('path'); require('fs').rmSync(p.join('/', 'a'))", ("delete", "/a")),
    ("node", "require('fs').createWriteStream('/a')", ("write", "/a")),
    ("node", "require('fs').renameSync('/a', '/b')", ("move", "/a")),
    ("node", "require('fs').chmodSync('/a', 0o777)", ("mode", "/a")),
    ("node", "require('child_process').execSync('rm /a')", ("delete", "/a")),
    ("node", "require('child_process').spawn('rm', ['/a'])", ("delete", "/a")),
    ("node", "function f() { require('fs').rmSync('/a') }", ("delete", "/a")),
    ("node", "fetch('https://x.example/', {method: 'POST', body: 'x'})", ("send", "x.example")),
    ("node", "process.kill(1)", ("kill", "1")),
    ("perl", "unlink '/a'", ("delete", "/a")),
    ("perl", "unlink('/a') or die 'no'", ("delete", "/a")),
    ("perl", "system('rm', '/a')", ("delete", "/a")),
    ("perl", "my @l = qw(/a /b); unlink @l", ("delete", "/a")),
    ("perl", "open(F, '>/a')", ("write", "/a")),
    ("perl", "open my $f, '>>', '/a'", ("append", "/a")),
    ("perl", "my $x = '/'; unlink \"${x}a\"", ("delete", "/a")),
    ("perl", "s/x/unlink('\\/a')/e; rename '/a', '/b'", ("move", "/a")),
    ("ruby", "File.delete('/a')", ("delete", "/a")),
    ("ruby", "File.delete '/a' if true", ("delete", "/a")),
    ("ruby", "`rm #{'/' + 'a'}`", ("delete", "/a")),
    ("ruby", "File.open('/a', 'w') do |f|\n f.puts 1\nend", ("write", "/a")),
    ("php", "unlink('/a');", ("delete", "/a")),
    ("php", "<?php $d = '/'; unlink($d . 'a'); ?>", ("delete", "/a")),
    ("php", "$h = fopen('/a', 'w'); fwrite($h, 'x');", ("append", "/a")),
    ("lua", "os.remove '/a'", ("delete", "/a")),
    ("lua", "os.execute('rm ' .. '/a')", ("delete", "/a")),
    ("r", "unlink('/a')", ("delete", "/a")),
    ("tcl", "file delete -force /a", ("delete", "/a")),
    ("osascript", 'do shell script "rm \\"/a\\""', ("delete", "/a")),
    ("awk", 'BEGIN { system("rm " "/a") }', ("delete", "/a")),
    ("awk", '{ print $1 >> "/a" }', ("append", "/a")),
    ("awk", '{ print "/a" | "xargs rm" }', ("delete", "/a")),
    ("sqlite", ".shell rm /a", ("delete", "/a")),
    ("sqlite", "select writefile('/a', 'x');", ("write", "/a")),
    ("sqlite", ".output /a", ("write", "/a")),
    ("psql", "\\! rm /a", ("delete", "/a")),
    ("psql", "copy t to program 'rm /a'", ("delete", "/a")),
    ("mysql", "system rm /a", ("delete", "/a")),
    ("vim", "%!rm /a", ("delete", "/a")),
    ("vim", "w /a", ("write", "/a")),
    ("powershell", "Remove-Item -Recurse -Force /a", ("delete", "/a")),
    ("powershell", "Set-Content -Path /b x; del /a", ("delete", "/a")),
]


@pytest.mark.parametrize(("language", "text", "effect"), DOES)
def test_calls_have_effects(language: str, text: str, effect: tuple[str, str], root: Path) -> None:
    assert effect in run(language, text, root)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("node", "console.log(\"require('fs').rmSync('/a')\")"),
        ("node", "// require('fs').rmSync('/a')"),
        ("node", "const x = {rmSync(a) { return a }}; x.rmSync('/a')"),
        ("node", "const t = `unlink('/a')`; t.length"),
        ("node", "const r = /unlink('a')/; r.test('x')"),
        ("perl", "print 'unlink /a'"),
        ("perl", "# unlink '/a'"),
        ("perl", "my %h = (unlink => 1); print $h{unlink}"),
        ("perl", "m/unlink '.a'/ and print 1"),
        ("ruby", "puts 'File.delete(1)'"),
        ("ruby", "# `rm /a`"),
        ("php", "echo 'unlink(1)'; // unlink('/a')"),
        ("lua", "print('os.remove(1)') -- os.remove('/a')"),
        ("awk", '{ print "system(1)"; if ($1 > 3) n++ }'),
        ("awk", '/system("rm")/ { print }'),
        ("sqlite", "select '.shell rm /a';"),
        ("vim", "%s/a/b/"),
        ("powershell", "Write-Output 'Remove-Item /a'"),
    ],
)
def test_text_comments_and_namesakes_have_none(language: str, text: str, root: Path) -> None:
    assert run(language, text, root) == []


@pytest.mark.parametrize("language", sorted(readers.READERS))
@pytest.mark.parametrize(
    "text", ["", "(" * 3000, "'", '"', "`", "s/", "%w[", "${", "#{" * 500, "a.b" * 9000, "{|", "\0"]
)
def test_odd_code_is_survived(language: str, text: str, root: Path) -> None:
    run(language, text, root)


@pytest.mark.parametrize(
    ("how", "text", "expected"),
    [
        ("b64decode", "cm0gLXJm", "rm -rf"),
        ("base64", "cm0gLXJmIA", "rm -rf "),
        ("fromhex", "72 6d", "rm"),
        ("rot13", "ez", "rm"),
        ("b32decode", "OJWQ====", "rm"),
        ("unquote", "%72m", "rm"),
        ("fromhex", "zz", None),
        ("gzip", "x", None),
    ],
)
def test_constants_are_decoded(how: str, text: str, expected: "str | None") -> None:
    assert decoded(how, text) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", """c="rm" += " -rf /"; os.system("rm /a")"""),
        ("node", """f("?"+JSON.=stringify(1)); require("fs").unlinkSync("/a")"""),
        ("node", """["x"] += 1; require("fs").unlinkSync("/a")"""),
    ],
)
def test_an_assignment_to_no_name_is_read_past(language: str, text: str, root: Path) -> None:
    assert ("delete", "/a") in run(language, text, root)
