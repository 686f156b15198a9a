"""What a form page needs: the form, the lists it offers, what is filled in already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session, undefer

import forms
from engine.calendar import Due
from engine.casework import letter_pdf, letters, people
from engine.casework.audit import RESTRICTED_READ, Chain, Entry
from engine.casework.context import Context
from engine.commands.actions import open_action
from engine.commands.answers import form_named, form_of_item, letter_of, offered
from engine.commands.contexts import context_of_instance
from engine.commands.host import CaseHost
from engine.commands.instances import door_named, open_door
from engine.commands.permission import check_may_do
from engine.errors import NotAllowed, NotFound
from engine.installation import read_surroundings
from engine.operations import REGISTRY
from engine.releases import bundle
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import ProcessInstance, WorkItem

#: Put together once: every page of a form asks for it.
_AT_TASK = (
    select(
        WorkItem,
        ProcessInstance,
        people.holds(bindparam("by"), WorkItem.role, bindparam("today", type_=Date)),
    )
    .join(ProcessInstance, ProcessInstance.id == WorkItem.instance_id)
    .where(WorkItem.id == bindparam("work_item_id"))
    .options(undefer(WorkItem.draft))
)


@dataclass(frozen=True)
class FormView:
    """One form as one person sees it now."""

    form: forms.Form
    #: Provider name -> what it offers.
    choices: dict[str, list[forms.Choice]] = field(default_factory=dict)
    #: First values by question id, from the case; never forced.
    defaults: dict[str, Any] = field(default_factory=dict)
    #: What was typed and saved before; None when nothing was.
    draft: dict[str, Any] | None = None
    draft_saved_at: dt.datetime | None = None
    draft_saved_by: str | None = None
    #: Why this person may look but not act; None when they may act.
    read_only: str | None = None
    #: The date in London, by which answers are judged.
    today: dt.date = dt.date.min

    @property
    def raw(self) -> dict[str, Any]:
        """Give the answers to begin with: the draft, else the defaults."""
        return self.draft if self.draft is not None else dict(self.defaults)


def form_of_task(db: Database, work_item_id: int, *, by: str) -> FormView:
    """Give the form of a task with its lists, defaults and draft.

    Raises NotFound when there is no such task for this person, Rejected when it is over.
    A task that is somebody else's comes with ``read_only`` set. Whoever goes on with a draft in
    which somebody else typed restricted answers is noted in the case's chain before (R-103).
    """
    with db.reading() as session:
        item, host, read_only = _at_task(session, work_item_id, by)
        form = form_of_item(host.bundle, item, host.context.variables)
        is_read = read_only is None and _holds_restricted(form, item, by)
        case_id = item.case_id
        view = FormView(
            form=form,
            choices=offered(form, host.context),
            defaults=_defaults(form, host.context),
            draft=item.draft if read_only is None else None,
            draft_saved_at=item.draft_saved_at,
            draft_saved_by=item.draft_saved_by,
            read_only=read_only,
            today=host.context.today,
        )
    if is_read and case_id is not None:
        _note_reading(db, case_id, work_item_id, by)
    return view


def form_of_message(
    db: Database, message: str, *, by: str, refs: Mapping[str, int] | None = None
) -> FormView:
    """Give the form of a door, such as an appeal or an arrangement to take over."""
    with db.reading() as session:
        around = read_surroundings(session)
        context = open_door(session, around, message, by=by, refs=refs or {})
        form = form_named(bundle(session, context.release_id), door_named(message).form)
        return _offered_form(form, context)


def form_of_action(db: Database, action: str, case_id: int, *, by: str) -> FormView:
    """Give the form of an action of the case page."""
    with db.reading() as session:
        around = read_surroundings(session)
        context = open_action(session, around, action, case_id, by=by)
        form = form_named(bundle(session, context.release_id), action)
        return _offered_form(form, context)


def letter_preview(
    db: Database, work_item_id: int, raw: Mapping[str, Any], *, by: str
) -> letters.Preview:
    """Show the letter as it stands with these answers, its missing parts marked."""
    with db.reading() as session:
        item, host, _ = _at_task(session, work_item_id, by)
        template = letter_of(host.bundle, item.calling, host.context.variables)
        form = form_of_item(host.bundle, item, host.context.variables)
        values = forms.values_so_far(
            form, raw, choices=offered(form, host.context), today=host.context.today
        )
        return letters.preview(host.context, template, values)


def letter_preview_pdf(
    db: Database, work_item_id: int, raw: Mapping[str, Any], *, by: str
) -> bytes | None:
    """Give the preview as a PDF, marked as one; None where the machine cannot make PDFs."""
    made = letter_preview(db, work_item_id, raw, by=by)
    return letter_pdf.as_pdf(made.html, made.title)


def working_day_ahead(db: Database, count: int) -> dt.date:
    """Give the date that many working days after today."""
    with db.reading() as session:
        around = read_surroundings(session)
        return around.calendar.working_days(around.today, count).on


def today(db: Database) -> dt.date:
    """Give the date in London, as the installation's clock says."""
    with db.reading() as session:
        return read_surroundings(session).today


def now(db: Database) -> dt.datetime:
    """Give the moment, as the installation's clock says."""
    with db.reading() as session:
        return read_surroundings(session).now


def _offered_form(form: forms.Form, context: Context) -> FormView:
    return FormView(form, offered(form, context), _defaults(form, context), today=context.today)


def _at_task(session: Session, work_item_id: int, by: str) -> tuple[WorkItem, CaseHost, str | None]:
    """Stand where a task stands: its item, its context, and why `by` may only look.

    The instance's state is not loaded: what the context needs of it is kept with the item.
    """
    around = read_surroundings(session)
    values = {"work_item_id": work_item_id, "by": by, "today": around.today}
    row = session.execute(_AT_TASK, values).one_or_none()
    if row is None:
        raise NotFound(f"Expected a task {work_item_id}, but there is none.")
    item, instance, holds_role = row
    read_only = None
    try:
        check_may_do(session, item, by, around.today, holds_role=holds_role)
    except NotAllowed as refusal:
        read_only = str(refusal)
    parsed = bundle(session, instance.release_id)
    context = context_of_instance(session, around, instance, parsed, by)
    context.work_item_id = item.id
    element = parsed.definitions.diagram(item.process_id).elements[item.element_id]
    host = CaseHost(context, parsed)
    host.at(element, item.calling, item.variables)
    return item, host, read_only


def _defaults(form: forms.Form, context: Context) -> dict[str, Any]:
    """Ask the case for the first value of each question that names a fact."""
    found: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for question in form.questions:
        name = question.default_from
        if name in REGISTRY.facts and name not in known:
            known[name] = REGISTRY.facts[name](context)
        value = _said(known.get(name), question.id)
        if value not in (None, "", []):
            found[question.id] = value
    return found


def _said(value: Any, question: str) -> Any:
    """Give a fact as it is typed; one that is several answers has one for the question."""
    if isinstance(value, Mapping):
        value = value.get(question)
    if isinstance(value, Due):
        value = value.on
    return value.isoformat() if isinstance(value, dt.date) else value


def _holds_restricted(form: forms.Form, item: WorkItem, by: str) -> bool:
    """Tell whether the draft of a task holds restricted answers that somebody else typed."""
    if not item.draft or item.draft_saved_by in (None, by):
        return False
    restricted = {question.id for question in form.questions_and_columns if question.restricted}
    typed = {name.replace("-", ".").split(".")[0] for name, said in item.draft.items() if said}
    return bool(restricted & typed)


def _note_reading(db: Database, case_id: int, work_item_id: int, by: str) -> None:
    with db.writing() as session:
        case = session.get(CaseFile, case_id, with_for_update=True)
        if case is None:
            raise NotFound
        entry = Entry(RESTRICTED_READ, "work_item", work_item_id, actor=by)
        Chain.of_case(session, case).add(entry, at=read_surroundings(session).now)
