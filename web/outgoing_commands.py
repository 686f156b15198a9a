"""The command line of what leaves the house: how it stands, and giving up what is too old."""

from __future__ import annotations

import datetime as dt
import getpass
import json

import click
from flask import Flask
from flask.cli import with_appcontext

import engine
from web import auth, words
from web.command import Plain, ready


def register(app: Flask) -> None:
    """Give the application its command."""
    app.cli.add_command(outbox)


@click.command(cls=Plain)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for machines.")
@click.option("--give-up-before", help="A date: what was written before it is never sent.")
@click.option("--reason", default="", help="Why: kept with each of them.")
@with_appcontext
def outbox(as_json: bool, give_up_before: str | None, reason: str) -> None:
    """Say what waits to leave by e-mail and webhook, and which of the two is configured."""
    auth.settings().require()
    database = ready()
    if give_up_before is not None:
        _give_up(database, give_up_before, reason)
    standing = engine.outbox.waiting(database)
    channels = auth.settings().senders.channels
    known = {"email", *channels, *standing}
    rows = [
        {
            "channel": name,
            "is_configured": name in channels,
            "waiting": standing.get(name, (0, 0))[0],
            "could_not_be_delivered": standing.get(name, (0, 0))[1],
        }
        for name in sorted(known)
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        said = "" if row["is_configured"] else " - not configured, so it waits"
        click.echo(
            f"{row['channel']}: {row['waiting']} waiting, "
            f"{row['could_not_be_delivered']} could not be delivered{said}"
        )


def not_configured(database: engine.Database) -> str:
    """Say that e-mail waits because nothing sends it; "" when it is sent, or none waits."""
    waits = engine.outbox.waiting(database).get("email", (0, 0))[0]
    if auth.settings().senders.mail is not None or not waits:
        return ""
    return (
        f"No e-mail is configured: {words.counted(waits, 'e-mail')} waiting. "
        "Set SPOC_SMTP_HOST and SPOC_MAIL_FROM."
    )


def _give_up(database: engine.Database, before: str, reason: str) -> None:
    if not reason.strip():
        raise click.UsageError("Expected --reason in words, but it is empty. Say why.")
    try:
        day = dt.date.fromisoformat(before)
    except ValueError as wrong:
        raise click.UsageError(
            f"Expected --give-up-before as 2026-04-10, but it is {before!r}."
        ) from wrong
    by = f"{getpass.getuser()} (command line)"
    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    done = engine.outbox.give_up_older(database, moment, by=by, reason=reason)
    click.echo(f"{words.counted(done, 'message')} given up.")
