"""The security scan: semgrep, our rule pack and the project's, new findings only.

Baseline and new version go into one call. Both are written to a private folder of the state
directory, each under its own root with the file's own relative path, so that rules with `paths`
mean there what they mean in the project. Line numbers are those of the content given.

The wheel's `semgrep-core` behaves as the whole command line under the name `osemgrep`; started
directly it saves the second or more that the Python front end imports. Elsewhere
`semgrep scan --experimental`, the same engine, is used.

Not proved: that a finding whose matched text stood in the file before is the same one; and
nothing about flows between files, or between functions.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress

from ambidex.edits import engine
from ambidex.edits.files import BOM
from ambidex.edits.kinds import RULES, SEMGREPIGNORE, suffix
from ambidex.edits.lines import essence, only_new
from ambidex.edits.paths import Skip
from ambidex.edits.process import DEADLINE
from ambidex.verdict import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ambidex.edits.process import Outcome

PACK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules")
# The folder of the pack that concerns a file; loading rules is a good part of the time.
_RULE_SECONDS = 5
_STALE_SECONDS = 3600
_BLOCKING = frozenset({"ERROR", "HIGH", "CRITICAL"})


class Subject:
    """One file to scan.

    Attributes:
        path: relative to the project's root.
        content: the bytes to judge.
        before: the baseline's bytes; None when the file is new.
    """

    __slots__ = ("before", "content", "path")

    def __init__(self, path: str, content: bytes, before: bytes | None) -> None:
        self.path = path
        # semgrep overlooks what stands on the first line behind a byte order mark.
        self.content = _bare(content)
        self.before = None if before is None else _bare(before)


class Result:
    """What a scan found out: findings, files it could not judge, what went wrong.

    Attributes:
        findings: the new ones.
        skips: files that were not inspected.
        broken: sentences about the scan itself; findings may be missing.
        details: facts for the evidence.
    """

    __slots__ = ("broken", "details", "findings", "skips")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.skips: list[Skip] = []
        self.broken: list[str] = []
        self.details: dict[str, Any] = {}


def _bare(content: bytes) -> bytes:
    return content[len(BOM) :] if content.startswith(BOM) else content


def rule_files(
    root: str, configured: Sequence[str], subjects: Sequence[Subject]
) -> tuple[list[str], list[str]]:
    """The rules to run, as files or folders, and complaints about those that are not there.

    Args:
        root: the project's root.
        configured: paths of the project's own rules, relative to it.
        subjects: the files to scan, which choose the parts of the pack.
    """
    folders = {RULES.get(suffix(subject.path)) for subject in subjects} - {None}
    rules = [os.path.join(PACK, str(folder)) for folder in sorted(map(str, folders))]
    rules = [folder for folder in rules if os.path.isdir(folder)]
    complaints = []
    for one in configured:
        path = os.path.join(root, one)
        if os.path.exists(path):
            rules.append(path)
        else:
            complaints.append(f"the rules {one!r} of the configuration do not exist")
    return rules + _dot_semgrep(os.path.join(root, ".semgrep")), complaints


def _dot_semgrep(folder: str) -> list[str]:
    """The rule files under `.semgrep`, which may also hold settings and test targets."""
    found = []
    for where, _, names in os.walk(folder):
        for name in names:
            if not name.endswith((".yml", ".yaml")) or ".test." in name:
                continue
            path = os.path.join(where, name)
            try:
                with open(path, "rb") as file:
                    if any(line.startswith(b"rules:") for line in file):
                        found.append(path)
            except OSError:
                continue
    return sorted(found)


class Scan:
    """One call of semgrep: `job` is what to run, `read` what to make of its outcome.

    Use as a context manager; the private folder is removed on leaving.
    """

    def __init__(
        self,
        program: str,
        rules: Sequence[str],
        subjects: Sequence[Subject],
        state: str,
        environ: Mapping[str, str],
        *,
        ignore: bytes | None = None,
    ) -> None:
        """Lay out the files.

        Args:
            program: the `semgrep` command.
            rules: files and folders of rules.
            subjects: what to scan.
            state: the repository's state directory.
            environ: the environment.
            ignore: the project's `.semgrepignore` as it was at the baseline. Without one nothing
                is ignored: semgrep's own default would silently leave out `tests/`.

        Raises:
            OSError: the state directory cannot be written.
        """
        self.subjects = subjects
        self.folder = _private_folder(os.path.join(state, "tmp"))
        self.names: dict[str, tuple[str, Subject]] = {}
        try:
            self._lay_out(subjects, ignore)
        except BaseException:
            _remove(self.folder)
            raise
        arguments = ["scan", "--experimental", "--json", "--quiet", "--metrics=off"]
        # Files are laid out on purpose; which of them git would ignore is not the question.
        arguments += ["--no-git-ignore", "--max-target-bytes=0", f"--timeout={_RULE_SECONDS}"]
        if len(subjects) < 20:
            arguments += ["--jobs=1"]
        for rule in rules:
            arguments += ["--config", rule]
        roots = [side for side in ("new", "old") if os.path.isdir(self._path(side))]
        self.job = engine.job(program, [*arguments, *roots], self.folder, environ)

    def __enter__(self) -> Scan:
        return self

    def __exit__(self, *_: object) -> None:
        _remove(self.folder)

    def _path(self, *parts: str) -> str:
        return os.path.join(self.folder, *parts)

    def _lay_out(self, subjects: Sequence[Subject], ignore: bytes | None) -> None:
        lines = [x for x in (ignore or b"").splitlines() if not x.startswith(b":include")]
        for subject in subjects:
            name = _plain(subject.path, self.names)
            for side, content in (("new", subject.content), ("old", subject.before)):
                if content is None:
                    continue
                relative = f"{side}/{name}"
                path = self._path(relative)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                # An executable file without suffix is recognised by its first line.
                with open(path, "wb", opener=_executable) as file:
                    file.write(content)
                self.names[relative] = (side, subject)
        for side in ("new", "old"):
            if os.path.isdir(self._path(side)):
                # Each side is a project of its own, so that anchored path filters apply.
                os.mkdir(self._path(side, ".git"))
                with open(self._path(side, SEMGREPIGNORE), "wb") as file:
                    file.write(b"\n".join(lines))

    def read(self, outcome: Outcome) -> Result:
        """Turn semgrep's outcome into findings; trouble is never silence."""
        result = Result()
        if outcome.trouble == DEADLINE:
            result.skips = [Skip(s.path, DEADLINE, owed=True) for s in self.subjects]
            return result
        if outcome.trouble:
            result.broken.append(f"semgrep {outcome.trouble}")
            return result
        try:
            answer = json.loads(outcome.stdout)
            matches = [(*self.names[match["path"]], match) for match in answer["results"]]
            scanned = {
                self.names[path][1].path
                for path in answer["paths"]["scanned"]
                if self.names[path][0] == "new"
            }
            self._read_errors(answer["errors"], result)
            before = [_key(s.before or b"", s, m) for side, s, m in matches if side == "old"]
            now = [(s, m) for side, s, m in matches if side == "new"]
            new = only_new(now, before, lambda one: _key(one[0].content, *one))
            result.findings = [_finding(subject, match) for subject, match in new]
        except (ValueError, KeyError, TypeError) as error:
            said = engine.complaint(outcome) or f"its answer cannot be read: {error!r}"
            result.broken.append(f"semgrep ended with status {outcome.code}: {said}")
            return result
        if outcome.code not in (0, 1) and not result.broken:
            said = engine.complaint(outcome)
            result.broken.append(f"semgrep ended with status {outcome.code}: {said}")
        for subject in self.subjects:
            if subject.path not in scanned:
                result.skips.append(_unscanned(subject))
        result.details = {"semgrep": answer.get("version"), "scanned": sorted(scanned)}
        return result

    def _read_errors(self, errors: list[dict[str, Any]], result: Result) -> None:
        for error in errors:
            side, subject = self.names.get(error.get("path") or "", ("new", None))
            if side == "old":
                # The baseline's findings are incomplete, so more of the new ones are reported.
                continue
            where = subject.path if subject else ""
            message = " ".join(str(error.get("message") or error.get("type")).split())[:300]
            for name, (_, known) in self.names.items():
                message = message.replace(name, known.path)
            result.broken.append(message if where in message else f"{where}: {message}")


def _executable(path: str, flags: int) -> int:
    return os.open(path, flags, 0o700)


def _private_folder(parent: str) -> str:
    os.makedirs(parent, mode=0o700, exist_ok=True)
    now = time.time()
    for name in os.listdir(parent):
        # A hook that is killed cannot clean up; the next one does.
        path = os.path.join(parent, name)
        with suppress(FileNotFoundError):
            if name.startswith("scan-") and now - os.lstat(path).st_mtime > _STALE_SECONDS:
                _remove(path)
    folder = os.path.join(parent, f"scan-{os.getpid()}-{time.time_ns()}")
    os.mkdir(folder, 0o700)
    return folder


def _remove(folder: str) -> None:
    # Another session may be cleaning up the same; what stays is removed an hour later.
    with suppress(OSError):
        for where, folders, files in os.walk(folder, topdown=False):
            for name in files:
                os.unlink(os.path.join(where, name))
            for name in folders:
                os.rmdir(os.path.join(where, name))
        os.rmdir(folder)


def _plain(path: str, taken: Mapping[str, object]) -> str:
    """A name for the copy of `path` that survives semgrep's output, unique among the `taken`."""
    plain = "".join(c if c.isprintable() and not 0xD800 <= ord(c) < 0xE000 else "_" for c in path)
    while f"new/{plain}" in taken:
        folder, name = os.path.split(plain)
        plain = os.path.join(folder, f"_{name}")
    return plain


def _matched(content: bytes, match: Mapping[str, Any]) -> bytes:
    return content[match["start"]["offset"] : match["end"]["offset"]]


def _key(content: bytes, subject: Subject, match: Mapping[str, Any]) -> tuple[str, str, bytes]:
    return subject.path, match["check_id"], essence(_matched(content, match))


def _finding(subject: Subject, match: Mapping[str, Any]) -> Finding:
    extra = match["extra"]
    advice = (extra.get("metadata") or {}).get("fix")
    return Finding(
        path=subject.path,
        line=match["start"]["line"],
        # semgrep puts the folders of the rule's file in front.
        rule=match["check_id"].rsplit(".", 1)[-1],
        message=" ".join(extra["message"].split()),
        fix=" ".join(str(advice).split()) if advice else "",
        severity="error" if extra["severity"] in _BLOCKING else "warning",
    )


def _unscanned(subject: Subject) -> Skip:
    if suffix(subject.path) in RULES:
        return Skip(subject.path, "semgrep left it out (.semgrepignore, or its own limits)", True)
    return Skip(subject.path, "no rule reads this kind of file")
