"""The pages: a Flask application that renders the forms and asks the engine."""

from web.app import create_app

__all__ = ["create_app"]
