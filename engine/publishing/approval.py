"""The way of a draft by two people: handed in, taken or sent back, approved and published."""

from __future__ import annotations

from engine.casework import own_words, policy_of_release
from engine.casework.audit import Chain, Entry
from engine.errors import InvalidAnswers, NotAllowed, Problem, Rejected
from engine.publishing.drafts import draft_files
from engine.publishing.gate import need_no_errors
from engine.publishing.hold import LONGEST_TEXT, Held, checked_text, held, newest_release
from engine.publishing.overlay import Overlay
from engine.queries import Person, words
from engine.releases import install_draft
from engine.tables.database import Database
from engine.tables.releases import ReleaseFile

_NOTHING_ON_RECORD = (
    "Expected a version of the policy on record with a signed impact assessment, or a recorded "
    "exemption with its reason, but there is no version and no exemption."
)
_NOTHING_SIGNED = (
    "Expected a signed impact assessment of the policy's newest version, or a recorded exemption "
    "with its reason, but there is neither."
)


def submit_draft(
    db: Database, draft_id: int, note: str, person: Person, *, exemption: str = ""
) -> None:
    """Hand a draft in to a second person; nothing in it can be changed from here on.

    note: what changed and why; it is kept with the version.
    exemption: why it may be published without a signed impact assessment of the policy's newest
        version; only asked where there is none, such as for a small change (R-115).

    Raises NotFound, InvalidAnswers when the note or the exemption is missing or too long,
    InvalidRelease with
    every finding when the files may not be published, and Rejected when the draft is not open,
    changes nothing, is behind the version in force, or holds a file nobody looked at since a
    newer version changed it too.
    """
    checked = draft_files(db, draft_id, person)
    said = checked_text("note", note, "a note that says what changed and why", LONGEST_TEXT)
    with held(db, draft_id, person) as draft:
        _may_hand_in(draft)
    need_no_errors(checked)
    with held(db, draft_id, person) as draft:
        _may_hand_in(draft)
        _need_same(draft, checked)
        release = draft.release
        _keep_exemption(draft, exemption)
        release.note, release.submitted_at, release.submitted_by = said, draft.now, person.name
        release.sent_back_at, release.sent_back_by, release.sent_back_reason = None, None, ""
        draft.audit("draft_handed_in", new={"note": said, "files": _hashes(draft.overlay)})


def take_back(db: Database, draft_id: int, person: Person) -> None:
    """Open a draft again that waits: for those who began it, changed it or handed it in.

    Raises NotFound, NotAllowed, Rejected.
    """
    with held(db, draft_id, person) as draft:
        draft.need_waiting("take it back")
        if person.name not in _authors(draft):
            raise NotAllowed(
                "Expected somebody who changed this draft to take it back, but you did not. "
                "Send it back with a reason instead."
            )
        _open_again(draft)
        draft.audit("draft_taken_back")


def send_back(db: Database, draft_id: int, reason: str, person: Person) -> None:
    """Open a draft again as its second person, with the reason.

    Raises NotFound, InvalidAnswers when the reason is missing or too long, NotAllowed, Rejected.
    """
    said = checked_text("reason", reason, "the reason why it goes back", LONGEST_TEXT)
    with held(db, draft_id, person) as draft:
        draft.need_waiting("send it back")
        _need_second_person(draft, "send back")
        _open_again(draft)
        release = draft.release
        release.sent_back_at, release.sent_back_by = draft.now, person.name
        release.sent_back_reason = said
        draft.audit("draft_sent_back", new={"reason": said})


def approve_draft(
    db: Database, draft_id: int, person: Person, *, looked_at: int | None = None
) -> int:
    """Publish a draft as its second person; returns the number of the new version.

    New cases run on it, those that run stay on theirs. Exactly what was checked is published.
    looked_at: ``DraftBrief.version`` of what this person decided by; None where that is known.

    Raises NotFound, NotAllowed for whoever changed it or handed it in, InvalidRelease with every
    finding, and Rejected when it does not wait, was taken back and handed in again since it was
    looked at, or a newer version was published since.
    """
    checked = draft_files(db, draft_id, person)
    with held(db, draft_id, person) as draft:
        _may_approve(draft)
        _need_looked_at(draft, looked_at)
    need_no_errors(checked)
    with held(db, draft_id, person) as draft:
        # From here on nobody else publishes, so the version in force is the one that is asked for.
        chain = Chain.of_administration(draft.session)
        _may_approve(draft)
        _need_looked_at(draft, looked_at)
        _need_same(draft, checked)
        release = draft.release
        if not policy_of_release.tie(draft.session, release.id):
            raise Rejected(f"{_lacking(draft)} Send it back, so that one of them is recorded.")
        install_draft(draft.session, release, checked, at=draft.now, by=person.name)
        said = {
            "number": release.number,
            "title": release.title,
            "note": release.note,
            "handed_in_by": release.submitted_by,
            "changed_by": draft.editors,
            "exemption": policy_of_release.exemption_of(draft.session, release.id),
        }
        draft.session.flush()
        entry = Entry("release_published", "release", release.id, actor=person.name, new=said)
        chain.add(entry, at=draft.now)
        return release.number or 0


def _keep_exemption(draft: Held, exemption: str) -> None:
    """Keep why a draft goes without an assessment; raises InvalidAnswers when nobody says so."""
    if policy_of_release.signed_now(draft.session)[1] is not None:
        return
    said = exemption.strip()
    if own_words.problems({"exemption": said}, ["exemption"]):
        sentence = f"{_lacking(draft)} Say why this change needs no assessment."
        raise InvalidAnswers([Problem("exemption", sentence)])
    said = checked_text("exemption", said, "why it needs no assessment", LONGEST_TEXT)
    by, release_id = draft.person.name, draft.release.id
    policy_of_release.exempt(draft.session, release_id, said, by=by, at=draft.now)


def _lacking(draft: Held) -> str:
    """Say what a version would be published without (R-012, R-115)."""
    version, _ = policy_of_release.signed_now(draft.session)
    return _NOTHING_SIGNED if version else _NOTHING_ON_RECORD


def _may_hand_in(draft: Held) -> None:
    draft.need_open("hand it in")
    _need_newest_base(draft, "Bring the draft up to date, then hand it in.")
    if not draft.overlay.changed:
        raise Rejected("Expected a draft that changes something, but it changes no file.")
    if draft.overlay.clashes:
        raise Rejected(
            f"Expected somebody to have looked at {words.joined(draft.overlay.clashes)}, which a "
            "newer version changed too. Compare, put in what is missing, and save."
        )


def _may_approve(draft: Held) -> None:
    draft.need_waiting("publish it")
    _need_second_person(draft, "publish")
    _need_newest_base(draft, "Send it back to be brought up to date.")


def _need_looked_at(draft: Held, version: int | None) -> None:
    """Raise Rejected when the draft is not the one that was decided by: pages lie open."""
    release = draft.release
    if version is not None and version != release.version:
        raise Rejected(
            "Expected the draft as you looked at it, but it was opened again since, and "
            f"{draft.full_name(release.submitted_by)} handed it in anew on "
            f"{words.moment(release.submitted_at)}. Look at what it changes now, then decide."
        )


def _need_newest_base(draft: Held, remedy: str) -> None:
    newest = newest_release(draft.session)
    if draft.release.based_on_id != newest.id:
        raise Rejected(
            f"Expected a draft based on the version in force, but version {newest.number} was "
            f"published on {words.moment(newest.published_at)}, after this draft began. {remedy}"
        )


def _need_second_person(draft: Held, what: str) -> None:
    me, release = draft.person.name, draft.release
    if me in draft.editors:
        raise NotAllowed(
            f"Expected a second person to {what} this draft, but you changed something in it. "
            "Ask another process owner."
        )
    if me == release.submitted_by:
        raise NotAllowed(
            f"Expected a second person to {what} this draft, but you handed it in. "
            "Ask another process owner."
        )


def _need_same(draft: Held, checked: dict[str, bytes]) -> None:
    if draft.overlay.files != checked:
        raise Rejected(
            "Expected the files as they were checked, but somebody saved one meanwhile. "
            "Look at the draft as it is now, then try again."
        )


def _authors(draft: Held) -> set[str | None]:
    return {*draft.editors, draft.release.submitted_by, draft.release.made_by}


def _open_again(draft: Held) -> None:
    draft.release.submitted_at, draft.release.submitted_by = None, None


def _hashes(overlay: Overlay) -> dict[str, str | None]:
    """Give the hash of each changed file, None for one that was taken out."""
    found: dict[str, str | None] = {}
    for path in overlay.changed:
        row: ReleaseFile = overlay.rows[path]
        found[path] = None if row.removed else row.sha256
    return found
