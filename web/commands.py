"""The command line: keys, demo clock and cases, scenarios, checks, due dates."""

from __future__ import annotations

import dataclasses
import datetime as dt
import getpass
import json
import os
import re
from pathlib import Path

import click
from cryptography.fernet import Fernet
from flask import Flask
from flask.cli import with_appcontext
from tqdm import tqdm

import engine
from web import (
    auth,
    flag_commands,
    keeping_commands,
    outgoing_commands,
    oversight_commands,
    setting_up_commands,
    sign_in_commands,
    words,
)
from web.command import Plain, ready
from web.settings import ROOT

_MORNING = dt.time(9, 0)
#: As many copies as one command makes.
_MOST_COPIES = 100_000
_STEP = re.compile(r"(?P<count>[1-9]\d{0,3}) (?P<unit>working day|day|week)s?", re.ASCII)

_json = click.option("--json", "as_json", is_flag=True, help="Print a JSON list for machines.")
_release = click.option("--release", type=int, help="Use this installed release instead.")
_paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in (new_key, clock, multiply, scenario, check, rearm):
        app.cli.add_command(command)
    keeping_commands.register(app)
    outgoing_commands.register(app)
    flag_commands.register(app)
    oversight_commands.register(app)
    setting_up_commands.register(app)
    sign_in_commands.register(app)


@click.command("new-key")
def new_key() -> None:
    """Print a fresh key for SPOC_DATA_KEYS; put it in front of those already there."""
    click.echo(Fernet.generate_key().decode())


@click.command(cls=Plain)
@click.option("--to", help="A date or a moment: 2026-04-10 or 2026-04-10T14:30.")
@click.option("--by", help='A step: "5 days", "2 weeks", "3 working days".')
@with_appcontext
def clock(to: str | None, by: str | None) -> None:
    """Put the clock of the demonstration forward; what falls due on the way happens."""
    if not auth.settings().demo:
        raise click.ClickException("Expected a demonstration (SPOC_DEMO=1). Real time stays real.")
    if (to is None) == (by is None):
        raise click.UsageError("Expected either --to or --by. Give one of them.")
    ready()
    moment = _moment(to) if to is not None else _step(by or "")
    engine.move_clock(ready(), moment)
    click.echo(f"It is now {words.moment(engine.now(auth.database()))}.")


@click.command(cls=Plain)
@click.option(
    "--cases",
    type=click.IntRange(1, _MOST_COPIES),
    required=True,
    help="How many cases to make, besides those there are.",
)
@with_appcontext
def multiply(cases: int) -> None:
    """Copy the running cases of the demonstration many times, to see how large ones work."""
    if not auth.settings().demo:
        raise click.ClickException(
            "Expected a demonstration (SPOC_DEMO=1). Cases of real people are not copied."
        )
    database = ready()
    with tqdm(total=cases, unit="case", leave=False, disable=None) as bar:

        def tell(done: int, total: int, what: str) -> None:
            bar.set_description(what)
            bar.update(done - bar.n)

        made = engine.multiply(database, cases, tell)
    click.echo(f"{words.counted(made, 'case')} made.")


@click.command(cls=Plain)
@_paths
@_release
@_json
@with_appcontext
def scenario(paths: tuple[Path, ...], release: int | None, as_json: bool) -> None:
    """Run scenario files or folders on a simulated clock; exit 1 if one fails."""
    shipped = Path(os.path.relpath(ROOT / "bpmn" / "scenarios"))
    results = engine.run_scenarios(
        paths or (shipped,),
        _files(release),
        None if as_json else _tell_result,
    )
    failed = sum(not result.passed for result in results)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(result) for result in results], indent=2))
    else:
        click.echo(f"{words.counted(len(results), 'scenario')}, {failed} failed.")
    raise SystemExit(1 if failed or not results else 0)


@click.command(cls=Plain)
@_paths
@_release
@_json
@with_appcontext
def check(paths: tuple[Path, ...], release: int | None, as_json: bool) -> None:
    """Check the diagrams, decisions, forms and letters; exit 1 if one cannot be published."""
    findings = engine.check_files(_files(release), paths)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
        click.echo(f"{words.counted(len(findings), 'finding')}.")
    raise SystemExit(int(any(finding.severity == "error" for finding in findings)))


@click.command(cls=Plain)
@click.argument("instance", type=int)
@click.option("--reason", required=True, help="Why: kept with the old and the new date.")
@with_appcontext
def rearm(instance: int, reason: str) -> None:
    """Work out again every due date a run has frozen, after a date or the calendar was mended."""
    auth.settings().require()
    if not reason.strip():
        raise click.UsageError("Expected --reason in words, but it is empty. Say why.")
    by = f"{getpass.getuser()} (command line)"
    for moved in engine.rearm(ready(), instance, by=by, reason=reason):
        click.echo(moved.sentence)


def _files(release: int | None) -> dict[str, bytes]:
    if release is None:
        return engine.read_folder(ROOT)
    files = engine.release_files(ready(), release)
    if not files:
        raise click.ClickException(f"Expected a release {release}, but there is none.")
    return files


def _tell_result(result: engine.ScenarioResult) -> None:
    click.echo(f"{'passed' if result.passed else 'FAILED'}  {result.file}: {result.scenario}")
    if not result.passed:
        click.echo("        " + result.message.replace("\n", "\n        "))


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError as wrong:
        raise click.UsageError(
            f"Expected --to as 2026-04-10 or 2026-04-10T14:30, but it is {text!r}."
        ) from wrong
    return dt.datetime.combine(moment, _MORNING) if len(text) == len("2026-04-10") else moment


def _step(text: str) -> dt.datetime:
    found = _STEP.fullmatch(text.strip())
    if found is None:
        raise click.UsageError(
            f'Expected --by as "5 days", "2 weeks" or "3 working days", but it is {text!r}.'
        )
    count, database = int(found["count"]), auth.database()
    if found["unit"] == "working day":
        return dt.datetime.combine(engine.working_day_ahead(database, count), _MORNING)
    days = count * 7 if found["unit"] == "week" else count
    return dt.datetime.combine(engine.today(database) + dt.timedelta(days=days), _MORNING)
