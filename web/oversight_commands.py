"""The command line that watches over the record: who sees what, the log, the change of keys."""

from __future__ import annotations

import dataclasses
import getpass
import json
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from tqdm import tqdm

import engine
from web import words
from web.command import Plain, ready

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def register(app: Flask) -> None:
    """Give the application these commands."""
    for command in (audit, reseal, retention, who_sees_what):
        app.cli.add_command(command)


@click.group(invoke_without_command=True)
@click.pass_context
def audit(ctx: click.Context) -> None:
    """Verify the record: every chain of the log, every letter, record and file it tells of."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(verify)


@audit.command(cls=Plain)
@_json
@with_appcontext
def verify(as_json: bool = False) -> None:
    """Name everything that is not as it was written; exit 1 if there is something."""
    database = ready()
    with tqdm(total=1, unit="chain", leave=False, disable=None) as bar:

        def tell(done: int, total: int, what: str) -> None:
            bar.total, bar.n = total, done
            bar.refresh()

        found = engine.oversight.verify(database, tell)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=2))
    else:
        _say(found)
    raise SystemExit(1 if found.touched else 0)


@click.command(cls=Plain)
@click.option("--days", default=14, show_default=True, type=click.IntRange(0, 366), help="Ahead.")
@_json
@with_appcontext
def retention(days: int, as_json: bool = False) -> None:
    """Tell what would be deleted within some days, and what holds what; nothing changes.

    Exit 3 if something is past its day and nothing holds it.
    """
    found = engine.oversight.retention.dry_run(ready(), days)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found), indent=2, default=str))
    else:
        _say_due(found)
    raise SystemExit(3 if found.late_count else 0)


@click.command(cls=Plain)
@with_appcontext
def reseal() -> None:
    """Seal every restricted value by the newest key; may be stopped and begun again."""
    database = ready()
    with tqdm(total=1, unit="value", leave=False, disable=None) as bar:

        def tell(done: int, total: int, what: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(what)
            bar.refresh()

        made = engine.oversight.reseal(database, tell, by=f"{getpass.getuser()} (command line)")
    anew = words.counted(made.anew, "value")
    click.echo(f"{anew} sealed by the newest key, {made.already} were already.")
    for place in made.unopened:
        click.echo(f"No key opens {place}. Put the key that sealed it into SPOC_DATA_KEYS.")
    if not made.unopened:
        click.echo("The older keys open nothing any more but older backups.")
    raise SystemExit(1 if made.unopened else 0)


@click.command("who-sees-what")
def who_sees_what() -> None:
    """Print the matrix of who sees what, as docs/who-sees-what.md has it."""
    click.echo(engine.oversight.who_sees_what(), nl=False)


def _say(found: Any) -> None:
    for one in found.touched:
        click.echo(one.sentence)
    click.echo(
        f"{words.counted(found.chains, 'chain')} with {words.counted(found.links, 'link')}, "
        f"{words.counted(found.letters, 'letter')}, "
        f"{words.counted(found.evidence, 'record')} of evidence, "
        f"{words.counted(found.files, 'file')}: "
        f"{len(found.touched) or 'nothing'} touched."
    )


def _say_due(found: engine.oversight.retention.RetentionPage) -> None:
    click.echo(f"By {words.day(found.until)}; nothing was changed.")
    for title, rows in (("late", found.late), ("due", found.due), ("held", found.held)):
        for row in rows:
            going = row.going
            click.echo(
                f"{title:5} {row.reference}, kept until {words.day(row.last_day) or 'no day'}: "
                f"{words.counted(sum(going.rows.values()), 'row')}, "
                f"{words.counted(going.files, 'file')}, {going.size_bytes} bytes"
            )
            for why in filter(None, (*row.holds, row.hindered)):
                click.echo(f"      {why}")
    click.echo(
        f"{words.counted(found.late_count, 'case')} late, {found.due_count} due, "
        f"{found.held_count} held."
    )
