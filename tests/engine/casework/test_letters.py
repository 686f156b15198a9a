"""Letters from the case: they say what the register holds, and start the time to appeal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import issued_letters, letters, stages
from engine.casework.context import Context
from engine.errors import InvalidAnswers, NotFound
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Letter, Promise
from engine.tables.people import User
from engine.tables.releases import PolicyValue
from tests.engine.casework.letter_desk import INTRODUCED, WARNED, at, issue, preview, problems, sent
from tests.engine.casework.new_case import Landlord, at_work


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


@pytest.fixture
def agreed(landlord: Landlord) -> Landlord:
    """A case whose meeting agreed on a single point of contact on Thu 26 March 2026."""
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "maya")
    [arrangement] = landlord.rows(Arrangement)
    landlord.ids["arrangement_id"] = arrangement.id
    landlord.session.get_one(User, "dorothy").job_title = "Data Management Officer"
    return landlord


def introduction(landlord: Landlord, on: str = "2026-03-27", **more: Any) -> Context:
    return at(landlord, "introduction", on, **more)


ISSUED: dict[str, Any] = {**INTRODUCED, **sent("2026-03-27")}


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_an_introduction_says_what_the_register_holds(agreed: Landlord) -> None:
    said = plain(preview(introduction(agreed), ISSUED).html)
    policy = introduction(agreed).policy
    for words in (
        "Jo Carter 4 Elm Court Northfield",
        "Friday 27 March 2026 Our reference: SP-2026-001",
        "Your single point of contact is Priya Nair",
        "Ninety calls in four weeks.",
        "It applies from Wednesday 1 April 2026",
        f"Please contact us by e-mail : priya.nair@{policy('landlord.email_domain')}.",
        "Only in one way: E-mail only. Why: Calls block lines.",
        "When Priya Nair is away, Tom Reed stands in",
        "within 5 working days",
        f"contact {policy('emergency.route')}.",
        "lasts 6 months, until its review on Thursday 1 October 2026",
        "You can appeal until Friday 24 April 2026",
        f"Write to or call {policy('appeal.addressee')}, or tell anybody",
        f"Yours sincerely Dorothy Marsh Data Management Officer {policy('landlord.name')}",
        "You can have this letter in large print, in Easy Read, in Braille, as audio or in another "
        "language. Somebody can also help you with it, or speak for you.",
    ):
        assert words in said, said
    assert "Missing" not in said


def test_an_issued_introduction_starts_the_time_to_appeal_and_the_arrangement(
    agreed: Landlord,
) -> None:
    """S0: letter Fri 27 March, appeal to Fri 24 April (28 days, Easter inside)."""
    letter = issue(introduction(agreed), ISSUED)
    [arrangement] = agreed.rows(Arrangement)
    decision = agreed.session.get_one(Decision, arrangement.decision_id)
    assert (decision.letter_id, letter.decision_id) == (letter.id, decision.id)
    assert decision.appeal_until == dt.date(2026, 4, 24)
    assert decision.appeal_reason == "28 calendar days from Fri 27 Mar 2026."
    assert arrangement.letter_issued_on == letter.issued_on == dt.date(2026, 3, 27)
    assert (letter.channel, letter.proof) == ("letter", "Certificate of posting 7")
    assert letter.issued_by == "dorothy"


@pytest.mark.parametrize(
    ("figures", "until"),
    [
        ({"appeal.window": ("28", "calendar days")}, dt.date(2026, 4, 24)),
        ({"appeal.window": ("15", "calendar days")}, dt.date(2026, 4, 13)),
        ({"appeal.window": ("10", "working days")}, dt.date(2026, 4, 14)),
    ],
)
def test_the_last_day_to_appeal_follows_the_policy_and_rolls_forward(
    agreed: Landlord, figures: dict[str, tuple[str, str]], until: dt.date
) -> None:
    """15 days from 27 March end on Saturday 11 April: the customer has until Monday (K-5)."""
    set_figures(agreed, figures)
    assert issue(introduction(agreed), ISSUED).decision_id
    assert agreed.rows(Decision)[-1].appeal_until == until


def set_figures(landlord: Landlord, figures: dict[str, tuple[str, str]]) -> None:
    for name, (value, unit) in figures.items():
        landlord.figures[name] = dataclasses.replace(landlord.figures[name], text=value, unit=unit)
        landlord.session.query(PolicyValue).filter_by(name=name).update({"unit": unit})


def test_a_late_letter_moves_the_start_to_its_own_day(agreed: Landlord) -> None:
    """The from-date can never lie before the letter (R-041, R-050)."""
    context = introduction(agreed, "2026-04-09")
    assert "It applies from Thursday 9 April 2026" in plain(
        preview(context, {**INTRODUCED, **sent("2026-04-09")}).html
    )


def test_promises_become_rows_somebody_sees_to(agreed: Landlord) -> None:
    promise = {"what": "Say who to call at night", "owner": "priya", "due_on": "2026-04-10"}
    letter = issue(introduction(agreed), {**ISSUED, "promises": [promise]})
    [kept] = agreed.rows(Promise)
    assert (kept.letter_id, kept.owner, kept.due_on) == (letter.id, "priya", dt.date(2026, 4, 10))


def test_the_issue_is_in_the_audit_chain_with_the_fingerprint(agreed: Landlord) -> None:
    letter = issue(introduction(agreed), ISSUED)
    last = agreed.rows(AuditEvent)[-1]
    detail = agreed.session.get_one(AuditDetail, last.id)
    assert (last.action, last.object_id) == ("letter_issued", letter.id)
    assert detail.new["sha256"] == letter.sha256
    assert detail.new["appeal_until"] == "2026-04-24"


def test_a_letter_without_its_answers_is_not_issued(agreed: Landlord) -> None:
    with pytest.raises(NotFound, match="Expected the answers"):
        issued_letters.issue(introduction(agreed))


def test_a_letter_that_became_incomplete_is_not_issued(agreed: Landlord) -> None:
    issue_it = issue(introduction(agreed), ISSUED)
    assert issue_it.id
    with pytest.raises(InvalidAnswers, match="no decision to tell"):
        issued_letters.issue(introduction(agreed))


def test_a_warning_letter_is_the_warning(landlord: Landlord) -> None:
    """S0: Fair Treatment Letter Mon 16 February, review Mon 16 March."""
    landlord.warn()
    stage = stages.need(landlord.context("2026-02-16"), "warning")
    stage.warned_on, stage.look_on = dt.date(2026, 1, 1), dt.date(2026, 1, 1)
    context = at(landlord, "fair_treatment", "2026-02-16", "amina")
    letter = issue(context, {**WARNED, **sent("2026-02-16")})
    decision = landlord.rows(Decision)[-1]
    assert (decision.kind, decision.owner_kind, decision.owner_id) == ("warning", "stage", stage.id)
    assert decision.reasons == WARNED["what_happened"]
    assert decision.letter_id == letter.id
    assert decision.appeal_until == dt.date(2026, 3, 16)
    assert (stage.warned_on, stage.look_on) == (dt.date(2026, 2, 16), dt.date(2026, 3, 16))
    said = plain(letter.html)
    assert "On Monday 16 March 2026 we will compare" in said
    assert "On 10 February you called six times." in said


def test_a_warning_that_cannot_be_appealed_says_nothing_of_an_appeal(landlord: Landlord) -> None:
    landlord.warn()
    set_figures(landlord, {"appeal.warning_letter": ("no", "yes/no")})
    context = at(landlord, "fair_treatment", "2026-02-16", "amina")
    letter = issue(context, {**WARNED, **sent("2026-02-16")})
    assert landlord.rows(Decision)[-1].appeal_until is None
    assert "If you disagree" not in letter.html


def test_a_letter_nobody_knows_is_told(landlord: Landlord) -> None:
    landlord.open()
    with pytest.raises(NotFound, match="called “thanks”"):
        letters.template_of(at(landlord, "thanks", "2026-01-12"))


def test_a_letter_can_be_named_by_a_control_variable(landlord: Landlord) -> None:
    landlord.open()
    context = at(
        landlord,
        "",
        "2026-01-12",
        calling={"letter_from": "review_letter"},
        variables={"review_letter": "cease"},
    )
    assert letters.letter_title(context) == "Your arrangement is coming to an end"


def test_a_letter_is_due_two_working_days_after_the_decision(agreed: Landlord) -> None:
    due = letters.letter_due(introduction(agreed, "2026-03-30"))
    assert due is not None
    assert (due.on, due.reason) == (dt.date(2026, 3, 30), "2 working days from Thu 26 Mar 2026.")


def test_a_letter_without_a_decision_is_due_from_the_day_it_was_wanted(landlord: Landlord) -> None:
    landlord.warn()
    due = letters.letter_due(at(landlord, "fair_treatment", "2026-02-16"))
    assert due is not None
    assert due.on == dt.date(2026, 2, 18)


def test_a_copy_goes_only_to_whoever_speaks_for_the_customer(agreed: Landlord) -> None:
    context = introduction(agreed)
    copied = {**ISSUED, "copy_to_third_party": "yes"}
    assert "copy_is_allowed" in problems(context, copied)
    letter = issue(context, {**copied, "copy_is_allowed": True})
    assert "Copy to: Lena Carter" in letter.html


def test_previews_change_nothing(agreed: Landlord) -> None:
    agreed.session.flush()
    preview(introduction(agreed), ISSUED)
    assert not agreed.session.dirty
    assert not agreed.session.new
    assert agreed.rows(Letter) == []
