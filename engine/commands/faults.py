"""A fault of the program while one run moves: shown as that run's stuck step, told by the log."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Iterator

from sqlalchemy.exc import InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm.exc import StaleDataError

from engine.errors import ElementFailed, EngineError, Unavailable

_log = logging.getLogger("spoc.engine")

#: A lost race, and a database that cannot be asked: the database layer knows what they mean.
NOT_THE_RUNS = (
    StaleDataError,
    OperationalError,
    InterfaceError,
    PendingRollbackError,
    PoolExhausted,
    Unavailable,
)


@contextlib.contextmanager
def shown_as_stuck(process_id: str) -> Iterator[None]:
    """Turn whatever one run raises into ElementFailed, so that it holds up no other run.

    What the engine says by itself passes as it is, and so do a lost race and a database that
    cannot be asked: they are nobody's stuck step, and go by themselves. The words of an unknown
    fault may hold what a customer wrote, so people get a reference and the log has the rest.
    """
    try:
        yield
    except (EngineError, *NOT_THE_RUNS):
        raise
    except Exception as error:
        reference = secrets.token_hex(4)
        _log.exception("Fault %s in a run of %s", reference, process_id)
        reason = (
            f"Expected this step to work, but the program failed ({type(error).__name__}). Nothing "
            f"was changed. Give the reference {reference} to those who look after the program; "
            "try again once it is mended."
        )
        raise ElementFailed(process_id, "", reason) from error
