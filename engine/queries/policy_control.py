"""The control page of the policy document: versions, dates, reviews, assessments (R-112, R-113)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

import forms
from engine.calendar import Due, said
from engine.casework import impact_rules, people, policy_dates, policy_of_release
from engine.casework.impact_assessments import is_only_author
from engine.casework.tasks_seen import may_see_task
from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.own_values import figure_here
from engine.queries import words
from engine.queries.people import Person
from engine.queries.policy_documents import Document, read_with
from engine.queries.policy_receipts import receipts, training, version_to_read
from engine.queries.reading import Reading, reading
from engine.releases import Bundle, bundle, current_release_id
from engine.tables.database import Database
from engine.tables.policy_control import (
    ImpactAssessment,
    PolicyDistribution,
    PolicyOfRelease,
    PolicyReview,
    PolicyVersion,
)
from engine.tables.process import WorkItem
from engine.tables.releases import Release

__all__ = [
    "AssessmentPage",
    "AssessmentRow",
    "PolicyPage",
    "ReviewPage",
    "ReviewRow",
    "VersionRow",
    "assessment",
    "control_page",
    "exemption",
    "figures",
    "needs_exemption",
    "review",
    "version_to_read",
]
_FORM = "impact_assessment"
_MOST = 100


@dataclass(frozen=True)
class VersionRow:
    """One version with its line of the revision table."""

    number: str
    approved_on: dt.date
    effective_on: dt.date
    approver: str
    contact_officer: str
    responsible_officer: str
    changes: str
    #: Each with to whom, and when.
    distribution: tuple[tuple[str, dt.date], ...]


@dataclass(frozen=True)
class ReviewRow:
    """One review, open or over."""

    id: int
    kind: str
    due_on: dt.date
    due_words: str
    is_late: bool
    #: How it stands, in a sentence.
    standing: str
    #: Its open task, None where none is open that this person may see.
    task_id: int | None


@dataclass(frozen=True)
class AssessmentRow:
    """One impact assessment in short."""

    id: int
    version: str
    #: How it stands, in a sentence.
    standing: str
    #: What keeps it from being signed, a sentence for each row; () once it is signed.
    unaddressed: tuple[str, ...]


@dataclass(frozen=True)
class PolicyPage:
    """What the control page shows."""

    #: Newest first; () while none is on record.
    versions: tuple[VersionRow, ...]
    #: Name, date, how it lies to today, why; () without a version or its figures.
    dates: tuple[tuple[str, dt.date, str, str], ...]
    notes: tuple[str, ...]
    reviews: tuple[ReviewRow, ...]
    assessments: tuple[AssessmentRow, ...]
    #: Number of a published version -> the policy's version it follows, and why it was published.
    releases: tuple[tuple[int, str, str], ...]
    #: Full names of those who confirmed the newest version, and of those who have not.
    have_read: tuple[str, ...]
    have_not_read: tuple[str, ...]
    #: Topic, when, who, and by whom it was held.
    training: tuple[tuple[str, dt.date, str, str], ...]
    #: What the policy is read with (R-012).
    documents: tuple[Document, ...]
    #: May record versions and begin reviews.
    may_change: bool


@dataclass(frozen=True)
class AssessmentPage:
    """One assessment whole, to read and to print."""

    row: AssessmentRow
    #: Title of a part -> question and answer.
    parts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    #: When it was sent back, by whom and why.
    sent_back: tuple[tuple[dt.date, str, str], ...]
    comments: str
    next_review_on: dt.date | None
    signed_by: str
    signed_on: dt.date | None
    directorate: str
    #: It is not signed, and the one who reads it alone wrote it (R-122).
    is_mine_alone: bool


@dataclass(frozen=True)
class ReviewPage:
    """What one review looked at, for whoever decides on it."""

    row: ReviewRow
    version: str
    #: "" until somebody looked through the policy.
    findings: str
    assessments: tuple[AssessmentRow, ...]


def control_page(database: Database, person: Person) -> PolicyPage:
    """Give the control record; NotFound for those the page does not exist for."""
    if not opens(person, "policy"):
        raise NotFound
    with reading(database, person) as look:
        version = policy_dates.newest(look.session)
        found = _of_newest(look, version)
        return PolicyPage(
            versions=_versions(look),
            dates=_dates(look, version),
            notes=found.notes if found else (),
            reviews=_reviews(look),
            assessments=tuple(
                _assessment(look, row)
                for row in look.session.scalars(
                    select(ImpactAssessment).order_by(ImpactAssessment.id.desc()).limit(_MOST)
                )
            ),
            releases=_releases(look),
            have_read=_readers(look, version, have=True),
            have_not_read=_readers(look, version, have=False),
            training=training(look),
            documents=read_with(look),
            may_change="process_owner" in person.roles,
        )


def figures(database: Database, person: Person) -> tuple[tuple[str, dt.date, str, str], ...]:
    """Give the dates of the newest version: name, date, how it lies to today, and why (R-112).

    () without a version on record, or for those the page does not exist for.
    """
    if not opens(person, "policy"):
        return ()
    with reading(database, person) as look:
        return _dates(look, policy_dates.newest(look.session))


def assessment(database: Database, assessment_id: int, person: Person) -> AssessmentPage:
    """Give one assessment; NotFound when there is none, or it is not for this person.

    It exists for those of the control page, and for who is named to review or approve it.
    """
    with reading(database, person) as look:
        row = look.session.get(ImpactAssessment, assessment_id)
        if row is None or not (opens(person, "policy") or _takes_part(look, row)):
            raise NotFound
        return AssessmentPage(
            row=_assessment(look, row),
            parts=_parts(look, row),
            sent_back=tuple(
                (dt.date.fromisoformat(one["on"]), look.full_name(one["by"]), one["why"])
                for one in row.sent_back
            ),
            comments=row.comments,
            next_review_on=row.next_review_on,
            signed_by=look.full_name(row.signed_by),
            signed_on=row.signed_on,
            directorate=row.directorate,
            is_mine_alone=row.signed_on is None and is_only_author(row, person.name),
        )


def review(database: Database, review_id: int, person: Person) -> ReviewPage:
    """Give what a review found; NotFound when there is none, or it is not for this person.

    It exists for those of the control page, and for who is named to review or approve (R-122).
    """
    with reading(database, person) as look:
        row = look.session.get(PolicyReview, review_id)
        if row is None or not (opens(person, "policy") or person.name in _named(row)):
            raise NotFound
        made = select(ImpactAssessment).where(ImpactAssessment.review_id == review_id)
        return ReviewPage(
            row=_review(look, row, None),
            version=look.session.get_one(PolicyVersion, row.version_id).number,
            findings=row.findings,
            assessments=tuple(_assessment(look, one) for one in look.session.scalars(made)),
        )


def needs_exemption(database: Database) -> bool:
    """Tell whether no signed assessment of the newest version stands behind a change (R-115)."""
    with database.reading() as session:
        return policy_of_release.signed_now(session)[1] is None


def exemption(database: Database, draft_id: int) -> str:
    """Give why a draft goes without an impact assessment; "" where nobody said so."""
    with database.reading() as session:
        return policy_of_release.exemption_of(session, draft_id)


def _takes_part(look: Reading, row: ImpactAssessment) -> bool:
    return look.viewer.name in _named(look.session.get_one(PolicyReview, row.review_id))


def _named(review: PolicyReview) -> tuple[str | None, str | None]:
    return review.reviewer, review.approver


def _versions(look: Reading) -> tuple[VersionRow, ...]:
    newest_first = (PolicyVersion.approved_on.desc(), PolicyVersion.id.desc())
    rows = look.session.scalars(select(PolicyVersion).order_by(*newest_first).limit(_MOST)).all()
    sent = look.session.scalars(select(PolicyDistribution).order_by(PolicyDistribution.id)).all()
    return tuple(
        VersionRow(
            number=row.number,
            approved_on=row.approved_on,
            effective_on=row.effective_on,
            approver=row.approver,
            contact_officer=look.full_name(row.contact_officer),
            responsible_officer=look.full_name(row.responsible_officer),
            changes=row.changes,
            distribution=tuple((s.to_whom, s.sent_on) for s in sent if s.version_id == row.id),
        )
        for row in rows
    )


def _release(look: Reading) -> Bundle:
    return bundle(look.session, current_release_id(look.session))


def _of_newest(look: Reading, version: PolicyVersion | None) -> policy_dates.PolicyDates | None:
    """Give the dates of a version; None where the version in force lacks the figures."""
    around = read_surroundings(look.session)
    known = _release(look).figures.get(around.parameter_set, {})
    names = ("policy.desktop", "policy.formal")
    if version is None or not all(name in known for name in names):
        return None
    given = [figure_here(around.settings, name, known[name].value) for name in names]
    months = (int(str(given[0])), int(str(given[1])))
    return policy_dates.dates_of(look.session, look.calendar, version, months)


def _dates(
    look: Reading, version: PolicyVersion | None
) -> tuple[tuple[str, dt.date, str, str], ...]:
    found = _of_newest(look, version)
    if found is None:
        return ()
    given: list[tuple[str, Due]] = [
        ("Next desk-top review", found.desktop),
        ("Next formal review", found.formal),
    ]
    if found.assessment_on:
        given.append(
            ("Next review of the impact assessment", Due(found.assessment_on, "As it was signed."))
        )
    return tuple((name, due.on, look.due_words(due.on), due.reason) for name, due in given)


def _reviews(look: Reading) -> tuple[ReviewRow, ...]:
    rows = look.session.scalars(
        select(PolicyReview).order_by(PolicyReview.id.desc()).limit(_MOST)
    ).all()
    tasks = look.session.scalars(
        select(WorkItem)
        .where(
            WorkItem.process_id == "policy_review",
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        .order_by(WorkItem.id)
    ).all()
    return tuple(_review(look, row, tasks[0] if tasks else None) for row in rows)


def _review(look: Reading, row: PolicyReview, task: WorkItem | None) -> ReviewRow:
    if row.ended_on is None:
        standing, mine = (task.name if task else "Not decided yet"), task
    else:
        standing = f"{words.name_of('policy_outcome', row.outcome)}: {row.reasons}"
        mine = None
    return ReviewRow(
        id=row.id,
        kind=words.name_of("policy_review", row.kind),
        due_on=row.due_on,
        due_words=look.due_words(row.due_on) if row.ended_on is None else "",
        is_late=row.ended_on is None and row.due_on < look.today,
        standing=standing,
        task_id=mine.id if mine and _sees(look, mine) else None,
    )


def _sees(look: Reading, task: WorkItem) -> bool:
    name, roles = look.viewer.name, look.viewer.roles
    theirs = task.assignee == name or (task.assignee is None and task.role in roles)
    return theirs or may_see_task(look.session, task, name, roles)


def _assessment(look: Reading, row: ImpactAssessment) -> AssessmentRow:
    version = look.session.get_one(PolicyVersion, row.version_id)
    if row.signed_on:
        standing = f"Signed by {look.full_name(row.signed_by)} on {said(row.signed_on)}"
    else:
        times = len(row.sent_back)
        standing = (
            f"Not signed, sent back {words.counted(times, 'time')}" if times else "Not signed"
        )
    lacking = () if row.signed_on else tuple(impact_rules.unaddressed(row.answers))
    return AssessmentRow(row.id, version.number, standing, lacking)


def _parts(
    look: Reading, row: ImpactAssessment
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Put the answers into the words of the form as it is published now."""
    form = _release(look).forms.get(_FORM)
    if form is None:
        return ()
    staff = [forms.Choice(name, full) for name, full in look.full_names.items()]
    given, gaps = dict(row.answers), {} if row.signed_on else impact_rules.gaps(row.answers)
    return tuple(
        (
            page.title,
            tuple((label, text + gaps.get(asks.id, "")) for asks, label, text in asked if text),
        )
        for page, asked in forms.summary(form, given, dict.fromkeys(form.providers, staff))
    )


def _releases(look: Reading) -> tuple[tuple[int, str, str], ...]:
    rows = look.session.execute(
        select(Release.number, PolicyVersion.number, PolicyOfRelease)
        .join(PolicyOfRelease, PolicyOfRelease.release_id == Release.id)
        .outerjoin(PolicyVersion, PolicyVersion.id == PolicyOfRelease.version_id)
        .where(Release.number.is_not(None))
        .order_by(Release.number.desc())
        .limit(_MOST)
    )
    return tuple(
        (
            number or 0,
            version or "none on record",
            "With a signed impact assessment"
            if tie.assessment_id
            else f"Exempted by {look.full_name(tie.exempted_by)}: {tie.exemption}",
        )
        for number, version, tie in rows
    )


def _readers(look: Reading, version: PolicyVersion | None, *, have: bool) -> tuple[str, ...]:
    if version is None:
        return ()
    names = receipts(look, version)
    here = people.staff_here(look.session, look.today)
    return tuple(user.full_name for user in here if (user.name in names) is have)
