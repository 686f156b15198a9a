"""The command line that runs the product: prepare, serve, work, and how it stands."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from tqdm import tqdm

import engine
from web import auth, words
from web.command import Plain, ready
from web.outgoing_commands import not_configured
from web.server import Server
from web.settings import DATA_KEYS, ROOT, SettingMissing, Settings

#: What this process writes, nobody else on the machine reads.
_OWNER_ONLY = 0o077


def register(app: Flask) -> None:
    """Give the application these commands."""
    for command in (prepare, serve, work, status):
        app.cli.add_command(command)


@click.command(cls=Plain)
@with_appcontext
def prepare() -> None:
    """Bring the tables to this version and publish release 1 if there is none; safe to repeat."""
    auth.settings().require()
    _prepare(auth.database())
    click.echo("Prepared.")


@click.command(cls=Plain)
@with_appcontext
def serve() -> None:
    """Prepare the database, then serve the pages until SIGTERM or Ctrl-C."""
    os.umask(_OWNER_ONLY)
    settings, database = auth.settings(), auth.database()
    settings.require()
    _prepare(database)
    need_what_fits(database, settings)
    worker = None if database.workers_apart else engine.worker.Worker(database, settings.senders)
    try:
        server = Server(
            current_app.wsgi_app,
            settings.address,
            settings.threads,
            is_behind=settings.sign_in.proxies > 0,
        )
    except OSError as taken:
        raise click.ClickException(
            f"Expected to listen at {settings.address}, but: {taken.strerror}. "
            "Stop what listens there, or set SPOC_ADDRESS to another host:port."
        ) from taken
    if worker is not None:
        worker.start()
    for said in (not_configured(database), nobody_signs_in(database, settings)):
        if said:
            click.echo(said)
    click.echo(f"Open http://{settings.address} (Ctrl-C stops)")
    server.run(before_end=worker.stop if worker is not None else _nothing)
    click.echo("Stopped.")


@click.command(cls=Plain)
@click.option("--once", is_flag=True, help="Do what is due now, then end.")
@with_appcontext
def work(once: bool) -> None:
    """Run timers and deliver messages: once, or until SIGTERM beside web processes of their own."""
    settings = auth.settings()
    settings.require()
    database = ready()
    need_what_fits(database, settings)
    if once:
        _work_once(database)
        return
    click.echo("Working (Ctrl-C stops)")
    if database.workers_apart:
        engine.worker.WorkerApart(database, settings.threads, settings.senders).run()
        click.echo("Stopped.")
        return
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    worker = engine.worker.Worker(database, settings.senders)
    worker.start()
    with contextlib.suppress(KeyboardInterrupt):
        ended.wait()
    worker.stop()
    click.echo("Stopped.")


@click.command(cls=Plain)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for machines.")
@with_appcontext
def status(as_json: bool) -> None:
    """Say what operators need to watch; exit 1 when something wants a person."""
    seen = engine.worker.watch(ready())
    wanting = seen.wanting()
    if as_json:
        click.echo(json.dumps({**dataclasses.asdict(seen), "wanting": wanting}, default=str))
    else:
        for name, value in dataclasses.asdict(seen).items():
            click.echo(f"{name.replace('_', ' '):26} {'-' if value is None else value}")
        for sentence in (*wanting, not_configured(auth.database())):
            if sentence:
                click.echo(f"! {sentence}")
    raise SystemExit(1 if wanting else 0)


def need_what_fits(database: engine.Database, settings: Settings) -> None:
    """Raise SettingMissing when what is set does not belong to this database: people, keys."""
    need_real_people(database, settings)
    closed = None if settings.keys_lost else engine.oversight.first_unopened(database)
    if closed:
        raise SettingMissing(
            f"Expected the keys that sealed the restricted values of this database in {DATA_KEYS}, "
            f"but none of them opens {closed}. Put back the key that was there, behind a newer one "
            "if there is one; nothing was changed. If it is lost for good, set SPOC_KEYS_LOST=1: "
            "what it sealed stays closed, and everything else is served."
        )


def need_real_people(database: engine.Database, settings: Settings) -> None:
    """Raise SettingMissing when made-up people would be served outside of a demonstration."""
    made_up = 0 if settings.demo else engine.sign_in.made_up_people(database)
    if made_up:
        raise SettingMissing(
            f"Expected real people alone, because SPOC_DEMO is off, but this database holds "
            f"{made_up} people of a demonstration. Name another database in DATABASE_URL, or set "
            "SPOC_DEMO=1."
        )


def nobody_signs_in(database: engine.Database, settings: Settings) -> str:
    """Say that there is no way to sign in; "" when there is one."""
    is_open = settings.demo or settings.sign_in.provider is not None
    if is_open or engine.sign_in.has_emergency_accounts(database):
        return ""
    return (
        "Nobody can sign in yet: SPOC_OIDC_ISSUER is not set and there is no emergency account. "
        "See docs/operators/sign-in.md."
    )


def _work_once(database: engine.Database) -> None:
    delivered = engine.deliver_messages(database)
    moved = engine.run_due(database)
    sent = engine.outbox.deliver_outbox(database, auth.settings().senders)
    click.echo(
        f"{words.counted(delivered, 'message')} delivered, "
        f"{words.counted(moved, 'run')} carried on, {sent} sent."
    )


def _prepare(database: engine.Database) -> None:
    published = engine.prepare(database, ROOT)
    if published is not None:
        click.echo(f"Published release {published} from bpmn/ and forms/.")
    if auth.settings().demo and not engine.demo_is_loaded(database):
        _load_demo(database)


def _load_demo(database: engine.Database) -> None:
    click.echo("Loading the demonstration landlord, once; its cases are played, not copied.")
    with tqdm(total=1, unit="step", leave=False, disable=None) as bar:

        def tell(done: int, total: int, what: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(what)
            bar.refresh()

        engine.load_demo(database, ROOT, tell)


def _nothing() -> None:
    """Workers of their own go on."""
