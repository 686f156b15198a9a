"""A landlord with a few people, and one case taken through its stages by the forms themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from engine import clock
from engine.calendar import Calendar
from engine.calendar_table import published
from engine.casework import cases, evidence, stages
from engine.casework.context import Context
from engine.errors import Problem
from engine.operations import REGISTRY
from engine.releases.figures import Figure, read_figures
from engine.tables.casefile import Evidence, Submission
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.process import ProcessInstance
from engine.tables.releases import PolicyValue, Release

DEFINITIONS = Path("forms/definitions")
POLICY = Path("bpmn/decisions/policy.dmn")
SET = "NPH_2022"
#: User name -> full name, roles.
PEOPLE: dict[str, tuple[str, list[str]]] = {
    "amina": ("Amina Diallo", ["team_leader"]),
    "carl": ("Carl Boyd", ["team_leader"]),
    "mark": ("Mark Osei", ["manager"]),
    "maya": ("Maya Lind", ["manager"]),
    "dorothy": ("Dorothy Marsh", ["dmo"]),
    "priya": ("Priya Nair", []),
    "tom": ("Tom Reed", []),
    "ann": ("Ann Abbot", ["assistant_director"]),
}
OPENED: dict[str, Any] = {
    "customer_name": "Jo Carter",
    "customer_kind": "tenant",
    "address": "4 Elm Court\nNorthfield",
    "tenancy_reference": "204518/02",
    "email": "jo.carter@mail.example",
    "concern_on": "2026-01-09",
    "concern": "Nine calls to five people on one day about the same repair.",
    "behaviour_kinds": ["excessive_demands"],
    "demand_types": ["volume"],
    "allegation": "no",
    "owner": "amina",
}
TALKED: dict[str, Any] = {
    "talked_on": "2026-01-15",
    "channel": "telephone",
    "behaviour": "Nine calls on Fri 9 Jan, shouting in two of them.",
    "change_expected": "One call a day, to the repairs desk.",
    "what_may_follow": "A written warning, and after that a limit on contact.",
    "verbal_warning": "yes",
    "warned_on": "2026-01-15",
    "days_to_change": 14,
    "root_cause": "yes",
    "root_cause_text": "A boiler repair was missed twice.",
    "owed": [{"what": "Repair the boiler", "owner": "tom"}],
    "needs_known": "yes",
    "needs_detail": "Sleeps badly since an operation.",
    "support_offered": "yes",
    "support_agreed": "yes",
    "agency": "Northfield Advice",
    "third_party": "yes",
    "third_party_name": "Lena Carter",
    "third_party_relationship": "Sister",
    "third_party_contact": "01632 960 002",
    "other_side": "no",
    "authority_given_on": "2026-01-15",
    "third_party_scope": "Repairs only",
    "mediation": "not_offered",
}
CONTINUED: dict[str, Any] = {
    "mediation_since": "declined",
    "informal_outcome": "continued",
    "reasons": "Six more calls a day since.",
}
COMPARED: dict[str, Any] = {
    "counts_seen": ["before", "after"],
    "gaps": "Calls to mobiles are not logged.",
    "warning_outcome": "refer",
    "reasons": "Contact rose after the letter.",
}
REFERRED: dict[str, Any] = {
    "on_file": ["customer", "informal", "warning"],
    "history": [
        {
            "kind": "excessive_demands",
            "what": "Calls to many people about one repair",
            "frequency": "Six a day",
            "first_on": "2026-01-09",
            "last_on": "2026-03-16",
        }
    ],
    "why_formal": "Neither the talk nor the letter changed it.",
    "spoc": "priya",
    "cover": "tom",
    "discussed_with": "maya",
    "discussed_on": "2026-03-16",
    "meet_by": "2026-03-31",
}
MET: dict[str, Any] = {
    "held_on": "2026-03-26",
    "attendees": ["mark", "dorothy", "priya"],
    "severity": "Two people were in tears.",
    "instances": "Ninety calls since the letter.",
    "breadth_and_frequency": "Six people in three services, every day.",
    "why_difficult": "Two repairs were missed; each call restarts the matter.",
    "needs_and_circumstances": "Recovering from an operation.",
    "protected_characteristic": "No link found; we looked at health and age.",
    "equality_needs": "Calls back in the afternoon.",
    "equality_conclusion": "We call back after noon.",
    "ways_to_mend": "One person who knows the matter.",
    "less_restrictive": "A weekly call was tried in February.",
    "proportionality": "Contact stays possible each day, through one person.",
}
AGREED: dict[str, Any] = {
    **MET,
    "formal_outcome": "agreed",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "email",
    "method_fits": "yes",
    "visiting": "Not limited",
    "response_days": 5,
    "from_on": "2026-04-01",
    "review_months": 6,
    "support": "Northfield Advice, offered again.",
}


@dataclass
class Landlord:
    """One session on an empty database with the landlord in it, and at most one case."""

    session: Session
    figures: dict[str, Figure]
    ids: dict[str, int | None] = field(default_factory=dict)
    #: What the referral cites.
    cited: list[int] = field(default_factory=list)

    def context(self, on: str, actor: str = "amina", **more: Any) -> Context:
        """Give a context at nine in the morning of a date, or at the time given with it."""
        text = on if ":" in on else f"{on} 09:00"
        now = clock.at_local(dt.datetime.fromisoformat(text))
        return Context(
            session=self.session,
            actor=actor,
            now=now,
            today=now.astimezone(clock.LONDON).date(),
            calendar=Calendar(dict(published())),
            policy=lambda name: self.figures[name].value,
            parameter_set=SET,
            release_id=1,
            **{"case_id": self.ids.get("case_id"), "instance_id": 1, **self.ids, **more},
        )

    def answer(
        self, form: str, on: str, answers: dict[str, Any], actor: str = "amina", **more: Any
    ) -> Context:
        """Answer a form as a person does: checked against its file and the case, then recorded."""
        context = self.context(on, actor, **more)
        loaded = form_named(form)
        answered, problems = _checked(loaded, answers, context)
        assert problems == []
        REGISTRY.recorders[loaded.records](context, answered.values, answered.restricted)
        self.session.flush()
        return context

    def problems(
        self, form: str, on: str, answers: dict[str, Any], actor: str = "amina", **more: Any
    ) -> dict[str, str]:
        """Give what form and case object to, by question; {} when nothing."""
        try:
            _, found = _checked(form_named(form), answers, self.context(on, actor, **more))
        except forms.AnswersInvalid as error:
            return dict(error.problems)
        return {problem.question: problem.message for problem in found}

    def keep(self, form: str, answers: dict[str, Any]) -> None:
        """Keep the answers to a form, as a command keeps them beside what it records."""
        self.session.add(
            Submission(
                case_id=self.ids["case_id"],
                release_id=1,
                form=form,
                answers=answers,
                by="amina",
                at=clock.at_local(dt.datetime(2026, 2, 16, 9)),
            )
        )
        self.session.flush()

    def rows(self, table: Any) -> list[Any]:
        """Give every row of a table, oldest first."""
        return list(self.session.scalars(select(table).order_by(table.id)))

    def evidence(self, on: str, kind: str = "first_hand", text: str = "Called six times.") -> int:
        """Add a record of something that happened that day; gives its number."""
        self.answer(
            "add_evidence",
            f"{on} 18:00",
            {**RECORD, "happened_on": on, "what_happened": text, "evidence_class": kind},
        )
        return int(max(record.id for record in self.rows(Evidence)))

    def open(self, on: str = "2026-01-12", **changed: Any) -> None:
        """Open a case and describe it."""
        self.ids["case_id"] = None
        self.ids["case_id"] = cases.open_case(self.context(on)).id
        self.answer("open_case", on, {**OPENED, **changed})

    def warn(self, **changed: Any) -> None:
        """Go on to the end of the informal stage: the behaviour continued."""
        if self.ids.get("case_id") is None:
            self.open()
        self.answer("informal_conversation", "2026-01-15", {**TALKED, **changed})
        cited = self.evidence("2026-02-10")
        self.answer("informal_outcome", "2026-02-16", {**CONTINUED, "cites": [cited]})
        stages.warning_was_issued(
            self.context("2026-02-16"), dt.date(2026, 2, 16), dt.date(2026, 3, 16)
        )
        evidence.start_log(self.context("2026-02-16"))

    def refer(self) -> list[int]:
        """Go on to the referral; gives the evidence it cites."""
        self.warn()
        cited = [self.evidence("2026-03-10"), self.evidence("2026-03-11")]
        self.answer("compare_contact", "2026-03-16", {**COMPARED, "cites": cited})
        self.answer("referral", "2026-03-17", {**REFERRED, "cites": cited})
        self.answer("check_referral", "2026-03-17", {"referral_complete": "yes"}, "dorothy")
        return cited

    def agreement(self, cited: list[int], **changed: Any) -> dict[str, Any]:
        """Give the answers of a meeting that agrees on a single point of contact."""
        reasons = [{"reason": "Ninety calls in four weeks.", "evidence": cited}]
        limits = [{"kind": "channel", "limit": "E-mail only", "reason": "Calls block lines."}]
        ours = {"contact_address": f"priya.nair@{self.figures['landlord.email_domain'].text}"}
        return {**AGREED, **ours, "reasons": reasons, "restrictions": limits, **changed}


RECORD: dict[str, Any] = {
    "channel": "telephone",
    "behaviour_kind": "excessive_demands",
    "witness": "Carl Boyd",
    "service_withdrawn": "no",
    "attested": ["relevant", "factual", "substantiated", "no_personal_comment"],
}


def form_named(name: str) -> forms.Form:
    """Load one form file."""
    return forms.load_form(name, (DEFINITIONS / f"{name}.yaml").read_bytes())


def _checked(
    form: forms.Form, raw: dict[str, Any], context: Context
) -> tuple[forms.Answers, list[Problem]]:
    questions = [
        one for question in form.questions for one in (question, *getattr(question, "columns", ()))
    ]
    names = {getattr(question, "choices", "") for question in questions} - {""}
    offered = {name: list(REGISTRY.choices[name](context)) for name in names}
    answers = forms.check(form, raw, choices=offered, today=context.today)
    everything = {**answers.values, **answers.restricted}
    found = [
        problem for name in form.checks for problem in REGISTRY.checks[name](context, everything)
    ]
    return answers, found


@contextmanager
def at_work(database: Database) -> Iterator[Landlord]:
    """Give the landlord at work on an empty database."""
    figures, _ = read_figures(POLICY.read_bytes())
    ours = {figure.name: figure for figure in figures if figure.parameter_set == SET}
    with database.writing() as session:
        landlord = Landlord(session, ours)
        began = clock.at_local(dt.datetime(2026, 1, 1))
        session.add(Release(id=1, number=1, made_at=began, published_at=began))
        session.flush()
        session.add(
            ProcessInstance(
                id=1, process_id="spoc_case", release_id=1, parameter_set=SET, started_at=began
            )
        )
        session.add_all(_value(figure) for figure in ours.values())
        for name, (full_name, roles) in PEOPLE.items():
            session.add(User(name=name, full_name=full_name, email=f"{name}@homes.example"))
            session.flush()
            session.add_all(
                RoleHolder(role=role, user_name=name, from_on=dt.date(2025, 1, 1)) for role in roles
            )
        session.flush()
        yield landlord


def _value(figure: Figure) -> PolicyValue:
    return PolicyValue(
        release_id=1,
        parameter_set=figure.parameter_set,
        name=figure.name,
        value=figure.text,
        unit=figure.unit,
        source=figure.source,
        minimum=figure.minimum or None,
        maximum=figure.maximum or None,
    )
