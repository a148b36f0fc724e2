"""`ambidex mutate`: whether the tests notice when code is made wrong, for people and CI."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from ambidex.changes.process import TreeError
from ambidex.cli.errors import ConfigurationRefused, EnvironmentBroken
from ambidex.cli.mutate_job import Job
from ambidex.cli.verify import EXIT
from ambidex.ledger.append import append
from ambidex.mutation import demands, elements, gate, judging, survivors, with_mutmut
from ambidex.mutation.baseline import Scores
from ambidex.mutation.demands import FunctionScore
from ambidex.mutation.judging import Outcome
from ambidex.mutation.mutant import Mutant
from ambidex.mutation.score import MET
from ambidex.policy.errors import PolicyError
from ambidex.printable import printable
from ambidex.proof.command import NoCommandError
from ambidex.report.text import MARKS, WORDS
from ambidex.verdict import BROKEN, FINDINGS, NOT_RUN, PASSED, Verdict

# Nobody waits longer; without a limit a run that hangs would hang for ever.
_NO_LIMIT = 24 * 3600.0
_MOST_SHOWN = 200


class _Shard:
    """One of several parts of the mutants, the same whoever asks."""

    def __init__(self, number: int, of: int) -> None:
        self.number = number
        self.of = of

    def __contains__(self, mutant: Mutant) -> bool:
        digest = hashlib.sha256(mutant.id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.number - 1


class _ShardType(click.ParamType):  # type: ignore[type-arg]
    name = "K/N"

    def convert(self, value: Any, param: Any, ctx: Any) -> _Shard:
        found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", value)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            self.fail(f"{value!r} is not K/N with K from 1 to N", param, ctx)
        return _Shard(int(found[1]), int(found[2]))


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH[::FUNCTION]]...")
@click.option("--base", metavar="REV", help="Judge what changed since this commit.")
@click.option("--all", "everything", is_flag=True, help="Judge all source files.")
@click.option("--shard", type=_ShardType(), help="Judge only the K-th of N parts.")
@click.option(
    "--json",
    "report",
    type=click.Path(dir_okay=False, writable=True),
    help="Write a report in the schema of mutation-testing-elements.",
)
@click.option(
    "--engine",
    type=click.Choice(["ambidex", "mutmut"]),
    default="ambidex",
    show_default=True,
    help="mutmut: let mutmut judge the same files too, and compare.",
)
@click.option("--deadline", type=click.FloatRange(min=1), metavar="S", help="End after S seconds.")
@click.option("--fresh", is_flag=True, help="Judge again what is known.")
def command(
    paths: tuple[str, ...],
    base: str | None,
    everything: bool,
    shard: _Shard | None,
    report: str | None,
    engine: str,
    deadline: float | None,
    fresh: bool,
) -> None:
    r"""Make code wrong, and see whether the tests notice.

    Without PATHS and --all: the functions that changed since --base, by default since this branch
    left the main branch; each has to reach what the policy demands of it. With PATHS (files,
    folders, functions) or --all: these, and the demand is on all of them together.

    `ambidex mutate merge FILE...` makes one report of the shards' reports, and judges that.

    \b
    Exit codes:
      0  the demanded score is reached (with --shard: every mutant of the shard was judged)
      1  it is not
      2  the call or the configuration is wrong
      3  too little was judged, so nothing is proved
      4  the environment is broken
    """
    if (base is not None) + everything + bool(paths) > 1:
        raise click.UsageError("PATHS, --base and --all exclude each other.")
    try:
        job = Job(os.environ, time.monotonic() + (deadline or _NO_LIMIT))
        if paths[:1] == ("merge",):
            sys.exit(_merge(job, paths[1:], report))
        modules = job.whole(paths) if paths or everything else job.changed(base)
        others = []
        if shard is None or shard.number == 1:
            with _waiting("the tools of other languages"):
                others = job.others()
        for each in others:
            _print(each, [])
        if not modules:
            if not others:
                click.echo("– mutation  no function changed")
            sys.exit(_exit_code(others))
        with _waiting("running the tests, to see what they execute"):
            trouble = job.prepare()
        if trouble is not None:
            _print(trouble, [])
            sys.exit(_exit_code([*others, trouble]))
        with _waiting("judging mutants"):
            outcome = job.judge(modules, keep=shard.__contains__ if shard else None, fresh=fresh)
    except PolicyError as problem:
        raise ConfigurationRefused(str(problem)) from None
    except TreeError as problem:
        raise click.UsageError(str(problem)) from None
    except NoCommandError as problem:
        raise EnvironmentBroken(str(problem)) from None
    scores = Scores(job.state)
    found = demands.score_all(outcome, job.policy, scores)
    weigh = gate.verdict_together if paths or everything else gate.verdict_of
    verdict = weigh(outcome, found, job.root, job.policy)
    verdict.seconds = outcome.seconds
    if shard:
        verdict = _of_shard(verdict)
    elif verdict.status == PASSED:
        demands.remember(scores, found)
    if report:
        _write(report, job.report(outcome))
    kept = {**verdict.as_dict(), "details": {**verdict.details, "survivors": []}}
    append(job.state, {"event": "mutate", "cwd": job.root, "verdicts": [kept]})
    _print(verdict, found)
    if engine == "mutmut":
        _compare(job, outcome)
    sys.exit(_exit_code([*others, verdict]))


def _exit_code(verdicts: Sequence[Verdict]) -> int:
    """Findings first, then what is broken, then what did not run."""
    statuses = {PASSED if verdict.is_fine else verdict.status for verdict in verdicts}
    worst = next((each for each in (FINDINGS, BROKEN, NOT_RUN) if each in statuses), PASSED)
    return EXIT[worst]


def _compare(job: Job, outcome: Outcome) -> None:
    """Let mutmut judge the same files, and say how far it agrees."""
    try:
        with _waiting("mutmut at work"):
            comparison = job.compare(outcome)
    except with_mutmut.MutmutFailed as problem:
        raise EnvironmentBroken(printable(str(problem), 600)) from None
    click.echo(comparison.words())
    for name, ours, theirs in comparison.differing:
        words = [("dead" if each else "alive") for each in (ours, theirs)]
        click.echo(f"    {printable(name, 300)}: {words[0]} here, {words[1]} there")


def _merge(job: Job, files: Sequence[str], report: str | None) -> int:
    """One report of several, judged as a whole."""
    reports = []
    for file in files:
        try:
            with open(file, encoding="utf-8") as stream:
                reports.append(json.load(stream))
        except (OSError, ValueError) as problem:
            raise click.UsageError(f"{file}: {problem}") from None
    try:
        merged = elements.merge(reports)
        outcome = judging.of_report(elements.read(merged), elements.sources(merged))
    except elements.ReportError as problem:
        raise click.UsageError(str(problem)) from None
    if report:
        _write(report, merged)
    verdict = gate.verdict_of_report(outcome, job.root, job.policy)
    _print(verdict, [])
    return _exit_code([verdict])


def _of_shard(verdict: Verdict) -> Verdict:
    """A part of the mutants reaches no score: it was judged, or it was not."""
    if verdict.status == BROKEN:
        return verdict
    left = verdict.details["not_judged"]
    status = NOT_RUN if left or verdict.details["unreadable"] else PASSED
    judged = verdict.details["mutants"] - left
    reason = f"{judged} of {judged + left} mutants of this shard were judged; merge the reports"
    return Verdict(gate.GATE, status, reason, None, verdict.details, verdict.seconds)


def _print(verdict: Verdict, found: Sequence[FunctionScore]) -> None:
    words = f"{MARKS[verdict.status]} {verdict.gate}  {WORDS[verdict.status]}"
    click.echo(f"{words}: {printable(verdict.reason, 1000)}  ({verdict.seconds:.1f} s)")
    for each in found:
        if each.tally.total and each.standing != MET:
            click.echo(f"    {printable(f'{each.path} {each.words()}', 300)}")
    entries = verdict.details.get("survivors", ())
    for entry in entries[:_MOST_SHOWN]:
        tests = f", {entry['ran']} of {entry['covering']} covering tests ran"
        place = f"{entry['path']}:{entry['line']} {entry['function']}"
        told = f"{place}: {survivors.shown(entry)}, {entry['status']}"
        click.echo(f"    {printable(told + (tests if entry['ran'] else ''), 400)}")
    if len(entries) > _MOST_SHOWN:
        click.echo(f"    and {len(entries) - _MOST_SHOWN} more; --json has all")


def _write(path: str, content: dict[str, Any]) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
    except OSError as problem:
        raise EnvironmentBroken(f"{path} can't be written: {problem.strerror}") from None


@contextmanager
def _waiting(what: str) -> Iterator[None]:
    """Says on a terminal what takes long."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield
