"""A fault of the program while one run moves: shown as that run's stuck step, told by the log."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm.exc import StaleDataError

from engine.errors import ElementFailed, EngineError, Unavailable
from engine.tables.database import Collision
from engine.tables.outages import is_away, lacks_something, was_busy

_log = logging.getLogger("spoc.engine")

_NOT_THE_RUNS = (Collision, StaleDataError, PendingRollbackError, PoolExhausted, Unavailable)


def is_nobodys(error: BaseException) -> bool:
    """Tell whether it is a lost race or a database that cannot be asked, and so no run's fault.

    The database layer knows what these mean. What the database refuses of one statement, such as
    a text that is too long for an index, is the fault of the run that asked for it.
    """
    if isinstance(error, DBAPIError):
        return is_away(error) or was_busy(error) or lacks_something(error)
    return isinstance(error, _NOT_THE_RUNS)


@contextlib.contextmanager
def shown_as_stuck(process_id: str) -> Iterator[None]:
    """Turn whatever one run raises into ElementFailed, so that it holds up no other run.

    What the engine says by itself passes as it is, and so do a lost race and a database that
    cannot be asked: they are nobody's stuck step, and go by themselves. The words of an unknown
    fault may hold what a customer wrote, so people get a reference and the log has the rest.
    """
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        if is_nobodys(error):
            raise
        reference = secrets.token_hex(4)
        _log.exception("Fault %s in a run of %s", reference, process_id)
        reason = (
            f"Expected this step to work, but the program failed ({type(error).__name__}). Nothing "
            f"was changed. Give the reference {reference} to those who look after the program; "
            "try again once it is mended."
        )
        raise ElementFailed(process_id, "", reason) from error
