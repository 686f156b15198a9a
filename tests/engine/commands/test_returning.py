"""A concern that comes back begins with what is known, and nothing of it counts again (R-002)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from engine import commands
from engine.errors import NotAllowed, NotFound, Rejected
from engine.queries import case, person
from engine.scenario import Scenario
from engine.tables.casefile import CaseFile, Customer, Evidence, ThirdParty
from engine.tables.process import WorkItem
from tests.engine.commands.conftest import TAKEN_OVER

_RAISED = {
    "concern_on": "2026-03-31",
    "concern": "Twelve calls on one day about the same matter.",
    "behaviour_kinds": ["excessive_demands"],
    "demand_types": ["volume"],
    "allegation": "no",
    "owner": "amina",
}


@pytest.fixture
def closed(sqlite_landlord: Scenario) -> Scenario:
    """A closed case of somebody with needs, for whom one person speaks and one no longer does."""
    told = sqlite_landlord
    told.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with told.db.writing() as session:
        row = session.get_one(CaseFile, 1)
        row.closed_on, row.closed_reason, row.stage = dt.date(2026, 3, 30), "ceased", "closed"
        session.get_one(Customer, 1).formats = ["large_print"]
        for name, ended in (("Lena Carter", None), ("Max Lowe", dt.date(2026, 3, 25))):
            session.add(
                ThirdParty(
                    case_id=1,
                    name=name,
                    relationship="Sister",
                    contact="01632 960 002",
                    scope="Repairs only",
                    authority_given_on=dt.date(2026, 3, 23),
                    authority_proof="written",
                    started_on=dt.date(2026, 3, 23),
                    ended_on=ended,
                )
            )
    return told


def test_the_first_form_is_begun_with_what_is_known(closed: Scenario) -> None:
    task = commands.start_again(closed.db, 1, by="amina").opened[0]
    with closed.db.reading() as session:
        assert session.get_one(WorkItem, task).draft == {
            "customer_name": "Jordan Carter",
            "customer_kind": "tenant",
            "address": "4 Elm Court, Northfield",
            "tenancy_reference": "NF-104233",
            "email": "jordan.carter@example.org",
        }


def test_the_new_case_says_what_was_carried_over_and_what_was_known(closed: Scenario) -> None:
    task = commands.start_again(closed.db, 1, by="amina").opened[0]
    with closed.db.reading() as session:
        draft = dict(session.get_one(WorkItem, task).draft or {})
    commands.complete(closed.db, task, {**draft, **_RAISED}, by="amina")
    with closed.db.reading() as session:
        new = session.get_one(CaseFile, 2)
        assert (new.earlier_case_id, new.customer_id, new.stage) == (1, 1, "informal")
        [carried] = session.scalars(select(ThirdParty).where(ThirdParty.case_id == 2))
        assert (carried.name, carried.carried_over) == ("Lena Carter", True)
        assert carried.authority_given_on == dt.date(2026, 3, 23)
        assert session.scalars(select(Evidence).where(Evidence.case_id == 2)).all() == []
    before = case(closed.db, 2, person(closed.db, "amina"), ["overview"]).before
    assert before is not None
    assert (before.reference, before.card.spoc if before.card else "") == ("SP-2026-001", "Priya")
    assert before.carried_over == (
        "What the customer needs from us.",
        "Lena Carter speaks for them, by authority given on Mon 23 Mar 2026. Ask the customer if "
        "that still holds.",
    )


def test_who_does_not_see_the_earlier_case_is_told_nothing_of_it(closed: Scenario) -> None:
    task = commands.start_again(closed.db, 1, by="amina").opened[0]
    with closed.db.reading() as session:
        draft = dict(session.get_one(WorkItem, task).draft or {})
    commands.complete(closed.db, task, {**draft, **_RAISED, "owner": "grace"}, by="amina")
    assert case(closed.db, 2, person(closed.db, "grace"), ["overview"]).before is None


@pytest.mark.parametrize(
    ("by", "error"),
    [("grace", NotFound), ("olive", NotFound), ("priya", NotAllowed), ("nobody", NotFound)],
)
def test_who_does_not_see_it_or_may_open_none_is_refused(
    closed: Scenario, by: str, error: type[Exception]
) -> None:
    if by == "priya":
        with closed.db.writing() as session:
            session.get_one(CaseFile, 1).owner = "priya"
    with pytest.raises(error):
        commands.start_again(closed.db, 1, by=by)


def test_an_open_case_takes_the_concern_itself(closed: Scenario) -> None:
    with closed.db.writing() as session:
        session.get_one(CaseFile, 1).closed_on = None
    with pytest.raises(Rejected, match="SP-2026-001 is open"):
        commands.start_again(closed.db, 1, by="amina")
    with pytest.raises(NotFound):
        commands.start_again(closed.db, 99, by="amina")
