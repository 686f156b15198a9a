"""The command line of flags in other systems: worklists, and a counterpart to try a line with."""

from __future__ import annotations

import logging

import click
from flask import Flask
from flask.cli import with_appcontext

import engine
from web import auth
from web.command import Plain, ready
from web.counterpart import MODES, Counterpart, server_of
from web.spreadsheet import csv_lines
from web.views import flags


def register(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(flag_counterpart)
    app.cli.add_command(flag_worklist)


@click.command(cls=Plain)
@click.argument("system")
@click.option("--as", "name", required=True, help="User name of somebody of the systems team.")
@with_appcontext
def flag_worklist(system: str, name: str) -> None:
    """Print what SYSTEM is asked for as CSV, as the person named sees it; kept in the log."""
    database = ready()
    try:
        person = engine.person(database, name)
    except engine.NotFound as nobody:
        raise click.UsageError(
            f"Expected somebody who works here, but {name} is nobody. Give a user name."
        ) from nobody
    try:
        systems = engine.flagging.flag_systems(database, person)
    except engine.NotFound as nobody:
        raise click.UsageError(f"Expected somebody of the systems team, not {name}.") from nobody
    found = next((one for one in systems if one.name == system), None)
    if found is None:
        raise click.UsageError(
            f"Expected one of {', '.join(one.name for one in systems)}, but it is {system}."
        )
    rows = list(flags.worklist_rows(found))
    engine.oversight.note_export(database, person, "flag_worklist", rows=len(rows))
    for line in csv_lines(flags.HEADINGS, rows):
        click.echo(line, nl=False)


@click.command(cls=Plain)
@click.argument("name")
@click.option(
    "--port",
    default=8090,
    type=click.IntRange(1, 65_535),
    help="Where it listens on this machine.",
)
@click.option("--mode", default="at_once", type=click.Choice(MODES), help="How it answers.")
@click.option(
    "--after",
    default=5.0,
    type=click.FloatRange(0, 3_600),
    help="Seconds until it answers, in mode later.",
)
@with_appcontext
def flag_counterpart(name: str, port: int, mode: str, after: float) -> None:
    """Play another system that shows flags: NAME as in SPOC_FLAG_SYSTEMS. For demonstrations."""
    settings = auth.settings()
    settings.require()
    found = next((one for one in settings.senders.flags if one.name == name), None)
    if found is None:
        raise click.UsageError(
            f"Expected a system with an address in SPOC_FLAG_SYSTEMS, but {name} is none. Add "
            f"{name}=http://127.0.0.1:{port}/ there, and its secrets."
        )
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("spoc.counterpart").setLevel(logging.INFO)
    counterpart = Counterpart(
        secret=found.secrets[0],
        answer_secret=found.answer_secrets[0],
        answers_to=f"{settings.pages}/flags/answers/{name}",
        mode=next(one for one in MODES if one == mode),
        after=after,
    )
    try:
        server = server_of(counterpart, ("127.0.0.1", port))
    except OSError as taken:
        raise click.ClickException(
            f"Expected to listen at port {port}, but: {taken.strerror}. Choose another with --port."
        ) from taken
    with server:
        click.echo(f"{name} listens on http://127.0.0.1:{port} and answers {mode}. Ctrl-C ends it.")
        server.serve_forever()
