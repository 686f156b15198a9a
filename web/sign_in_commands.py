"""The command line for signing in: accounts for emergencies, and signing somebody out."""

from __future__ import annotations

import getpass
import sys

import click
from flask import Flask
from flask.cli import with_appcontext

import engine
from web import auth, words
from web.command import Plain, ready


def register(app: Flask) -> None:
    """Give the application these commands."""
    for command in (emergency_account, sign_out):
        app.cli.add_command(command)


@click.command("emergency-account", cls=Plain)
@click.argument("name")
@click.option("--full-name", default="", help="Add a person of this name for it.")
@click.option("--role", "roles", multiple=True, help="A role to give it; may come more than once.")
@click.option("--off", is_flag=True, help="Take the password away; the person stays.")
@with_appcontext
def emergency_account(name: str, full_name: str, roles: tuple[str, ...], off: bool) -> None:
    """Give NAME a password for the day the provider is away; asked for, or read from a pipe."""
    auth.settings().require()
    database = ready()
    unknown = sorted(set(roles) - set(engine.ROLE_NAMES))
    if unknown:
        raise click.UsageError(
            f"Expected roles among {', '.join(sorted(engine.ROLE_NAMES))}, but "
            f"{', '.join(unknown)} is none."
        )
    engine.sign_in.set_password(
        database,
        name,
        None if off else _password(),
        by=f"{getpass.getuser()} (command line)",
        full_name=full_name.strip(),
        roles=roles,
    )
    click.echo("Taken away." if off else "Kept. Put it into a sealed envelope; each use is shown.")


@click.command("sign-out", cls=Plain)
@click.argument("name")
@with_appcontext
def sign_out(name: str) -> None:
    """Sign NAME out at every browser, at once."""
    auth.settings().require()
    by = f"{getpass.getuser()} (command line)"
    ended = engine.sign_in.end_all(ready(), name, by=by)
    click.echo(f"Signed out at {words.counted(ended, 'browser')}.")


def _password() -> str:
    """Ask for it twice without showing it; a pipe says it once, in its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked
