"""What script B.1 says beside its story: kinds of day, counts, more time by the batch."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import batches
from engine.calendar import Calendar
from engine.casework.context import Context
from engine.casework.refusal_proposals import breaches_since_letter
from engine.commands.contexts import context_of_case
from engine.errors import InvalidAnswers
from engine.installation import read_surroundings
from engine.queries import exceptions, ombudsman_orders
from engine.queries.exceptions import ExceptionFilter
from engine.queries.people import Person
from engine.queries.reading import reading
from engine.releases import bundle, current_release_id, read_folder
from engine.scenario import Scenario, Script, read_scripts, stages
from engine.scenario.script import moment
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision
from engine.tables.ombudsman import OmbudsmanItem
from engine.tables.outside import OutsideEvent

ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "bpmn" / "scenarios"
DMO = Person("dorothy", "Dorothy", "", ("dmo",), is_demo=True)
MAY_28 = dt.date(2021, 5, 28)
RANG = {
    **{"channel": "telephone", "what_happened": "Rang four officers.", "witness": "Amina"},
    **{"behaviour_kind": "excessive_demands", "evidence_class": "first_hand"},
    "service_withdrawn": "no",
    "attested": ["relevant", "factual", "substantiated", "no_personal_comment"],
}
WHY = "She asked for it, and we agreed in the letter of 21 April."


@pytest.fixture(scope="module")
def replayed() -> Iterator[Database]:
    """The replay, its extension of T20 given through the batch on the day it was agreed."""
    script = read_scripts(SCENARIOS / "livewest_replay.yaml")[0]
    with (
        stages(read_folder(ROOT)) as ready,
        ready.one(script.people, script.parameter_set, script.at) as db,
    ):
        story = Scenario(db)
        before, after = _cut(script, dt.datetime(2021, 5, 5, 10))
        story.play(before)
        _give_more_time(db)
        story.play(after)
        yield db


def _cut(script: Script, at: dt.datetime) -> tuple[Script, Script]:
    (place,) = [
        number
        for number, step in enumerate(script.steps)
        if step.verb == "at" and moment(step.arguments) == at
    ]
    return (
        dataclasses.replace(script, steps=script.steps[:place]),
        dataclasses.replace(script, steps=script.steps[place:]),
    )


def _give_more_time(db: Database) -> None:
    """As on the page: looked at first, then begun with the reason."""
    decision = _variation(db)
    assert decision.appeal_until == dt.date(2021, 5, 6)
    wanted = {"until": MAY_28.isoformat(), "decision": decision.id}
    number = batches.start(db, "appeal_time", wanted, by="dorothy")
    batches.work(db)
    (item,) = batches.batch(db, number, DMO).items
    assert "Thu 6 May 2021 → Fri 28 May 2021" in " ".join(item.says)
    with pytest.raises(InvalidAnswers):
        batches.begin(db, number, DMO, "")
    batches.begin(db, number, DMO, WHY)
    batches.work(db)


def _variation(db: Database) -> Decision:
    with db.reading() as session:
        return session.scalars(select(Decision).where(Decision.kind == "variation")).one()


def test_more_time_is_given_by_the_batch_and_reported_with_its_reason(replayed: Database) -> None:
    """R-063, T20: 37 days are allowed instead of 15; who and why stand in the report."""
    decision = _variation(replayed)
    assert decision.appeal_until == MAY_28
    assert (MAY_28 - dt.date(2021, 4, 21)).days == 37
    wanted = ExceptionFilter(number="R-079", as_of=dt.date(2021, 5, 21))
    rows = exceptions.report(replayed, DMO, wanted).found
    why = f"More time to appeal to Fri 28 May 2021: {WHY}"
    assert (dt.date(2021, 4, 21), "Dorothy", why) in [(row.on, row.who, row.why) for row in rows]


def test_the_appeal_of_the_last_days_is_in_time_and_waits_for_its_director(
    replayed: Database,
) -> None:
    """T22: the extended day passes, and nothing closes by itself."""
    with replayed.reading() as session:
        appeal = session.scalars(
            select(Appeal).where(Appeal.decision_id == _variation(replayed).id)
        ).one()
    assert (appeal.in_time, appeal.director, appeal.outcome) == (True, "ben", None)


@pytest.mark.parametrize(
    ("letter", "calendar_days", "working_days"),
    [
        (dt.date(2020, 9, 16), dt.date(2020, 10, 1), dt.date(2020, 10, 7)),
        (dt.date(2021, 4, 21), dt.date(2021, 5, 6), dt.date(2021, 5, 13)),
    ],
    ids=["T07", "T20"],
)
def test_the_kind_of_day_of_the_time_to_appeal_is_a_figure(
    letter: dt.date, calendar_days: dt.date, working_days: dt.date
) -> None:
    """T07, T20: LiveWest said 15 days and not which; a cell of the table decides (K-5)."""
    assert _last_day(letter, "calendar days") == calendar_days
    assert _last_day(letter, "working days") == working_days


def _scripts(name: str) -> list[Script]:
    found = read_scripts(SCENARIOS / "other_landlord.yaml")
    return [one for one in found if one.name.startswith(name)]


def _last_day(letter: dt.date, unit: str) -> dt.date | None:
    files = dict(read_folder(ROOT))
    name = "bpmn/decisions/policy.dmn"
    head, row, rest = files[name].partition(b'<outputEntry id="livewest_2020_appeal_window_unit">')
    assert rest
    cell = b"calendar days"
    files[name] = head + row + rest.replace(cell, unit.encode(), 1)
    (script,) = _scripts("A letter of Wednesday 16 September")
    taken_over = script.steps[0]
    answers = {
        **taken_over.arguments["answers"],
        **{name: letter.isoformat() for name in ("decided_on", "letter_on")},
        "from_on": (letter + dt.timedelta(days=5)).isoformat(),
    }
    if letter.year > script.at.year:
        answers["next_review_on"] = "2021-10-15"
    later = dt.datetime.combine(letter + dt.timedelta(days=16), dt.time(9))
    with stages(files) as ready, ready.one(script.people, script.parameter_set, later) as db:
        Scenario(db).receive("arrangement_taken_over", by="dorothy", answers=answers)
        with db.reading() as session:
            return session.scalars(select(Decision.appeal_until)).one()


def test_the_letter_of_16_september_lacks_what_a_letter_must_say(replayed: Database) -> None:
    """T07: no warning, no meeting on the seven factors, and more than five parts missing."""
    with replayed.reading() as session:
        event = session.scalars(
            select(OutsideEvent).where(
                OutsideEvent.kind == "letter", OutsideEvent.happened_on == dt.date(2020, 9, 16)
            )
        ).one()
    wanted = {"meaning", "duration_and_review", "appeal", "emergency", "response_time"}
    assert wanted <= set(event.lacked)
    wanted_on = ExceptionFilter(from_on=event.happened_on, until_on=event.happened_on)
    numbers = {row.number for row in exceptions.report(replayed, DMO, wanted_on).found}
    assert {"C-01", "C-02", "R-040", "C-04", "C-05", "C-06", "C-08", "C-11"} <= numbers


def test_nothing_before_a_letter_that_can_be_appealed_counts_as_a_breach() -> None:
    """T04: six months of contact with others are no breach of what nobody had told (C-07)."""
    (script,) = _scripts("An appeal is never late while no letter has told")
    with (
        stages(read_folder(ROOT)) as ready,
        ready.one(script.people, script.parameter_set, script.at) as db,
    ):
        story = Scenario(db)
        taken_over = script.steps[0].arguments["answers"]
        story.receive("arrangement_taken_over", by="dorothy", answers=taken_over)
        for day in ("2020-06-01", "2020-09-01"):
            story.act("add_evidence", by="amina", answers={**RANG, "happened_on": day})
        assert story.case_id is not None
        with db.reading() as session:
            found = breaches_since_letter(_context(session, story.case_id))
    assert len(found) == 2
    assert all(one.disabled for one in found)


def _context(session: Session, case_id: int) -> Context:
    arrangement = session.scalars(select(Arrangement.id).where(Arrangement.case_id == case_id))
    return context_of_case(
        session,
        read_surroundings(session),
        bundle(session, current_release_id(session)),
        "dorothy",
        case_id=case_id,
        arrangement_id=arrangement.one(),
        parameter_set="LIVEWEST_2020",
    )


def test_days_come_out_as_the_script_counts_them(replayed: Database) -> None:
    """T09, T10, T11, T15, T17: ten working days from both days, 8 and 12, and nine days early."""
    with reading(replayed, DMO) as look:
        calendar: Calendar = look.calendar
    complaint, told = dt.date(2020, 10, 20), dt.date(2020, 10, 26)
    answered, escalated = dt.date(2020, 11, 5), dt.date(2020, 11, 6)
    assert calendar.working_days(complaint, 10).on == dt.date(2020, 11, 3)
    assert calendar.working_days(told, 10).on == dt.date(2020, 11, 9)
    assert calendar.count_working_days(told, answered) == 8
    assert calendar.count_working_days(complaint, answered) == 12
    assert calendar.working_days(escalated, 5).on == dt.date(2020, 11, 13)
    assert calendar.count_working_days(dt.date(2021, 2, 2), dt.date(2021, 2, 15)) == 9
    assert (told - dt.date(2020, 4, 27)).days == 182
    assert (dt.date(2021, 5, 21) - answered).days == 197


def test_each_order_is_closed_by_its_own_proof(replayed: Database) -> None:
    """T21, T23: three orders due on 18 June 2021, four weeks after the report."""
    with reading(replayed, DMO) as look:
        (report,) = ombudsman_orders.reports_of(look, 2)
    assert report.reported_on == dt.date(2021, 5, 21)
    with replayed.reading() as session:
        due = session.scalars(select(OmbudsmanItem.due_on)).all()
    assert due == [dt.date(2021, 6, 18)] * 3
    proofs = [item.proof for item in report.items]
    assert "BACS 4471" in proofs[0]
    assert all("certificate of posting 31" in proof for proof in proofs[1:])
    assert ombudsman_orders.open_orders(replayed, DMO) == ()
