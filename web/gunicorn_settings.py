"""Several processes that serve the pages on PostgreSQL: what gunicorn is told, read by itself.

Start it with: gunicorn --config python:web.gunicorn_settings "web:create_app()"
How many processes, one a core, stands in WEB_CONCURRENCY, which gunicorn reads.
"""

from __future__ import annotations

from typing import Any

import engine
from web.serving import need_what_fits
from web.settings import SettingMissing, from_environment

_settings = from_environment()

bind = _settings.address
worker_class = "gthread"
threads = _settings.threads
#: A process is replaced after so many answers, not all of them at the same moment.
max_requests, max_requests_jitter = 10_000, 1_000
#: Seconds in which what was begun is answered after SIGTERM.
graceful_timeout = 30
#: What it writes, nobody else on the machine reads.
umask = 0o077
#: Nobody steers it but the signals of its supervisor, and several may run on one machine.
control_socket_disable = True


def on_starting(_server: Any) -> None:
    """Refuse SQLite: one process writes to its file."""
    if _settings.database_url.startswith("sqlite"):
        raise SettingMissing(
            "Expected DATABASE_URL to name PostgreSQL, because several processes serve, but it is "
            "SQLite. Set it, or start one process with: flask --app web serve"
        )


def post_worker_init(worker: Any) -> None:
    """Let each process tick where no workers of their own do: they share what is due."""
    database: engine.Database = worker.wsgi.extensions["database"]
    need_what_fits(database, _settings)
    worker.ticks = (
        None if database.workers_apart else engine.worker.Worker(database, _settings.senders)
    )
    if worker.ticks is not None:
        worker.ticks.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """End the ticks of a process with it."""
    if getattr(worker, "ticks", None) is not None:
        worker.ticks.stop()
