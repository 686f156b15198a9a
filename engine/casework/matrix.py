"""The matrix of requirements A.11 as one table: who sees which part of a case, and which pages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Part(StrEnum):
    """A part of a case that is shown or is not."""

    CARD = "card"
    LETTERS = "letters"
    TASKS = "tasks"
    DECISIONS = "decisions"
    EVIDENCE = "evidence"
    #: Not only reads the evidence, but adds to it and corrects it: who works on the case (R-102).
    EVIDENCE_ADDED = "evidence_added"
    CONTACTS = "contacts"
    TIMELINE = "timeline"
    DIAGRAMS = "diagrams"
    #: Health, addiction: only for their author and those named here (R-109).
    RESTRICTED = "restricted"
    #: Of these only what a decision relied on, by the form it was given in (``RELIED_ON``).
    RELIED_ON = "relied_on"
    #: Who read restricted answers, and when.
    READS = "reads"
    #: Requests for copies, holds, deletion.
    RETENTION = "retention"
    #: The list of every arrangement; the case it is about shows its card.
    REGISTER = "register"


class Tie(StrEnum):
    """What ties a person to a case."""

    #: None needed: every case.
    ANY = "any"
    #: Opened it, carries it or referred it.
    CARRIES = "carries"
    #: Who carries or opened it works under them, at whatever distance (``user.line_manager``).
    SERVICE = "service"
    #: Took part in one of its decisions or meetings, and is not its contact or cover now: those
    #: see what a contact needs, also when they sat in the meeting that chose them.
    TOOK_PART = "took_part"
    #: Holds or held a task of it in this role.
    WORKED = "worked"
    #: A task of it is open for anybody in this role.
    WAITED_FOR = "waited_for"
    #: An appeal of it is allocated to them.
    DIRECTS = "directs"
    #: Is the single point of contact or the cover of an arrangement that has not ended, or stands
    #: in for the contact today.
    CONTACT = "contact"
    #: The partner organisation was told of an arrangement of it that has not ended.
    SHARED = "shared"
    #: Was given emergency access to it, with a reason, and that has not ended.
    EMERGENCY = "emergency"


#: A row for everybody, whatever the role.
ANYBODY = "anybody"
#: Role -> how the matrix calls it, in its order.
ROLES: Mapping[str, str] = {
    "team_leader": "Team leader",
    "officer": "Housing officer",
    "manager": "Manager",
    "dmo": "Data Management Officer",
    "assistant_director": "Assistant Director",
    "complaints_manager": "Complaints Manager",
    "legal": "Legal",
    "contact_centre": "Contact centre",
    "contractor": "Contractor",
    "partner_liaison": "Partner liaison",
    "systems_team": "Systems team",
    "process_owner": "Process owner",
    "administrator": "Administrator",
}

_CARD = frozenset({Part.CARD})
#: What a case is about, to be known and not changed: in an emergency.
_KNOWN = frozenset(
    {
        *(Part.CARD, Part.LETTERS, Part.TASKS, Part.DECISIONS, Part.EVIDENCE),
        *(Part.CONTACTS, Part.TIMELINE, Part.DIAGRAMS),
    }
)
#: The same for those who work on it, without what needs a reason of its own.
_CASE = _KNOWN | {Part.EVIDENCE_ADDED}
#: The same for those who judge: with what a decision relied on (R-040, R-109).
_PACK = _CASE | {Part.RELIED_ON}
_WATCH = _PACK | {Part.READS, Part.RETENTION, Part.REGISTER}
#: Role and tie -> the parts they open. What is not here is not seen.
TABLE: Mapping[tuple[str, Tie], frozenset[Part]] = {
    ("dmo", Tie.ANY): frozenset(Part),
    ("complaints_manager", Tie.ANY): _WATCH,
    ("legal", Tie.ANY): _WATCH,
    ("manager", Tie.ANY): frozenset({Part.CARD, Part.TASKS, Part.DIAGRAMS, Part.REGISTER}),
    ("manager", Tie.SERVICE): _CASE,
    ("manager", Tie.CARRIES): _CASE,
    ("manager", Tie.WORKED): _CASE,
    ("manager", Tie.WAITED_FOR): _CASE,
    ("team_leader", Tie.CARRIES): _CASE,
    ("team_leader", Tie.WORKED): _CASE,
    ("assistant_director", Tie.DIRECTS): _PACK,
    ("assistant_director", Tie.WORKED): _PACK,
    ("assistant_director", Tie.WAITED_FOR): _CASE,
    ("systems_team", Tie.WORKED): _CARD,
    ("systems_team", Tie.WAITED_FOR): _CARD,
    ("partner_liaison", Tie.SHARED): _CARD | {Part.REGISTER},
    (ANYBODY, Tie.TOOK_PART): _PACK,
    (ANYBODY, Tie.CONTACT): _CARD | {Part.LETTERS},
    (ANYBODY, Tie.EMERGENCY): _KNOWN,
}
#: Forms whose restricted answers a decision relied on, since they are the decision itself: the
#: meeting's answers to the seven factors, and what a review weighed (R-040, R-083).
RELIED_ON = frozenset({"record_meeting", "decide_review"})

#: Processes whose runs are shown with a part of their own and not with the rest of their case:
#: who sees the case does not see that its customer asked for a copy, or why it is held.
RUNS_APART: Mapping[str, Part] = {
    "data_request": Part.RETENTION,
    "hold_review": Part.RETENTION,
}
#: The same of all that belongs to them: their runs, with tasks, answers, comments, steps and
#: places; forms and messages that come from outside such a run; and the letters they write.
APART: Mapping[str, Part] = {
    **RUNS_APART,
    **dict.fromkeys(("log_data_request", "data_request_received"), Part.RETENTION),
    **dict.fromkeys(("place_hold", "lift_hold", "look_at_hold"), Part.RETENTION),
    **dict.fromkeys(("data_request_copy", "data_request_corrected"), Part.RETENTION),
    **dict.fromkeys(("data_request_more_time", "data_request_closed"), Part.RETENTION),
}

_WATCHERS = frozenset({"dmo", "complaints_manager", "legal"})
_LOOK_AFTER = frozenset({"manager", "dmo", "complaints_manager"})
_STAFF = frozenset(ROLES) - {"process_owner", "administrator", "contractor", "partner_liaison"}
#: Pages about no single case -> the roles they exist for. What is not here exists for nobody.
PAGES: Mapping[str, frozenset[str]] = {
    "callers": _STAFF | {"contractor"},
    # Whose contact, cover or stand-in they are, and what those customers wait for.
    "my customers": _STAFF,
    # To find any customer: whoever works here may take in what one says.
    "customers": _STAFF,
    "a concern": frozenset({"team_leader", "manager", "dmo"}),
    # A published diagram as it was drawn: the policy, beside tasks, cases and processes.
    "diagrams": (_STAFF | {"process_owner"}) - {"contact_centre"},
    "drafts": frozenset({"process_owner"}),
    "processes": _WATCHERS | {"process_owner", "manager"},
    "letters to post": _WATCHERS | {"team_leader", "manager", "assistant_director"},
    # Who is away, who stands in, and which customers do not know: everybody books their own.
    "absences of others": frozenset({"manager", "dmo"}),
    "register": _WATCHERS | {"manager", "partner_liaison"},
    # What other systems are asked to show, by the card alone; and comparisons with what they do.
    "flags": frozenset({"dmo", "systems_team"}),
    # The control record of the policy; an assessment exists for its signers too.
    "policy": _WATCHERS | {"process_owner", "manager"},
    "complaints": _WATCHERS | {"manager"},
    "ombudsman orders": _WATCHERS | {"manager"},
    # What is due for deletion: numbers to managers, the cases to those who watch over them.
    "retention": _WATCHERS | {"manager"},
    "retention of each case": _WATCHERS,
    # What stands between the partner and us: agreements, notices, what is not confirmed.
    "partner": frozenset({"dmo", "manager"}),
    "partner notices": frozenset({"dmo"}),
    # Managers read counts alone; whose requests they are is for those who watch.
    "data requests": _WATCHERS | {"manager"},
    # Rules that were overridden or broken; of which cases, the table of each case decides.
    "exceptions": _WATCHERS | {"manager"},
    "running": _WATCHERS | {"manager"},
    "stuck steps": _LOOK_AFTER,
    "moving": frozenset({"process_owner", "manager"}),
    "wrong dates": frozenset({"manager", "dmo"}),
    "other contacts": frozenset({"manager", "dmo"}),
    "contact imports": frozenset({"manager", "dmo"}),
    "register imports": frozenset({"dmo"}),
    "batches": _LOOK_AFTER | {"process_owner"},
    # Who may ask for emergency access: staff who meet customers and do not see every case anyway.
    "emergency access": frozenset(
        {"team_leader", "officer", "manager", "assistant_director", "contact_centre"}
    ),
    "log": _WATCHERS,
    # Who signed in with a password for emergencies, and why.
    "sign-ins": _LOOK_AFTER,
    "setting up": frozenset({"dmo", "administrator"}),
}
#: What of the case somebody must see to do an action of its page or bring a message about it; for
#: the rest ``Part.TIMELINE``.
NEEDS: Mapping[str, Part] = {
    "log_contact": Part.LETTERS,
    # It asks for what the card says and no more; its roles are narrower than who sees that.
    "contact_changed": Part.CARD,
    "record_delivery": Part.LETTERS,
    "send_letter_again": Part.LETTERS,
    "appeal_received": Part.LETTERS,
    "customer_disagrees": Part.LETTERS,
    "partner_appeal_received": Part.LETTERS,
    "complaint_step": Part.DECISIONS,
    "ombudsman_report": Part.DECISIONS,
    "outside_event": Part.DECISIONS,
    "appeal_withdrawn": Part.LETTERS,
    "look_asked": Part.LETTERS,
    "earlier_look": Part.LETTERS,
    "add_evidence": Part.EVIDENCE_ADDED,
    "correct_evidence": Part.EVIDENCE_ADDED,
    "class_evidence": Part.EVIDENCE_ADDED,
    "data_request_received": Part.LETTERS,
    "place_hold": Part.RETENTION,
    "lift_hold": Part.RETENTION,
}
