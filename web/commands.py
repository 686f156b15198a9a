"""The command line: serve, keys, demo clock and cases, scenarios, checks, the worker."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import getpass
import json
import os
import re
import signal
import threading
from pathlib import Path

import click
from cryptography.fernet import Fernet
from flask import Flask, current_app
from flask.cli import with_appcontext
from tqdm import tqdm

import engine
from web import auth, keeping_commands, words
from web.command import Plain
from web.server import Server
from web.settings import ROOT

_MORNING = dt.time(9, 0)
#: As many copies as one command makes.
_MOST_COPIES = 100_000
#: What this process writes, nobody else on the machine reads.
_OWNER_ONLY = 0o077
_STEP = re.compile(r"(?P<count>[1-9]\d{0,3}) (?P<unit>working day|day|week)s?", re.ASCII)

_json = click.option("--json", "as_json", is_flag=True, help="Print a JSON list for machines.")
_release = click.option("--release", type=int, help="Use this installed release instead.")
_paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))


def register(app: Flask) -> None:
    """Give the application its commands."""
    for command in (serve, new_key, clock, multiply, scenario, check, work, rearm, audit):
        app.cli.add_command(command)
    keeping_commands.register(app)


@click.command(cls=Plain)
@with_appcontext
def serve() -> None:
    """Prepare the database, then serve the pages until SIGTERM or Ctrl-C."""
    os.umask(_OWNER_ONLY)
    settings, database = auth.settings(), auth.database()
    settings.require()
    _prepare(database)
    if settings.demo and not engine.demo_is_loaded(database):
        _load_demo(database)
    try:
        server = Server(current_app.wsgi_app, settings.address, settings.threads)
    except OSError as taken:
        raise click.ClickException(
            f"Expected to listen at {settings.address}, but: {taken.strerror}. "
            "Stop what listens there, or set SPOC_ADDRESS to another host:port."
        ) from taken
    worker = engine.Worker(database, settings.senders)
    worker.start()
    click.echo(f"Open http://{settings.address} (Ctrl-C stops)")
    server.run(before_end=worker.stop)
    click.echo("Stopped.")


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
    _ready()
    moment = _moment(to) if to is not None else _step(by or "")
    engine.move_clock(_ready(), moment)
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
    database = _ready()
    with tqdm(total=cases, unit="case", leave=False) as bar:

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
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def work(once: bool) -> None:
    """Run timers and deliver messages: once, or until SIGTERM beside web processes of their own."""
    auth.settings().require()
    senders = auth.settings().senders
    worker = engine.Worker(_ready(), senders)
    if once:
        delivered = engine.deliver_messages(auth.database())
        moved = engine.run_due(auth.database())
        sent = engine.outbox.deliver_outbox(auth.database(), senders)
        click.echo(
            f"{words.counted(delivered, 'message')} delivered, "
            f"{words.counted(moved, 'run')} carried on, {sent} sent."
        )
        return
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    worker.start()
    click.echo("Working (Ctrl-C stops)")
    with contextlib.suppress(KeyboardInterrupt):
        ended.wait()
    worker.stop()


@click.command(cls=Plain)
@_json
@with_appcontext
def audit(as_json: bool) -> None:
    """Verify every audit chain, link by link; exit 1 if one does not hold."""
    states = engine.verify_chains(_ready())
    broken = [state for state in states if state.broken_at is not None]
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(state) for state in states], indent=2))
    else:
        for state in broken:
            click.echo(f"{state.chain}: does not hold at link {state.broken_at}.")
        click.echo(f"{words.counted(len(states), 'chain')}, {len(broken)} broken.")
    raise SystemExit(1 if broken else 0)


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
    for moved in engine.rearm(_ready(), instance, by=by, reason=reason):
        click.echo(f"{moved.element_id}: {moved.old} -> {moved.new}")


def _prepare(database: engine.Database) -> None:
    published = engine.prepare(database, ROOT)
    if published is not None:
        click.echo(f"Published release {published} from bpmn/ and forms/.")


def _load_demo(database: engine.Database) -> None:
    click.echo("Loading the demonstration landlord, once; its cases are played, not copied.")
    with tqdm(total=1, unit="step", leave=False) as bar:

        def tell(done: int, total: int, what: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(what)
            bar.refresh()

        engine.load_demo(database, ROOT, tell)


def _ready() -> engine.Database:
    """Give the database; a sentence instead of a failure when nobody has prepared it yet."""
    database = auth.database()
    if not database.is_current():
        raise click.ClickException(
            "Expected a prepared database, but its tables are missing or of an older version. "
            "Start the product once with: make run"
        )
    return database


def _files(release: int | None) -> dict[str, bytes]:
    if release is None:
        return engine.read_folder(ROOT)
    files = engine.release_files(_ready(), release)
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
