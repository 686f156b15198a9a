"""An installation whose JADU CRM is asked by webhook, behind a real server, and its counterpart."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from standardwebhooks import Webhook
from waitress.server import create_server

import engine
from engine import clock, messages
from engine.demo.people import add_people
from engine.outbox import FlagWebhook, Senders, deliver_outbox
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from engine.tables.flagging import FlagRequest
from engine.tables.process import Outbox, WorkItem
from tests.once import ROOT
from tests.outside import NEXT_SECRET, SECRET, free_port, running
from web import create_app
from web.counterpart import Counterpart, server_of
from web.settings import Settings

#: What the counterpart signs its answers with: now, and before.
ANSWER_SECRET, OLD_ANSWER_SECRET = (
    NEXT_SECRET,
    "whsec_" + "b2xkZXIgc2VjcmV0IG9mIGFuc3dlcnMgMTIzNA==",
)
NAME, SYSTEM = "jadu-crm", "JADU CRM"
#: Hours after which the next try is due, however many failed: the longest wait and a fifth.
LONGEST_WAIT = 15
TAKEN_OVER: dict[str, Any] = {
    "customer_name": "Billie Norton",
    "address": "3 Chapel Yard, Northfield",
    "tenancy_reference": "NF-151206",
    "customer_kind": "tenant",
    "phone": "01632 960 166",
    "decided_on": "2026-02-18",
    "decided_by": "mo",
    "reasons": "Threats against two officers at the front desk.",
    "letter_on": "2026-02-20",
    "letter_complete": "yes",
    "owner": "amina",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "telephone",
    "contact_address": "01632 960 701",
    "visiting": "By appointment only",
    "response_days": 5,
    "from_on": "2026-02-23",
    "next_review_on": "2026-08-23",
}


@dataclass
class Installation:
    """The application, its address, its senders and the other system."""

    app: Flask
    url: str
    senders: Senders
    system: Counterpart
    #: What time it is in the house, for its server too.
    at: dt.datetime

    def later(self, **by: float) -> None:
        """Put the held clock forward."""
        self.at += dt.timedelta(**by)
        clock.hold(self.at)

    @property
    def database(self) -> Database:
        """Give the database of the application."""
        found: Database = self.app.extensions["database"]
        return found

    @property
    def answers_to(self) -> str:
        """Give where answers go."""
        return f"{self.url}/flags/answers/{NAME}"

    def begin(self) -> int:
        """Take an arrangement over, so that flags are asked for; gives the case."""
        # The worker tells the house first how each system is asked.
        self.work()
        outcome = engine.receive(self.database, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
        engine.deliver_messages(self.database)
        assert outcome.case_id is not None
        return outcome.case_id

    def end(self, case_id: int) -> None:
        """Let the customer leave, so that the flags are to be removed."""
        left = {"left_because": "died", "left_on": "2026-03-04", "left_note": "A letter."}
        engine.receive(
            self.database, "customer_left", left, by="dorothy", refs={"case_id": case_id}
        )
        engine.deliver_messages(self.database)

    def work(self) -> int:
        """Send what is due, as the worker does; gives how much left."""
        return deliver_outbox(self.database, self.senders)

    def flag(self) -> Flag:
        """Give the newest flag in JADU CRM."""
        with self.database.reading() as session:
            rows = select(Flag).where(Flag.system == SYSTEM).order_by(Flag.id.desc())
            return session.scalars(rows).first() or Flag()

    def requests(self) -> list[FlagRequest]:
        """Give the requests to JADU CRM, the oldest first."""
        with self.database.reading() as session:
            rows = select(FlagRequest).where(FlagRequest.system == SYSTEM)
            return list(session.scalars(rows.order_by(FlagRequest.id)))

    def rows(self) -> list[Outbox]:
        """Give the calls of the outbox, the oldest first."""
        with self.database.reading() as session:
            rows = select(Outbox).where(Outbox.kind == "flag").order_by(Outbox.id)
            return list(session.scalars(rows))

    def task(self) -> WorkItem:
        """Give the newest task that confirms the flag in JADU CRM."""
        with self.database.reading() as session:
            rows = select(WorkItem).where(WorkItem.element_id == "confirm_flag")
            items = session.scalars(rows.order_by(WorkItem.id.desc())).all()
            return next(one for one in items if one.variables["flag_system"] == SYSTEM)


@contextlib.contextmanager
def installation(database_url: str, **mode: Any) -> Iterator[Installation]:
    """Serve the application and its counterpart on this machine, the clock as it is held."""
    system = Counterpart(SECRET, ANSWER_SECRET, "", **mode)
    with running(server_of(system, ("127.0.0.1", 0))) as port:
        hook = FlagWebhook(
            NAME,
            f"http://127.0.0.1:{port}/flags",
            (SECRET,),
            frozenset(),
            may_be_private=True,
            seconds=5.0,
            answer_secrets=(ANSWER_SECRET, OLD_ANSWER_SECRET),
        )
        senders = Senders(flags=(hook,), flag_systems={NAME: "webhook"})
        settings = Settings(database_url, "only for tests", demo=True, senders=senders)
        app = create_app(settings)
        found = Installation(app, "", senders, system, clock.now())
        system.clock = lambda: found.at
        try:
            with _web_server(found) as found.url:
                system.answers_to = found.answers_to
                yield found
        finally:
            app.extensions["database"].close()


def url_on(request: pytest.FixtureRequest) -> str:
    """Give the URL of an installation with people in it, on the database a test is given."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("database_url"))
    database: Database = request.getfixturevalue("postgres_database")
    engine.prepare(database, ROOT)
    add_people(database, dt.date(2026, 1, 1))
    return database.url.render_as_string(hide_password=False)


def change(database: Database, action: str = "update", only: str = "") -> None:
    """Let the flags of the arrangement change, as a change of its terms does."""
    with database.writing() as session:
        arrangement = session.scalars(select(Arrangement)).one()
        payload = {"flag_action": action, **({"flag_only": only} if only else {})}
        refs = {"case_id": arrangement.case_id, "arrangement_id": arrangement.id}
        wanted = messages.Envelope("flag_change_wanted", None, refs, payload, sent_at=clock.now())
        messages.send(session, wanted)
    engine.deliver_messages(database)


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something holds, and fail when it does not in time."""
    stop = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < stop, "it never came"
        time.sleep(0.02)


def signed(
    content: Any, key: str, *, secret: str = ANSWER_SECRET, ago: dt.timedelta = dt.timedelta()
) -> dict[str, str]:
    """Give the headers of an answer, signed so long ago, as a system that shows flags would."""
    at = dt.datetime.now(dt.UTC) - ago
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, at, json.dumps(content)),
    }


@contextlib.contextmanager
def _web_server(house: Installation) -> Iterator[str]:
    """Serve the application with the server it is served with in production."""

    def held(environ: Any, start: Any) -> Any:
        with clock.frozen(house.at):
            return house.app(environ, start)

    port = free_port()
    server = create_server(held, host="127.0.0.1", port=port, threads=4)

    def run() -> None:
        with contextlib.suppress(OSError):  # its socket may be closed just before it is waited for
            server.run()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        thread.join(timeout=20)
