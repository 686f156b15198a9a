"""What every command of the command line has in common: it says what is wrong in a sentence."""

from __future__ import annotations

from typing import Any

import click

import engine
from web.settings import SettingMissing


class Plain(click.Command):
    """A command that says what is wrong in a sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the engine refuses and what is not set becomes exit code 1."""
        try:
            return super().invoke(ctx)
        except (engine.EngineError, SettingMissing, ValueError) as refusal:
            raise click.ClickException(str(refusal)) from refusal
