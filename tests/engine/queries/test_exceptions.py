"""The exceptions report: what is in it, as of which day, for whom, in how many statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.calendar import said
from engine.errors import NotFound
from engine.queries import exceptions
from engine.queries.case_page import case
from engine.queries.exceptions import ExceptionFilter
from engine.queries.people import Person
from engine.releases import read_folder
from engine.scenario import Scenario, read_scripts, stages
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import BreachOfClock, Letter
from engine.tables.flagging import FlagDifference, FlagReconciliation
from engine.tables.leaving import Sending
from engine.tables.outside import OutsideEvent
from engine.tables.partners import PartnerComparison
from engine.tables.policy_control import PolicyOfRelease
from engine.tables.process import WorkItem
from engine.tables.releases import Release

ROOT = Path(__file__).parents[3]
REPLAY = ROOT / "bpmn" / "scenarios" / "livewest_replay.yaml"
ON = dt.date(2021, 5, 21)
MANY = 10_000


def of(name: str, *roles: str) -> Person:
    return Person(name, name.title(), "", roles, is_demo=True)


DMO = of("dorothy", "dmo")


@pytest.fixture(scope="module")
def replayed() -> Iterator[Database]:
    """Script B.1, played to its end in July 2021."""
    script = read_scripts(REPLAY)[0]
    with (
        stages(read_folder(ROOT)) as ready,
        ready.one(script.people, script.parameter_set, script.at) as db,
    ):
        Scenario(db).play(script)
        yield db


def test_on_the_day_of_the_ombudsman_the_report_names_every_criticism(
    replayed: Database,
) -> None:
    """Script B.1, the final assert: and nothing is claimed against the use of a contact (C-22)."""
    found = exceptions.report(replayed, DMO, ExceptionFilter(as_of=ON), size=MANY)
    numbers = {number for number, _, _ in found.counts}
    wanted = {f"C-{number:02}" for number in range(1, 22)} - {"C-13"}
    assert wanted <= numbers
    assert "C-22" not in numbers
    assert found.upheld[0] == "C-22"
    assert "upheld the use" in found.upheld[1]
    assert sum(count for _, _, count in found.counts) == found.found.total


def test_as_of_an_earlier_day_it_says_what_was_known_then(replayed: Database) -> None:
    def known(day: dt.date) -> set[str]:
        found = exceptions.report(replayed, DMO, ExceptionFilter(as_of=day), size=MANY)
        return {row.number for row in found.found}

    assert known(dt.date(2020, 4, 26)) == set()
    assert "C-07" not in known(dt.date(2020, 4, 28))
    assert "C-07" in known(dt.date(2020, 9, 10))
    assert "C-09" not in known(dt.date(2020, 11, 19))
    assert "C-09" in known(dt.date(2020, 11, 20))


def test_counts_and_days_come_out_as_in_the_report(replayed: Database) -> None:
    """T01, T11, T17, T20: rates a week, day 8 and day 12, 37 days."""
    page = case(replayed, 1, DMO, ["decisions"])
    notes = " ".join(note for event in page.outside for note in event.notes)
    assert "53 contacts in 39.7 weeks" in notes
    assert "about 1.3 a week, landline only" in notes
    assert "103 contacts in 13.1 weeks" in notes
    assert "about 7.8 a week" in notes
    assert "Working day 12 from the request on Tue 20 Oct 2020" in notes
    assert "Working day 8 from its confirmation on Mon 26 Oct 2020" in notes
    other = case(replayed, 2, DMO, ["decisions"])
    assert "37 days after that day" in " ".join(n for event in other.outside for n in event.notes)


def test_both_stages_of_the_complaint_have_their_own_dates(replayed: Database) -> None:
    """T09, T12: five working days to confirm, from 20 October and from 6 November 2020."""
    with replayed.reading() as session:
        due = session.scalars(select(Complaint.acknowledge_due_on).order_by(Complaint.id)).all()
    assert due == [dt.date(2020, 10, 27), dt.date(2020, 11, 13)]


def test_an_assumed_figure_is_named_where_a_date_comes_from_it(replayed: Database) -> None:
    """C-16: the landlord had set no time to answer an appeal; the date says so."""
    reasons = [
        appeal.answer_due_reason
        for decision in case(replayed, 2, DMO, ["decisions"]).decisions
        for appeal in decision.appeals
    ]
    assert reasons
    assert all("assumed: the landlord set none" in (reason or "") for reason in reasons)


def test_filters_narrow_by_number_owner_and_days(replayed: Database) -> None:
    def total(**wanted: Any) -> int:
        return exceptions.report(replayed, DMO, ExceptionFilter(as_of=ON, **wanted)).found.total

    assert total(number="C-09") == 2
    assert total(owner="nobody") == 0
    assert total(owner="amina") == total()
    assert total(from_on=dt.date(2020, 10, 1), until_on=dt.date(2020, 10, 31)) > 0
    assert total(from_on=dt.date(2021, 5, 22)) == 0


def test_only_cases_whose_decisions_somebody_sees_are_in_it(replayed: Database) -> None:
    """R-102: a manager of another service sees what is past due, since its tasks are seen, and
    not what it is about; to a contact the report does not exist."""
    of_all = exceptions.report(replayed, DMO, ExceptionFilter(past_due=True), size=MANY)
    found = exceptions.report(replayed, of("meg", "manager"), size=MANY)
    assert of_all.needs.of_all
    assert not found.needs.of_all
    assert found.needs.promises == of_all.needs.promises > 0
    with_a_task = [row for row in of_all.found if row.number != "R-081"]
    assert {(r.number, r.on) for r in found.found} <= {(r.number, r.on) for r in with_a_task}
    assert not any(row.whole or "“" in row.why for row in found.found)
    for person in (of("priya", "officer"), of("kit", "contact_centre"), of("pat", "process_owner")):
        with pytest.raises(NotFound):
            exceptions.report(replayed, person)


def test_what_is_past_due_and_what_this_month_brought_is_counted_with_its_list(
    replayed: Database,
) -> None:
    """Q15: two promises of 2020, one of them kept at last; each figure is as long as its list."""

    def counted(day: dt.date, owner: str = "") -> exceptions.NeedsSomebody:
        wanted = ExceptionFilter(as_of=day, owner=owner)
        return exceptions.report(replayed, DMO, wanted, size=MANY).needs

    def listed(day: dt.date, **wanted: Any) -> int:
        filter_ = ExceptionFilter(as_of=day, **wanted)
        return exceptions.report(replayed, DMO, filter_, size=MANY).found.total

    assert counted(dt.date(2020, 11, 19)).promises == 0
    assert counted(dt.date(2020, 11, 20)).promises == 1
    for day in (dt.date(2020, 11, 30), ON):
        needs = counted(day)
        assert needs.promises == listed(day, number="C-09", past_due=True) > 0
        assert needs.owed == listed(day, number="R-015", past_due=True)
        assert needs.this_month == listed(day, from_on=day.replace(day=1))
        assert counted(day, owner="nobody") == needs
        assert listed(day, past_due=True) == sum(needs.past_due.values())
        for number, late in needs.past_due.items():
            assert late == listed(day, number=number, past_due=True)


def test_what_says_nothing_of_an_appeal_names_the_telling_it_is_about(replayed: Database) -> None:
    """K-10, C-06: a later decision has its own time to appeal, which this does not speak of."""
    for number in ("K-10", "C-06"):
        wanted = ExceptionFilter(number=number, as_of=ON)
        rows = exceptions.report(replayed, DMO, wanted).found.items
        whole = [row for row in rows if not row.why.startswith("Taken over")]
        assert whole
        assert all(row.why.startswith(f"Of what was told on {said(row.on)}: ") for row in whole)


def test_a_request_answered_after_its_day_is_one(replayed: Database) -> None:
    """T09, T11; R-085: ten working days from 20 October were over on 3 November 2020."""

    def why(day: dt.date) -> list[str]:
        wanted = ExceptionFilter(number="R-085", as_of=day)
        return [row.why for row in exceptions.report(replayed, DMO, wanted).found]

    assert why(dt.date(2020, 11, 3)) == []
    asked = "Asked on Tue 20 Oct 2020: answer due by Tue 3 Nov 2020"
    assert why(dt.date(2020, 11, 4)) == [f"{asked}, not answered"]
    assert why(ON) == [f"{asked}, answered on Thu 5 Nov 2020"]


def test_a_letter_that_did_not_leave_by_its_day_is_past_due_until_it_is_issued(
    replayed: Database,
) -> None:
    """R-031, R-045, Q6: also for those who see its task alone, and then not what it says."""

    def why(day: dt.date, person: Person = DMO) -> list[tuple[str, bool]]:
        wanted = ExceptionFilter(number="R-031", as_of=day)
        found = exceptions.report(replayed, person, wanted)
        late = sum(not row.why.endswith("2020") for row in found.found)
        assert found.needs.past_due.get("R-031", 0) == late
        return [(row.why, row.whole) for row in found.found]

    due = dt.date(2020, 11, 3)
    letter = "“Write and issue the letter: The arrangement for your contact with us, and how to "
    begins = f"{letter}appeal”: due by Tue 3 Nov 2020, "
    assert why(due) == []
    assert why(dt.date(2020, 11, 4)) == [(f"{begins}not issued", True)]
    assert why(ON, of("meg", "manager")) == [
        ("Due by Tue 3 Nov 2020, not done; you see its task and not what it is about", False)
    ]
    with replayed.writing() as session:
        late = select(WorkItem).where(WorkItem.form == "issue_letter", WorkItem.due_on == due)
        item = session.scalars(late.where(WorkItem.completed_at.is_(None))).one()
        item.completed_at = dt.datetime(2020, 11, 6, 0, 30, tzinfo=dt.UTC)
        item_id = item.id
    assert why(dt.date(2020, 11, 4)) == [(f"{begins}not issued", True)]
    assert why(ON) == [(f"{begins}issued on Fri 6 Nov 2020", True)]
    assert why(ON, of("meg", "manager")) == []
    with replayed.writing() as session:
        session.get_one(WorkItem, item_id).completed_at = dt.datetime(2020, 11, 3, tzinfo=dt.UTC)
    assert why(ON) == []


def test_what_comparisons_found_stays_as_figures_and_waits_while_nobody_deals_with_it(
    replayed: Database,
) -> None:
    """R-068, R-098, Q14: about no case, by day; the last one of each system is what waits."""

    def listed(number: str, day: dt.date) -> list[tuple[dt.date, str, int]]:
        found = exceptions.report(replayed, DMO, ExceptionFilter(number=number, as_of=day))
        waits = exceptions.report(
            replayed, DMO, ExceptionFilter(number=number, as_of=day, past_due=True)
        )
        assert found.needs.past_due.get(number, 0) == waits.found.total
        return [(row.on, row.why, row.case_id) for row in found.found]

    first, second = (dt.datetime(2021, *day, 12, tzinfo=dt.UTC) for day in ((3, 1), (5, 3)))
    with replayed.writing() as session:
        for at, not_ours in ((first, 2), (second, 1)):
            made = FlagReconciliation(
                **{"system": "JADU CRM", "file_name": "flags.csv", "sha256": "0" * 64, "total": 9},
                **{"made_by": "dorothy", "made_at": at, "kept_by": "dorothy", "kept_at": at},
                **{"not_ours": not_ours, "missing": 0, "differing": 1, "agreed": 6},
            )
            session.add(made)
            session.flush()
            session.add(
                FlagDifference(reconciliation_id=made.id, kind="not_ours", person_key="NF-1")
            )
            session.add(
                PartnerComparison(
                    made_by="dorothy", made_at=at, same=4, only_theirs=not_ours - 1, only_ours=0
                )
            )
    march = (first.date(), "JADU CRM: 2 not ours, 0 missing, 1 with another text", 0)
    may = "JADU CRM: 1 not ours, 0 missing, 1 with another text; 1 not dealt with"
    assert listed("R-068", dt.date(2021, 2, 28)) == []
    assert listed("R-068", dt.date(2021, 4, 1)) == [march]
    assert listed("R-068", ON) == [(second.date(), may, 0), march]
    # The partner's list and ours agree since May: what was found in March is only history.
    assert listed("R-098", ON) == [(first.date(), "1 held by the partner alone, 0 by us alone", 0)]
    with replayed.writing() as session:
        session.execute(update(FlagDifference).values(asked_at=second))
    assert exceptions.report(replayed, DMO).needs.past_due.get("R-068", 0) == 0


def test_a_letter_that_did_not_arrive_is_one_until_it_went_again(replayed: Database) -> None:
    """C-19: nothing shows that the customer was told."""

    def why() -> list[str]:
        wanted = ExceptionFilter(number="C-19", from_on=ON)
        return [row.why for row in exceptions.report(replayed, DMO, wanted).found]

    with replayed.reading() as session:
        letter = session.scalars(select(Letter).order_by(Letter.id)).first()
        assert letter is not None
    sent: dict[str, Any] = {
        **{"case_id": letter.case_id, "letter_id": letter.id, "to_name": "Frankie Lowell"},
        **{"channel": "email", "sent_to": "frankie@example.org", "asked_by": "dorothy"},
    }
    with replayed.writing() as session:
        lost = Sending(**sent, way="notify", asked_on=ON, status="permanent-failure")
        session.add(lost)
    (sentence,) = why()
    assert "It cannot be delivered to this address; nothing shows that it arrived" in sentence
    _change_letter(replayed, letter.id, delivered_on=ON)
    assert why() == []
    _change_letter(replayed, letter.id, delivered_on=None)
    with replayed.writing() as session:
        after = dt.date(2021, 5, 24)
        session.add(Sending(**sent, way="person", asked_on=after, left_on=after, proof="By hand"))
    assert why() == []


def test_a_letter_about_data_is_an_exception_for_those_who_may_read_it(replayed: Database) -> None:
    """R-102, R-104: a manager is not told by a report what the page of the case keeps apart."""

    def why(person: Person) -> list[str]:
        wanted = ExceptionFilter(number="C-19", from_on=ON)
        return [row.why for row in exceptions.report(replayed, person, wanted).found]

    manager = of("mo", "manager")
    with replayed.writing() as session:
        letter = session.scalars(select(Letter).order_by(Letter.id)).first()
        assert letter is not None
        session.add(
            Sending(
                case_id=letter.case_id,
                letter_id=letter.id,
                to_name="Frankie Lowell",
                channel="email",
                sent_to="frankie@example.org",
                asked_by="dorothy",
                way="notify",
                asked_on=ON,
                status="permanent-failure",
            )
        )
    assert (len(why(DMO)), len(why(manager))) == (1, 1)
    _change_letter(replayed, letter.id, template="data_request_copy")
    assert (len(why(DMO)), len(why(manager))) == (1, 0)


def _change_letter(replayed: Database, number: int, **values: Any) -> None:
    with replayed.writing() as session:
        session.execute(update(Letter).where(Letter.id == number).values(**values))


def test_a_version_published_by_an_exemption_is_one_about_no_case(replayed: Database) -> None:
    """R-115: who let it go without an assessment, and why; not among the cases of one person."""
    at = dt.datetime(2021, 6, 1, 10, tzinfo=dt.UTC)
    with replayed.writing() as session:
        release = session.scalars(select(Release).where(Release.number.is_not(None))).one()
        kept = PolicyOfRelease(release_id=release.id, exemption="A word was misspelt.")
        kept.exempted_by, kept.exempted_at = "olive", at
        session.add(kept)
    (row,) = exceptions.report(replayed, DMO, ExceptionFilter(number="R-115")).found
    assert (row.case_id, row.customer, row.why) == (0, "", "Version 1: A word was misspelt.")
    wanted = ExceptionFilter(number="R-115", as_of=ON)
    assert not exceptions.report(replayed, DMO, wanted).found.total
    assert not exceptions.report(
        replayed, DMO, ExceptionFilter(number="R-115", owner="amina")
    ).found.total


def test_a_request_for_data_answered_late_is_named_as_what_it_is(replayed: Database) -> None:
    """R-104; a passed date is never called one that was changed by hand."""
    late = dt.date(2021, 6, 2)
    with replayed.writing() as session:
        at = dt.datetime(2021, 6, 3, tzinfo=dt.UTC)
        session.add(
            BreachOfClock(case_id=1, kind="data_request", object_id=1, due_on=late, recorded_at=at)
        )
    rows = exceptions.report(replayed, DMO, ExceptionFilter(from_on=late)).found
    assert [(row.number, row.why) for row in rows if row.on == late] == [
        ("R-104", "Due by Wed 2 Jun 2021")
    ]


def test_a_late_complaint_counts_once_by_the_step_that_is_due_next(replayed: Database) -> None:
    """R-081: to be confirmed, then to be answered; answered late, it is no longer past due."""
    dates = [dt.date(2021, 6, day) for day in (1, 8, 22)]

    def late() -> tuple[int, int]:
        found = exceptions.report(replayed, DMO, ExceptionFilter(number="R-081"), size=MANY)
        return found.needs.past_due.get("R-081", 0), found.found.total

    past_due, every = late()
    with replayed.writing() as session:
        one = Complaint(case_id=1, reference="C/9", stage=1, about="x", logged_by="claire")
        one.received_on, one.acknowledge_due_on, one.answer_due_on = dates
        one.received_by, one.acknowledge_due_reason, one.answer_due_reason = "claire", "", ""
        session.add(one)
        session.flush()
        number = one.id
    assert late() == (past_due + 1, every + 2)
    for column in ("acknowledged_on", "answered_on"):
        with replayed.writing() as session:
            setattr(session.get_one(Complaint, number), column, dt.date(2021, 6, 28))
        still = 1 if column == "acknowledged_on" else 0
        assert late() == (past_due + still, every + 2)


def test_as_many_statements_for_one_event_as_for_thousands(
    replayed: Database, statements: list[str]
) -> None:
    def asked() -> int:
        exceptions.report(replayed, DMO)
        statements.clear()
        exceptions.report(replayed, DMO)
        return len(statements)

    few = asked()
    with replayed.writing() as session:
        session.add_all(
            OutsideEvent(
                case_id=1 + number % 2,
                kind="staff_contact",
                happened_on=ON,
                what=str(number),
                done_by="x",
                known_how="customer",
                known_on=ON,
                recorded_by="dorothy",
                recorded_on=dt.date(2021, 7, 1),
            )
            for number in range(2_000)
        )
    assert asked() == few
    assert few <= 32
