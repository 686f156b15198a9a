"""Every page and whom it exists for; what is not here fails tests/test_visibility.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.casework import contact_logging, disagreements, file_rights
from engine.casework.kept_apart import kept_from
from engine.casework.matrix import NEEDS, Part
from engine.casework.tasks_seen import sees_work_item
from engine.casework.visibility import needs, opens, parts_of
from engine.errors import NotFound
from engine.operations import ACTIONS, DOORS
from engine.queries import Person
from engine.queries.case_page import SECTIONS
from engine.tables.casefile import CaseFile, Evidence, Submission
from engine.tables.data_requests import DataCopy, DataRequest
from engine.tables.decisions import Appeal, Decision, Letter
from engine.tables.emergency import EmergencyAccess
from engine.tables.files import EvidenceFile
from engine.tables.policy_control import ImpactAssessment, PolicyReview
from engine.tables.process import Incident, ProcessInstance, WorkItem

#: Tasks, letters, answers and runs of one case that are opened, the newest first.
_MOST = 3


@dataclass
class Look:
    """One person before the database, and one case that pages may be about."""

    session: Session
    person: Person
    case_id: int = 0
    _parts: frozenset[Part] | None = field(default=None)

    @property
    def parts(self) -> frozenset[Part]:
        """Give the parts of the case that exist for this person; none is possible."""
        if self._parts is None:
            try:
                self._parts = parts_of(self.session, self.person, self.case_id)
            except NotFound:
                self._parts = frozenset()
        return self._parts


#: What stands in an address, and whether the page exists for this person: True, False, or None
#: where they may ask for it and still find that there is nothing to do.
Asked = tuple[dict[str, Any], bool | None]
Rule = Callable[[Look], Iterator[Asked]]


def everybody(look: Look) -> Iterator[Asked]:
    """A page for whoever has signed in; what it lists is another matter."""
    yield {}, True


def anybody(look: Look) -> Iterator[Asked]:
    """Something whoever has signed in may ask for, and find that there is nothing to do."""
    yield {}, None


def page(name: str, /, **arguments: Any) -> Rule:
    """A page about no single case, as the matrix has it in ``PAGES``."""
    return lambda look: iter([(arguments, opens(look.person, name))])


def within(name: str, /, **arguments: Any) -> Rule:
    """Something behind such a page, which need not be there."""
    return lambda look: iter([(arguments, None if opens(look.person, name) else False)])


def part(needed: Part, **arguments: Any) -> Rule:
    """A page of a case that shows one part of it."""
    return lambda look: iter([({"case_id": look.case_id, **arguments}, needed in look.parts)])


def _sections(look: Look) -> Iterator[Asked]:
    for name, needed in SECTIONS.items():
        if name != "overview":
            yield {"case_id": look.case_id, "section": name}, needed in look.parts


def _letters(look: Look) -> Iterator[Asked]:
    kept = kept_from(look.parts)
    for id_ in _newest(look, Letter):
        sees = Part.LETTERS in look.parts
        sees = sees and look.session.get_one(Letter, id_).template not in kept
        yield {"case_id": look.case_id, "letter_id": id_}, sees


def _answers(look: Look) -> Iterator[Asked]:
    kept = kept_from(look.parts)
    of_run = ProcessInstance.id == Submission.instance_id
    rows = (
        select(Submission.id, Submission.by, Submission.form, ProcessInstance.process_id)
        .outerjoin(ProcessInstance, of_run)
        .where(Submission.case_id == look.case_id)
    )
    first = (Submission.restricted.is_(None), Submission.id.desc())
    for id_, by, form, process in look.session.execute(rows.order_by(*first).limit(_MOST)):
        is_shown = Part.TIMELINE in look.parts and not {form, process} & kept
        sees = by == look.person.name or is_shown
        yield {"case_id": look.case_id, "submission_id": id_}, sees


def _runs(look: Look) -> Iterator[Asked]:
    for id_ in _newest(look, ProcessInstance):
        is_kept = look.session.get_one(ProcessInstance, id_).process_id in kept_from(look.parts)
        yield {"instance_id": id_}, Part.DIAGRAMS in look.parts and not is_kept


def _tasks(look: Look) -> Iterator[Asked]:
    for id_ in _newest(look, WorkItem):
        seen = select(WorkItem.id).where(WorkItem.id == id_, sees_work_item(look.person))
        yield {"work_item_id": id_}, look.session.scalar(seen) is not None


def at_task(**more: Any) -> Rule:
    """Something done at a task; one of their role that a colleague was quicker at is told so."""

    def rule(look: Look) -> Iterator[Asked]:
        for arguments, sees in _tasks(look):
            item = look.session.get_one(WorkItem, arguments["work_item_id"])
            told = sees or item.role in look.person.roles
            yield {**arguments, **more}, None if told else False

    return rule


def _actions(look: Look) -> Iterator[Asked]:
    """Every action; whoever sees enough of the case may still find nothing to do, which is 404.

    One that is for others by their role alone is refused, not hidden, to who sees the case.
    """
    for name, roles in ACTIONS.items():
        sees = needs(name) in look.parts or (look.parts and roles and name not in NEEDS)
        sees = sees or (name == contact_logging.ACTION and _may_log(look))
        yield {"case_id": look.case_id, "action": name}, None if sees else False


def _messages(look: Look) -> Iterator[Asked]:
    """Every message from outside: one about a case needs as much of it as an action does."""
    for name, door in DOORS.items():
        sees = door.about is None or needs(name) in look.parts or (look.parts and door.roles)
        yield {"case_id": look.case_id, "message": name}, None if sees else False


def _disagreement(look: Look) -> Iterator[Asked]:
    """Hearing a customer who disagrees: whoever may find one may, once something was decided."""
    case = look.session.get_one(CaseFile, look.case_id)
    may = disagreements.may_be_logged_by(look.session, case, look.person.roles)
    yield {"case_id": look.case_id}, None if may or look.parts else False


#: Paper -> what of the case it is made of.
_PAPERS = {
    "summary": {Part.CARD},
    "agenda": {Part.DECISIONS, Part.EVIDENCE, Part.CONTACTS},
    "told": {Part.LETTERS},
}


def _papers(look: Look) -> Iterator[Asked]:
    for paper, needed in _PAPERS.items():
        sees = look.parts >= needed
        yield {"case_id": look.case_id, "paper": paper}, None if sees else False


def _printed(look: Look) -> Iterator[Asked]:
    """The same as PDF, which takes long to make: asked for by those it does not exist for."""
    return (asked for asked in _papers(look) if asked[1] is False)


def _data_requests(look: Look) -> Iterator[Asked]:
    """Who else is in somebody's data: only for who reads all of the case (R-104)."""
    sees = {Part.RETENTION, Part.RESTRICTED} <= look.parts
    rows = select(DataRequest.id).where(DataRequest.case_id == look.case_id)
    for number in look.session.scalars(rows):
        yield {"request_id": number}, sees


def _data_copies(look: Look) -> Iterator[Asked]:
    sees = {Part.RETENTION, Part.RESTRICTED} <= look.parts
    rows = select(DataCopy.id).where(DataCopy.case_id == look.case_id)
    for number in look.session.scalars(rows):
        yield {"copy_id": number}, sees


def _comment(look: Look) -> Iterator[Asked]:
    sees = Part.TIMELINE in look.parts
    yield {"case_id": look.case_id}, None if sees else False


def _loggable(look: Look) -> Iterator[Asked]:
    """Logging a contact: of a case one sees the letters of, or whose arrangement callers shows."""
    yield {"case_id": look.case_id}, None if _may_log(look) else False


def _may_log(look: Look) -> bool:
    may = contact_logging.may_log(look.person, clock.today())
    found = select(CaseFile.id).where(CaseFile.id == look.case_id, may)
    return look.session.scalar(found) is not None


def _emergency(look: Look) -> Iterator[Asked]:
    """Ending an emergency access: one's own, or any for those who see the log."""
    access = look.session.get_one(EmergencyAccess, 1)
    may_end = access.user_name == look.person.name or opens(look.person, "log")
    yield {"access_id": 1}, None if may_end else False


def _evidence(look: Look) -> Iterator[Asked]:
    for id_ in _newest(look, Evidence):
        adds = Part.EVIDENCE_ADDED in look.parts
        yield {"case_id": look.case_id, "evidence_id": id_}, None if adds else False


def _files(look: Look) -> Iterator[Asked]:
    for file in look.session.scalars(
        select(EvidenceFile).where(EvidenceFile.case_id == look.case_id).limit(_MOST)
    ):
        sees = file_rights.may_open(file, look.person, look.parts)
        yield {"case_id": look.case_id, "file_id": file.id}, None if sees else False


def _appeals(look: Look) -> Iterator[Asked]:
    for id_ in _newest(look, Appeal):
        sees = opens(look.person, "wrong dates") and Part.DECISIONS in look.parts
        yield {"case_id": look.case_id, "appeal_id": id_}, sees


def _decisions(look: Look) -> Iterator[Asked]:
    dated = Decision.appeal_until.is_not(None)
    for id_ in _newest(look, Decision, dated):
        sees = opens(look.person, "wrong dates") and Part.DECISIONS in look.parts
        yield {"case_id": look.case_id, "decision_id": id_}, sees


def _assessments(look: Look) -> Iterator[Asked]:
    """An impact assessment: with the policy's page, and for who reviews or approves it (R-122)."""
    theirs = select(ImpactAssessment.id, PolicyReview.reviewer, PolicyReview.approver)
    for id_, *named in look.session.execute(theirs.join_from(ImpactAssessment, PolicyReview)):
        sees = opens(look.person, "policy") or look.person.name in named
        yield {"assessment_id": id_}, sees


def _reviews(look: Look) -> Iterator[Asked]:
    """A review of the policy: with the policy's page, and for who reviews or approves it."""
    theirs = select(PolicyReview.id, PolicyReview.reviewer, PolicyReview.approver)
    for id_, *named in look.session.execute(theirs):
        yield {"review_id": id_}, opens(look.person, "policy") or look.person.name in named


def _stuck(look: Look) -> Iterator[Asked]:
    for id_ in _newest(look, Incident, Incident.resolved_at.is_(None)):
        yield {"incident_id": id_}, None if opens(look.person, "stuck steps") else False


def _newest(look: Look, row: Any, *more: Any) -> list[int]:
    ids = select(row.id).where(row.case_id == look.case_id, *more).order_by(row.id.desc())
    return list(look.session.scalars(ids.limit(_MOST)))


_SOMEBODY: dict[str, Any] = {"name": "priya"}
_DRAFT: dict[str, Any] = {"draft_id": 2}
_FILE = {**_DRAFT, "path": "bpmn/appeal.bpmn"}
_STEP = {**_DRAFT, "name": "appeal", "element_id": "decide_appeal"}
#: Endpoints that ask nobody who they are.
OPEN_TO_ALL = frozenset(
    {
        *("static", "sign_in.page", "sign_in.enter", "sign_in.out"),
        *("partner_api.notices", "partner_api.acknowledgements"),
        *("sign_in.there", "sign_in.back", "sign_in.emergency", "sign_out.by_provider"),
        "flag_answers.take",
    }
)
#: Endpoint -> whom it exists for.
PAGES: Mapping[str, Rule] = {
    **dict.fromkeys(("sign_in.home", "tasks.listed", "cases.listed", "my_emails.shown"), everybody),
    **dict.fromkeys(
        ("sign_in.leave", "clock.forward", "doors.raise_a_concern", "my_emails.chosen"), anybody
    ),
    "task.opened": _tasks,
    **dict.fromkeys(("tasks.start", "tasks.put_back", "task.check", "task.complete"), at_task()),
    **dict.fromkeys(("task.page", "task.answer"), at_task(page_id="answer")),
    "task.letter_pdf": at_task(),
    "cases.shown": part(Part.CARD),
    "cases.section": _sections,
    **dict.fromkeys(("cases.letter", "cases.letter_pdf"), _letters),
    "cases.answers": _answers,
    "doors.act": _actions,
    "doors.message": _messages,
    "disagreements.searched": page("customers"),
    **dict.fromkeys(("disagreements.heard", "disagreements.logged"), _disagreement),
    "complaints.listed": page("complaints"),
    "absences.listed": everybody,
    "policy_control.shown": page("policy"),
    "policy_control.assessment": _assessments,
    "policy_control.review": _reviews,
    **dict.fromkeys(("exceptions.listed", "exceptions.as_file"), page("exceptions")),
    "my_customers.listed": page("my customers"),
    "ombudsman_orders.listed": page("ombudsman orders"),
    "retention.listed": page("retention"),
    **dict.fromkeys(("retention.dry_run", "retention.deleted"), page("retention of each case")),
    "retention.certificate": within("retention of each case", case_id=1),
    "partner.overview": page("partner"),
    "partner.owners": page("partner"),
    "partner.compared": page("partner notices"),
    "partner.notices_file": page("partner notices"),
    "data_requests.listed": page("data requests"),
    **dict.fromkeys(
        ("data_requests.shown", "data_requests.decide", "data_requests.make"), _data_requests
    ),
    "data_requests.download": _data_copies,
    "daily.comment": _comment,
    "papers.shown": _papers,
    "papers.pdf": _printed,
    **dict.fromkeys(("daily.hand_over", "daily.put_off"), at_task()),
    "callers.looked_up": page("callers"),
    **dict.fromkeys(("register.listed", "register.as_file"), page("register")),
    **dict.fromkeys(("flags.listed", "flags.sent_to"), page("flags")),
    "flags.worklist": within("flags"),
    **dict.fromkeys(("flags.confirmed", "flags.compared"), within("flags")),
    **dict.fromkeys(
        ("flags.comparison", "flags.keep", "flags.put_aside"), within("flags", comparison_id=1)
    ),
    **dict.fromkeys(("flags.ask", "flags.done"), within("flags", comparison_id=1, difference_id=1)),
    **dict.fromkeys(("post.listed",), page("letters to post")),
    "post.made": within("letters to post"),
    **dict.fromkeys(
        ("post.shown", "post.pdf", "post.posted"), within("letters to post", pack_id=1)
    ),
    "sign_ins.listed": page("sign-ins"),
    "sign_ins.looked_at": within("sign-ins", use_id=1),
    **dict.fromkeys(("running.listed", "running.as_file"), page("running")),
    "running.drawn": page("running", process_id="appeal"),
    "runs.shown": _runs,
    "contacts.find": page("callers"),
    **dict.fromkeys(("contacts.log", "contacts.now"), _loggable),
    "contact_imports.listed": page("contact imports"),
    **dict.fromkeys(
        (
            *("contact_imports.shown", "contact_imports.wrong", "contact_imports.begin"),
            *("contact_imports.discard", "contact_imports.stop", "contact_imports.resume"),
        ),
        within("contact imports", import_id=1),
    ),
    **dict.fromkeys(
        ("register_imports.listed", "register_imports.template"), page("register imports")
    ),
    **dict.fromkeys(
        (
            *("register_imports.shown", "register_imports.left", "register_imports.begin"),
            *("register_imports.discard", "register_imports.columns", "register_imports.choices"),
            *("register_imports.stop", "register_imports.resume"),
        ),
        within("register imports", import_id=1),
    ),
    **dict.fromkeys(("evidence.adding", "evidence.add"), _evidence),
    **dict.fromkeys(("evidence.download", "evidence.remove"), _files),
    "diagrams.drawn": page("diagrams", release_id=1, process_id="appeal"),
    **dict.fromkeys(("stuck.listed", "undelivered.listed"), page("stuck steps")),
    **dict.fromkeys(("stuck.retry", "stuck.let_go"), _stuck),
    **dict.fromkeys(
        ("stuck.again", "undelivered.chosen", "undelivered.given_up"), within("stuck steps")
    ),
    **dict.fromkeys(
        ("wrong_dates.listed", "wrong_dates.calendar", "wrong_dates.appeal_time"),
        page("wrong dates"),
    ),
    "other_contacts.listed": page("other contacts"),
    "other_contacts.shown": within("other contacts", **_SOMEBODY),
    "wrong_dates.receipt": _appeals,
    "wrong_dates.time_of_one": _decisions,
    "batches.listed": page("batches"),
    **dict.fromkeys(
        (
            *("batches.shown", "batches.begin", "batches.stop", "batches.resume"),
            *("batches.discard", "batches.undo", "moving.steps"),
        ),
        within("batches", batch_id=1),
    ),
    "moving.chosen": page("moving"),
    "processes.listed": page("processes"),
    "processes.shown": page("processes", process_id="appeal"),
    **dict.fromkeys(("drafts.listed", "versions.listed"), page("drafts")),
    **dict.fromkeys(("drafts.start", "versions.compared"), within("drafts")),
    "drafts.change": within("drafts", process_id="appeal"),
    **dict.fromkeys(
        (
            *("drafts.shown", "drafts.rename", "drafts.discard", "drafts.bring_up_to_date"),
            *("draft_preview.vocabulary", "draft_preview.due", "draft_transfer.archive"),
            *("draft_transfer.uploading", "draft_transfer.upload", "draft_transfer.copy"),
            *("publishing.changes", "publishing.hand_in", "publishing.take_back"),
            *("publishing.approval", "publishing.send_back", "publishing.approve"),
        ),
        within("drafts", **_DRAFT),
    ),
    **dict.fromkeys(
        (
            *("draft_files.edit", "draft_files.write", "draft_files.undo", "draft_files.remove"),
            *("draft_saving.save", "draft_saving.check", "draft_preview.preview"),
            *("draft_transfer.raw", "publishing.changes_of"),
        ),
        within("drafts", **_FILE),
    ),
    **dict.fromkeys(
        (
            *("draft_steps.listed", "draft_steps.edit", "draft_steps.change", "draft_steps.add"),
            "draft_steps.remove",
        ),
        within("drafts", **_STEP),
    ),
    **dict.fromkeys(
        ("setting_up.overview", "setting_up.days", "setting_up.email"), page("setting up")
    ),
    **dict.fromkeys(("log.listed", "log.verified", "log.emergencies"), page("log")),
    "log.seen": within("log", access_id=1),
    "emergency.asked": page("emergency access"),
    "emergency.ended": _emergency,
    "setting_up.own": page("setting up", part="landlord"),
    **dict.fromkeys(("people.listed", "people.roles", "people.add"), page("setting up")),
    **dict.fromkeys(
        ("people.shown", "people.change", "people.give_role", "people.leaves"),
        page("setting up", **_SOMEBODY),
    ),
    "people.change_role": within("setting up", **_SOMEBODY, holder_id=1),
    "versions.restore": within("drafts", number=1),
    "versions.archive": page("drafts", number=1),
    "versions.file": page("drafts", number=1, path="bpmn/appeal.bpmn"),
}
