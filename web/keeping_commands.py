"""The command line that keeps the data: backup, restore, and the list of deletions."""

from __future__ import annotations

import contextlib
import getpass
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext
from tqdm import tqdm

import engine
from web import auth, words
from web.command import Plain
from web.settings import ROOT

#: It was done, and something was found that a person must look at.
_LOOK = 3


def register(app: Flask) -> None:
    """Give the application these commands."""
    for command in (backup, restore, deletions):
        app.cli.add_command(command)


@click.command(cls=Plain)
@click.argument("to", required=False, type=click.Path(path_type=Path))
@click.option("--verify", "verified", type=click.Path(path_type=Path), help="Check this file.")
@with_appcontext
def backup(to: Path | None, verified: Path | None) -> None:
    """Write everything but the keys into the new file TO, while the installation works."""
    if (to is None) == (verified is None):
        raise click.UsageError("Expected the new file TO, or --verify FILE. Give one of them.")
    if verified is not None:
        with _progress() as tell:
            manifest = engine.backups.verify(verified, tell)
        _say(manifest)
        click.echo("Every part is as it was written.")
        return
    auth.settings().require()
    with _progress() as tell:
        manifest = engine.backups.backup(
            auth.database(), to or Path(), product=product(), tell=tell
        )
    engine.backups.note_made(auth.database(), manifest, by=f"{getpass.getuser()} (command line)")
    _say(manifest)
    click.echo(f"Written to {to}. The keys are not in it: keep SPOC_DATA_KEYS in another place.")


@click.command(cls=Plain)
@click.argument("from_", metavar="FROM", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace what the database holds; it is kept aside.")
@click.option(
    "--deletions",
    "listed",
    type=click.Path(exists=True, path_type=Path),
    help="Delete the cases of this list again, as well as those the database there knows.",
)
@click.option(
    "--aside",
    type=click.Path(path_type=Path),
    help="The folder for what a PostgreSQL database held before.  [default: SPOC_VAR]",
)
@with_appcontext
def restore(from_: Path, replace: bool, listed: Path | None, aside: Path | None) -> None:
    """Restore the backup FROM, all of it or nothing; stop every serve and work before."""
    auth.settings().require()
    os.umask(0o077)
    wish = engine.backups.Wish(
        product=product(),
        by=f"{getpass.getuser()} (command line)",
        replace=replace,
        deletions=tuple(engine.backups.read_deletions(listed)) if listed else (),
        aside=aside or auth.settings().var,
    )
    with _progress() as tell:
        restored = engine.backups.restore(auth.database(), from_, wish, tell)
    raise SystemExit(_LOOK if _tell_restored(restored) else 0)


@click.command(cls=Plain)
@click.argument("to", type=click.Path(path_type=Path))
@with_appcontext
def deletions(to: Path) -> None:
    """Add the cases deleted so far to the list TO, to be kept apart from the backups."""
    count = engine.backups.keep_deletions(auth.database(), to)
    click.echo(f"{words.counted(count, 'deleted case')} in {to}.")


def product() -> str:
    """Give the version of this program."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _say(manifest: engine.backups.Manifest) -> None:
    opened = {name: count for name, count in manifest.keys.items() if name}
    click.echo(
        f"{words.counted(manifest.rows, 'row')} of {words.counted(len(manifest.parts), 'table')}, "
        f"{words.counted(manifest.rows_of('case_file'), 'case')}, as they were on "
        f"{words.moment(manifest.made_at)}."
    )
    click.echo(
        f"Made by version {manifest.product}, tables {manifest.revision}, {manifest.database}."
    )
    for name, count in sorted(opened.items()):
        click.echo(f"It needs the key with the fingerprint {name} for {count} restricted values.")
    if lost := sum(manifest.keys.values()) - sum(opened.values()):
        click.echo(f"No key that was set opens {lost} restricted values.")


def _tell_restored(restored: engine.backups.Restored) -> bool:
    """Say what was restored; tells whether a person must look at something."""
    click.echo(
        f"Restored {words.counted(restored.cases, 'case')} "
        f"({words.counted(restored.running, 'run')} going on) as they were on "
        f"{words.moment(restored.made_at)}."
    )
    if restored.deleted_again:
        click.echo(f"Deleted again, as they were since: {', '.join(restored.deleted_again)}.")
    due = restored.oldest_due
    click.echo(f"The earliest timer: {words.moment(due)}." if due else "No timer waits.")
    if restored.kept:
        click.echo(f"What was there before is kept in {restored.kept}. Delete it when all is well.")
    for chain in restored.broken_chains:
        click.echo(f"The audit chain {chain} does not hold: flask --app web audit")
    if restored.unopened:
        click.echo(f"No key opened {restored.unopened} restricted values when it was made.")
    return bool(restored.broken_chains or restored.unopened)


@contextlib.contextmanager
def _progress() -> Iterator[engine.backups.Tell]:
    with tqdm(total=1, unit="row", leave=False, disable=None) as bar:

        def tell(done: int, total: int, what: str) -> None:
            bar.total, bar.n = total, done
            bar.set_description(what)
            bar.refresh()

        yield tell
