"""Is what Ambidex keeps about this repository whole, private and writable?"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from ambidex.doctor.check import GOOD, PROBLEM, Check
from ambidex.doctor.machine import shown
from ambidex.ledger import chain, database

GROUP = "state"


def check(environ: Mapping[str, str], state: str) -> list[Check]:
    """What is to be said about the state directory `state`."""
    where = shown(state, environ)
    existing = state
    while not os.path.isdir(existing):
        existing = os.path.dirname(existing)
    if not os.access(existing, os.W_OK | os.X_OK):
        found = f"{shown(existing, environ)} cannot be written, so nothing is recorded"
        return [Check(GROUP, "folder", PROBLEM, found, f"chmod u+rwx {shown(existing, environ)}")]
    if existing != state:
        return [Check(GROUP, "folder", GOOD, "nothing is recorded yet", details={"path": state})]
    size = _size(state)
    checks = [_ledger(where, state), *_moved_aside(environ, state)]
    info = os.stat(state)
    if info.st_uid != os.getuid():
        found = f"{where} belongs to somebody else (user {info.st_uid})"
        fix = f'sudo chown -R "$(id -un)" {where}'
        checks.append(Check(GROUP, "folder", PROBLEM, found, fix))
    elif stat.S_IMODE(info.st_mode) & 0o077:
        mode = stat.S_IMODE(info.st_mode)
        found = f"{where} is open to other users (mode {mode:04o})"
        checks.append(Check(GROUP, "folder", PROBLEM, found, f"chmod 700 {where}"))
    else:
        facts = {"path": state, "bytes": size}
        checks.append(Check(GROUP, "folder", GOOD, f"{_megabytes(size)}, private", details=facts))
    return checks


def _ledger(where: str, state: str) -> Check:
    try:
        report = chain.verify(state)
    except TimeoutError as error:
        fix = "wait for the process that holds it, and run this again"
        return Check(GROUP, "audit log", PROBLEM, f"it cannot be read: {error}", fix)
    facts = report.as_dict()
    if report.broken and report.broken.why != chain.TORN:
        found = f"the chain is broken at record {report.broken.seq}: {report.broken.detail}"
        fix = f"keep a copy of {where}/audit, and find out who changed it"
        return Check(GROUP, "audit log", PROBLEM, found, fix, facts)
    found = f"audit log intact, {report.records} records"
    return Check(GROUP, "audit log", GOOD, found, details=facts)


def _moved_aside(environ: Mapping[str, str], state: str) -> list[Check]:
    """Damaged stores that were moved out of the way; what they held is not in use any more."""
    names = sorted(
        name for name in os.listdir(state) if name.startswith(f"{database.FILE}.corrupt")
    )
    if not names:
        return []
    found = f"the store was damaged and began anew; the damaged file is kept as {names[-1]}"
    files = shown(os.path.join(state, f"{database.FILE}.corrupt-*"), environ)
    fix = f"look at the disk's health, then: rm {files}"
    return [Check(GROUP, "store", PROBLEM, found, fix, {"files": names})]


def _size(folder: str) -> int:
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(top, name)).st_size
            except OSError:
                # Gone meanwhile: hooks work on while the doctor looks.
                continue
    return total


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
