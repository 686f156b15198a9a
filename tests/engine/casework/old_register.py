"""A landlord with a few people and one arrangement from an old register, to test casework on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from engine import clock
from engine.calendar import Calendar
from engine.casework.appeal_receipts import log_appeal
from engine.casework.appeals import work_out_dates
from engine.casework.context import Context
from engine.casework.take_over import take_over_arrangement
from engine.errors import InvalidAnswers, Problem
from engine.operations import REGISTRY
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import RoleHolder, User
from engine.tables.process import ProcessInstance
from engine.tables.releases import PolicyValue, Release
from forms import LetterTemplate

FORMS = Path(__file__).parents[3] / "forms" / "definitions"
BANK_HOLIDAYS = {
    dt.date(2026, 1, 1): "New Year's Day",
    dt.date(2026, 4, 3): "Good Friday",
    dt.date(2026, 4, 6): "Easter Monday",
    dt.date(2026, 5, 4): "Early May bank holiday",
    dt.date(2026, 5, 25): "Spring bank holiday",
    dt.date(2026, 8, 31): "Summer bank holiday",
    dt.date(2026, 12, 25): "Christmas Day",
    dt.date(2026, 12, 28): "Boxing Day",
    dt.date(2027, 1, 1): "New Year's Day",
    dt.date(2027, 3, 26): "Good Friday",
    dt.date(2027, 3, 29): "Easter Monday",
}
FIGURES: dict[str, Any] = {
    "appeal.sla": 5,
    "appeal.window": 28,
    "appeal.warning_letter": "yes",
    "emergency.route": "our Contact Centre on 0300 330 7003",
    "flags.confirm_within": 1,
    "flags.systems": ["JADU CRM", "Open Housing"],
    "hold.review": 3,
    "holding_letter.within": 1,
    "landlord.email_domain": "homes.example",
    "landlord.name": "Northfield Homes",
    "outbound_contact_rule": "Staff may contact the customer directly about their work",
    "partner.agreement": "DSA 7",
    "partner.name": "Westshire Council",
    "partner.share": "yes",
    "partner.share_within": 1,
    "complaint.acknowledge": 5,
    "complaint.answer": 10,
    "complaint.answer_again": 20,
    "complaint.extend": 10,
    "complaint.extend_again": 20,
    "retention.notice": 14,
    "retention.period": 6,
    "review.interval": 6,
    "review.late_notice_within": 1,
    "review.lead": 30,
    "review.request_sla": 10,
    "review.warn": 5,
    "spoc.response_time": 5,
    "take_over.letters_a_day": 0,
}
#: User name -> full name, role.
PEOPLE = {
    "amina": ("Amina Diallo", "team_leader"),
    "dorothy": ("Dorothy Marsh", "dmo"),
    "mark": ("Mark Osei", "manager"),
    "priya": ("Priya Nair", None),
    "tom": ("Tom Reed", None),
    "ann": ("Ann Abbot", "assistant_director"),
    "ben": ("Ben Brook", "assistant_director"),
    "cara": ("Cara Cole", "assistant_director"),
    "sid": ("Sid Shaw", "systems_team"),
    "nell": ("Nell Price", "complaints_manager"),
}
ANSWERS: dict[str, Any] = {
    "customer_name": "Jo Carter",
    "customer_kind": "tenant",
    "address": "4 Elm Court, Northfield",
    "tenancy_reference": "204518/02",
    "email": "jo.carter@mail.example",
    "decided_on": "2026-03-26",
    "decided_by": "mark",
    "took_part": ["ann", "dorothy"],
    "reasons": "Forty calls a day to six people.",
    "letter_on": "2026-03-27",
    "letter_complete": "yes",
    "owner": "amina",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "email",
    "contact_address": "priya.nair@homes.example",
    "visiting": "No restriction",
    "response_days": 5,
    "restrictions": [
        {"kind": "channel", "limit": "E-mail only", "reason": "Calls blocked the lines."}
    ],
    "from_on": "2026-04-01",
    "next_review_on": "2026-10-01",
}


@dataclass
class Register:
    """One session on an empty database with the landlord in it."""

    session: Session
    case_id: int | None = None
    arrangement_id: int | None = None
    appeal_id: int | None = None

    def context(self, on: str, actor: str = "dorothy", **more: Any) -> Context:
        """Give a context at nine in the morning of a date; keyword `figures` changes the policy."""
        now = clock.at_local(dt.datetime.fromisoformat(f"{on} 09:00" if len(on) == 10 else on))
        figures = {**FIGURES, **more.pop("figures", {})}
        ids: dict[str, Any] = {
            "parameter_set": "NPH_2022",
            "case_id": self.case_id,
            "arrangement_id": self.arrangement_id,
            "appeal_id": self.appeal_id,
        }
        return Context(
            session=self.session,
            actor=actor,
            now=now,
            today=now.astimezone(clock.LONDON).date(),
            calendar=Calendar(BANK_HOLIDAYS),
            policy=figures.__getitem__,
            release_id=1,
            letters={"introduction": _letter()},
            **{**ids, **more},
        )

    def take_over(self, on: str = "2026-03-27", **changed: Any) -> Arrangement:
        """Take over the arrangement and remember its case."""
        context = self.context(on)
        take_over_arrangement(context, {**ANSWERS, **changed}, {})
        self.case_id, self.arrangement_id = context.case_id, context.arrangement_id
        return self.arrangement()

    def arrangement(self) -> Arrangement:
        """Give the arrangement taken over."""
        return self.session.get_one(Arrangement, self.arrangement_id)

    def appeal(self, received_on: str, decision: str = "agreed", **changed: Any) -> None:
        """Log an appeal on the day it came, work out its dates, and remember it."""
        answers = {
            "decision": decision,
            "received_on": received_on,
            "received_by": "priya",
            "channel": "in_person",
            "grounds": "I never called forty times.",
            **changed,
        }
        context = self.context(received_on, "amina", appeal_id=None)
        log_appeal(context, answers, {})
        work_out_dates(context)
        self.appeal_id = context.appeal_id

    def answer(self, name: str, context: Context, raw: dict[str, Any]) -> forms.Answers:
        """Send raw answers through a form of ours, its checks and its recorder, as commands do.

        Raises InvalidAnswers with what the form or the case objects to.
        """
        form = forms.load_form(name, (FORMS / f"{name}.yaml").read_bytes())
        asked = [part for one in form.questions for part in (one, *getattr(one, "columns", ()))]
        names = {part.choices for part in asked if getattr(part, "choices", "")}
        offered = {provider: REGISTRY.choices[provider](context) for provider in names}
        try:
            answers = forms.check(form, raw, choices=offered, today=context.today)
        except forms.AnswersInvalid as wrong:
            raise InvalidAnswers([Problem(*one) for one in wrong.problems]) from wrong
        values = {**answers.values, **answers.restricted}
        problems = [one for check in form.checks for one in REGISTRY.checks[check](context, values)]
        if problems:
            raise InvalidAnswers(problems)
        if form.records:
            REGISTRY.recorders[form.records](context, dict(answers.values), answers.restricted)
        self.session.flush()
        return answers

    def instance(self, process_id: str, on: str, **more: Any) -> ProcessInstance:
        """Give a running instance about the arrangement, begun on a date."""
        row = ProcessInstance(
            process_id=process_id,
            release_id=1,
            parameter_set="NPH_2022",
            case_id=self.case_id,
            arrangement_id=self.arrangement_id,
            started_at=self.context(on).now,
            **more,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def rows(self, table: type[Any]) -> list[Any]:
        """Give every row of a table, oldest first."""
        return list(self.session.scalars(select(table).order_by(table.id)))


@contextmanager
def opened(database: Database) -> Iterator[Register]:
    """Give the landlord's register in a transaction that is kept when the block ends well."""
    with database.writing() as session:
        for name, (full_name, role) in PEOPLE.items():
            session.add(User(name=name, full_name=full_name, email=f"{name}@homes.example"))
            session.flush()
            if role:
                session.add(RoleHolder(role=role, user_name=name, from_on=dt.date(2020, 1, 1)))
        session.add(Release(id=1, number=1, made_at=clock.at_local(dt.datetime(2026, 1, 1))))
        session.flush()
        session.add(
            PolicyValue(
                release_id=1,
                parameter_set="NPH_2022",
                name="review.interval",
                value="6",
                unit="calendar months",
                source="R-082",
                minimum="3",
                maximum="12",
            )
        )
        session.flush()
        yield Register(session)


def _letter() -> LetterTemplate:
    return LetterTemplate(
        name="introduction",
        title="Your single point of contact",
        source="R-045",
        decisions=("agreed",),
        makes_decision="",
        appealable=True,
        appealable_if="",
        due_from="decided_on",
        due_within="",
        asks=(),
        blocks=(),
        required_blocks={},
    )
