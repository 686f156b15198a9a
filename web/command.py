"""What every command of the command line has in common: it says what is wrong in a sentence."""

from __future__ import annotations

from typing import Any

import click

import engine
from web import auth
from web.settings import SettingMissing


class Plain(click.Command):
    """A command that says what is wrong in a sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the engine refuses and what is not set becomes exit code 1."""
        try:
            return super().invoke(ctx)
        except (engine.EngineError, engine.Unavailable, SettingMissing, ValueError) as refusal:
            raise click.ClickException(str(refusal)) from refusal


def ready() -> engine.Database:
    """Give the database; a sentence instead of a failure when nobody has prepared it yet."""
    database = auth.database()
    if not database.is_current():
        raise click.ClickException(
            "Expected a prepared database, but its tables are missing or of an older version. "
            "Prepare it with: flask --app web prepare (serve does it too)"
        )
    return database
