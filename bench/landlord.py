"""A landlord of the bench's own: its release, its people, and as many like cases as are wanted."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from engine import clock
from engine.calendar import Calendar
from engine.calendar_table import fill_calendar
from engine.demo.landlord import LOADED
from engine.demo.multiplying import multiply
from engine.demo.people import add_people
from engine.releases import forget, install, read_folder
from engine.scenario import Scenario
from engine.tables.database import Database
from engine.tables.process import Message, ProcessInstance, Setting, WorkItem

ROOT = Path(__file__).parent.parent
RELEASE = Path(__file__).parent / "diagrams"
#: Wednesday at ten; the clock stands still while figures are measured.
NOW = dt.datetime(2026, 4, 1, 10, 0)
#: The task at which the copies of the arrangement stand.
REPORT = "report_on_arrangement"


@dataclass
class Landlord:
    """A database with the bench's release, ready to be asked."""

    db: Database
    #: On the disk where a SQLite database lies.
    folder: Path

    def open_items(self, element_id: str) -> list[int]:
        """Give the ids of the open tasks of one element, oldest first."""
        with self.db.reading() as session:
            return list(
                session.scalars(
                    select(WorkItem.id)
                    .where(
                        WorkItem.element_id == element_id,
                        WorkItem.completed_at.is_(None),
                        WorkItem.cancelled_at.is_(None),
                    )
                    .order_by(WorkItem.id)
                )
            )

    def copy_cases(self, count: int) -> None:
        """Copy every case that is there, so that there are so many more."""
        multiply(self.db, count, lambda *_: None, most_days=0)

    def review_arrangement(self) -> None:
        """Take over an arrangement, hold its first review and let the second open."""
        scenario = Scenario(self.db)
        scenario.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        for again in (True, False):
            _let_review_open(scenario)
            if again:
                _hold_review(scenario)
        with self.db.writing() as session:  # their receivers are not in this release
            session.execute(update(Message).values(dropped_at=clock.now()))


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder on the disk that the checkout is on, gone afterwards; never one in memory."""
    (ROOT / "var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "var") as made:
        yield Path(made)


@contextmanager
def landlord(url: str | None = None, *, at: dt.datetime | None = NOW) -> Iterator[Landlord]:
    """Open a landlord in an empty database, a SQLite file without a URL.

    at: the moment at which the clock is held; None lets it run, for servers of their own.
    """
    with folder() as made:
        db = Database(url or f"sqlite:///{made / 'spoc.sqlite'}")
        clock.hold(at)
        forget()
        try:
            db.migrate()
            with db.writing() as session:
                fill_calendar(session)
                install(session, files(), at=clock.now(), by="bench", note="The bench's own")
            add_people(db, NOW.date() - dt.timedelta(days=365))
            with db.writing() as session:
                session.merge(Setting(name=LOADED, value=NOW.date().isoformat()))
            yield Landlord(db, made)
        finally:
            db.close()
            clock.hold(None)
            forget()


def files() -> dict[str, bytes]:
    """Give the bench's release, which stays as it is when bpmn/ and forms/ change."""
    return read_folder(RELEASE)


def _let_review_open(scenario: Scenario) -> None:
    with scenario.db.reading() as session:
        due = session.scalars(
            select(ProcessInstance.next_due_at).where(ProcessInstance.process_id == "arrangement")
        ).one()
    assert due is not None
    day = (due + dt.timedelta(days=1)).astimezone(clock.LONDON).date()
    scenario.at(dt.datetime.combine(day, dt.time(10)))


def _hold_review(scenario: Scenario) -> None:
    day = clock.today()
    following = Calendar({}).months(day, 3).on + dt.timedelta(days=7)
    scenario.complete(REPORT, by="priya", answers=REPORTED)
    pack = {**PACK, "asked_on": day.isoformat()}
    scenario.complete("complete_review_pack", by="dorothy", answers=pack)
    decided = {**DECIDED, "next_review_on": following.isoformat()}
    scenario.complete("decide_review", by="mo", answers=decided)
    sent = {"channel": "letter", "proof": "Certificate 1", "sent_on": day.isoformat()}
    scenario.complete("issue_letter", by="dorothy", answers=sent)


TAKEN_OVER: Mapping[str, Any] = {
    "customer_name": "Jordan Carter",
    "address": "4 Elm Court, Northfield",
    "tenancy_reference": "NF-104233",
    "customer_kind": "tenant",
    "email": "jordan.carter@example.org",
    "decided_on": "2026-03-18",
    "decided_by": "ben",
    "reasons": "More than forty calls a week about a matter already answered.",
    "letter_on": "2026-03-20",
    "letter_complete": "yes",
    "owner": "amina",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "email",
    "contact_address": "priya@northfield-homes.example",
    "visiting": "No restriction",
    "response_days": 5,
    "from_on": "2026-03-23",
    "next_review_on": "2026-09-23",
}
REPORTED: Mapping[str, Any] = {
    "went": "The customer writes once a week and politely.",
    "kept_to_it": "mostly",
    "answered_on_time": "always",
    "cover_given": "always",
    "open_issues": "Nothing is open.",
    "support_offered": "yes",
    "support_agreed": "no",
    "suggestion": "continue",
    "suggestion_why": "It works as it is.",
}
PACK: Mapping[str, Any] = {
    "figures_seen": "all",
    "gaps": "Calls to mobile telephones are not counted.",
    "asked_customer": "no_answer",
    "own_part": "Every message was answered within five working days.",
}
DECIDED: Mapping[str, Any] = {
    "findings": "Contact is calm; nothing was missed on our side.",
    "new_evidence": "no",
    "review_outcome": "continue",
    "reasons": "The arrangement keeps contact calm.",
    "proportionality": "Only the way in is limited.",
    "adjustments": "E-mail stays open to the customer.",
    "equality_link": "Looked at for disability and age; no link was found.",
    "support_offered": "yes",
}
