"""The command line that sets an installation up: its first person."""

from __future__ import annotations

import getpass

import click
from flask import Flask
from flask.cli import with_appcontext

import engine
from web import auth, words
from web.command import Plain, ready


def register(app: Flask) -> None:
    """Give the application these commands."""
    app.cli.add_command(appoint)


@click.command(cls=Plain)
@click.argument("name")
@click.option("--role", type=click.Choice(list(engine.ROLE_NAMES)), default="administrator")
@click.option("--full-name", default="", help="Needed for somebody who is not known yet.")
@click.option("--email", default="", help="Needed for somebody who is not known yet.")
@click.option("--job-title", default="", help="Needed for somebody who is not known yet.")
@with_appcontext
def appoint(name: str, role: str, full_name: str, email: str, job_title: str) -> None:
    """Give NAME a role from today: the first administrator, who then adds everybody on pages."""
    auth.settings().require()
    raw = {"name": name, "full_name": full_name, "email": email, "job_title": job_title}
    by = f"{getpass.getuser()} (command line)"
    known = engine.setting_up.appoint(ready(), raw, role, by=by)
    click.echo(f"{known} has the role {words.role(role)} from today.")
