"""`ambidex properties`: lists, runs and judges property tests, and keeps what made them fail."""

from __future__ import annotations

import json
import os
import time

import click

from ambidex import locate
from ambidex.cli.errors import ConfigurationRefused, EnvironmentBroken
from ambidex.cli.exit_codes import ExitCode
from ambidex.cli.verify import EXIT
from ambidex.edits import files
from ambidex.mutation import properties
from ambidex.policy.compile import compile_policy
from ambidex.policy.errors import PolicyError
from ambidex.printable import printable
from ambidex.proof import explicit_examples, failing_examples, python_tests
from ambidex.proof.command import NoCommandError
from ambidex.proof.failing_examples import Example
from ambidex.proof.subject import Subject
from ambidex.report import text
from ambidex.verdict import Verdict

_OURS = ("dev", "ci", "thorough")
# More node ids than this make a command line that nobody can read: whole files then.
_MOST_NODES = 100


@click.group("properties", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """List, run and judge property tests (Hypothesis)."""
    if context.invoked_subcommand is None:
        context.invoke(list_command)


@command.command("list")
@click.argument("tests", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_command(tests: tuple[str, ...] = (), as_json: bool = False) -> None:
    """List property tests, and which functions each executes as far as that was recorded.

    TESTS are files, folders or node ids; by default the whole project.
    """
    subject = _subject()
    found = properties.select_properties(properties.of_project(subject), tests)
    executed = properties.executed(subject, found)
    if as_json:
        rows = [
            {
                "node": each.node,
                "path": each.path,
                "line": each.line,
                "kind": each.kind,
                "executes": None if executed is None else executed.get(each, []),
            }
            for each in found
        ]
        click.echo(json.dumps(rows, indent=2))
    else:
        for each in found:
            click.echo(f"{each.path}:{each.line} {each.name} ({each.kind})")
            for place in (executed or {}).get(each, ()):
                click.echo(f"  executes {place}")
        noun = "property test" if len(found) == 1 else "property tests"
        click.echo(f"{len(found)} {noun}.")
    raise SystemExit(ExitCode.PASSED if found else ExitCode.NOT_RUN)


@command.command("run")
@click.argument("tests", nargs=-1)
@click.option(
    "--profile",
    default="dev",
    show_default=True,
    help="dev (25 examples), ci (200), thorough (500), or a profile of the project's own.",
)
def run_command(tests: tuple[str, ...], profile: str) -> None:
    """Run property tests, and keep the examples that make them fail.

    A profile that the project loads itself stays, and so does its own one named like ours.
    """
    subject = _subject()
    found = properties.select_properties(properties.of_project(subject), tests)
    if not found:
        _end(Verdict(properties.GATE, "not_run", "there are no property tests"))
    record = failing_examples.path(subject.state)
    before = failing_examples.read(subject.root, subject.state)
    nodes = [each.node for each in found]
    if len(nodes) > _MOST_NODES:
        nodes = list(dict.fromkeys(each.path for each in found))
    option = "--ambidex-profile" if profile in _OURS else "--hypothesis-profile"
    try:
        locate.make_private(os.path.dirname(record))
        verdict = python_tests.run(
            subject.root,
            subject.state,
            subject.command(),
            environ=properties.with_plugin(
                subject.environ, f"{option}={profile}", f"--ambidex-examples={record}"
            ),
            deadline=subject.deadline,
            nodes=nodes,
        )
        kept = failing_examples.read(subject.root, subject.state)
        if kept:
            failing_examples.keep(subject.state, kept)
    except NoCommandError as error:
        raise EnvironmentBroken(str(error)) from None
    except OSError as error:
        raise EnvironmentBroken(f"the state cannot be written: {error}") from None
    verdict.gate = properties.GATE
    new = len(kept) - len(before)
    if new > 0:
        noun = "example" if new == 1 else "examples"
        click.echo(f"{new} failing {noun} kept: `ambidex properties examples` shows them.")
    _end(verdict)


@command.command("judge")
@click.argument("tests", nargs=-1)
def judge_command(tests: tuple[str, ...]) -> None:
    """Find vacuous property tests: those that kill no mutant of the code they execute."""
    try:
        _end(properties.judge_all(_subject(), tests))
    except NoCommandError as error:
        raise EnvironmentBroken(str(error)) from None


@command.command("examples")
@click.option("--write", is_flag=True, help="Write them into the tests.")
@click.option("--forget", is_flag=True, help="Forget all that are kept.")
def examples_command(write: bool, forget: bool) -> None:
    """Show the examples that made properties fail, as decorators to commit."""
    if write and forget:
        raise click.UsageError("--write and --forget exclude each other.")
    subject = _subject()
    kept = failing_examples.read(subject.root, subject.state)
    by_file: dict[str, list[Example]] = {}
    for each in kept:
        by_file.setdefault(each.path, []).append(each)
    left: list[Example] = []
    for path, examples in by_file.items():
        if not forget:
            left += _treat(subject.root, path, examples, write)
    try:
        if kept and left != kept:
            failing_examples.keep(subject.state, left)
    except OSError as error:
        raise EnvironmentBroken(f"the state cannot be written: {error}") from None
    if not left:
        click.echo("No failing example is kept that is not in its test.")
    raise SystemExit(ExitCode.FINDINGS if left else ExitCode.PASSED)


def _treat(root: str, path: str, examples: list[Example], write: bool) -> list[Example]:
    """Show or write the examples of one file; those that are still not in it."""
    left = []
    try:
        source = files.read(root, path)
    except OSError:
        # The test is gone, and its examples with it.
        return []
    raw = source.raw
    for each in examples:
        where = printable(f"{each.path}:{each.line} {each.function}", 400)
        try:
            if os.path.isabs(path):
                raise explicit_examples.Refused("its source is outside of the project")
            changed, new = explicit_examples.added(raw, [each])
        except explicit_examples.Refused as error:
            click.echo(f"{where}\n  by hand: {printable(str(error), 400)}")
            click.echo("".join(f"  {printable(line, 400)}\n" for line in each.shown()), nl=False)
            left.append(each)
            continue
        if not new:
            continue
        click.echo(where)
        click.echo("".join(f"  {printable(line, 400)}\n" for line in each.shown()), nl=False)
        if write:
            raw = changed
        else:
            left.append(each)
    if raw != source.raw:
        try:
            files.replace(source, raw)
        except files.NotWrittenError as error:
            click.echo(f"{printable(path, 300)}: not written: {error}")
            return examples
        click.echo(f"{printable(path, 300)}: written")
    return left


def _subject() -> Subject:
    environ = os.environ
    root = locate.project_root(environ, os.getcwd())
    state = locate.repository_state(environ, root)
    try:
        policy = compile_policy(root, strict=False)
    except PolicyError as problem:
        raise ConfigurationRefused(str(problem)) from None
    limit = max(policy["tests"]["deadline_seconds"], policy["mutation"]["deadline_seconds"])
    return Subject(
        root=root,
        state=state,
        policy=policy,
        changes=(),
        environ=environ,
        deadline=time.monotonic() + limit,
    )


def _end(verdict: Verdict) -> None:
    click.echo(text.render([verdict], verdict.status), nl=False)
    raise SystemExit(EXIT[verdict.status])
