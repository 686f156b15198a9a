"""What can be asked: plain selects into frozen values, only what exists for the one who asks."""

from __future__ import annotations

from engine.queries import (
    absences,
    complaints,
    contact_subjects,
    exceptions,
    ombudsman_orders,
    open_matters,
    policy_control,
)
from engine.queries.appealable import (
    AppealableDecision,
    FoundCustomer,
    decisions_of,
    find_customer,
)
from engine.queries.audience import Watcher
from engine.queries.callers import CallerCard, Callers, callers
from engine.queries.cards import ArrangementCard, FlagState, Limit
from engine.queries.case_actions import CaseAction
from engine.queries.case_page import CasePage, CasePerson, case
from engine.queries.cases import CaseBrief, case_list
from engine.queries.contacts import ContactCounts, ContactRow, WeekOfContacts
from engine.queries.decisions import AppealRow, CitedEvidence, DecisionRow
from engine.queries.diagrams import DiagramState, Step, diagram_state, diagram_xml
from engine.queries.evidence import EvidenceRow
from engine.queries.letters import LetterPage, LetterRow, PromiseRow, letter, letter_pdf
from engine.queries.owed import OwedRow
from engine.queries.people import Person, people, person
from engine.queries.processes import (
    ProcessBrief,
    ProcessPage,
    ProcessStep,
    process,
    processes,
)
from engine.queries.reading import Page
from engine.queries.register import RegisterEntry, register
from engine.queries.run_counts import PlaceCount, ProcessRuns, process_runs, runs_by_process
from engine.queries.run_filter import RunningFilter
from engine.queries.run_history import RunEvent
from engine.queries.run_page import RunPage, run_page
from engine.queries.running import RunningPage, RunningRow, running
from engine.queries.running_choices import RunningChoices, running_choices
from engine.queries.still_owed import StillOwed, still_owed
from engine.queries.stuck import (
    StuckCause,
    StuckStep,
    may_retry,
    stuck_alike,
    stuck_causes,
    stuck_step,
    stuck_steps,
)
from engine.queries.submissions import Answered, AnsweredPage, SubmissionPage, submission
from engine.queries.task_page import TaskPage, task
from engine.queries.tasks import TaskFilter, TaskList, TaskRow, task_list
from engine.queries.timeline import TimelineEntry
from engine.queries.undelivered import (
    LookedAfter,
    Show,
    Undelivered,
    UndeliveredPage,
    looked_after,
    undelivered,
)
from engine.queries.walking import COUNTED_TO, END

__all__ = [
    "COUNTED_TO",
    "END",
    "Answered",
    "AnsweredPage",
    "AppealRow",
    "AppealableDecision",
    "ArrangementCard",
    "CallerCard",
    "Callers",
    "CaseAction",
    "CaseBrief",
    "CasePage",
    "CasePerson",
    "CitedEvidence",
    "ContactCounts",
    "ContactRow",
    "DecisionRow",
    "DiagramState",
    "EvidenceRow",
    "FlagState",
    "FoundCustomer",
    "LetterPage",
    "LetterRow",
    "Limit",
    "LookedAfter",
    "OwedRow",
    "Page",
    "Person",
    "PlaceCount",
    "ProcessBrief",
    "ProcessPage",
    "ProcessRuns",
    "ProcessStep",
    "PromiseRow",
    "RegisterEntry",
    "RunEvent",
    "RunPage",
    "RunningChoices",
    "RunningFilter",
    "RunningPage",
    "RunningRow",
    "Show",
    "Step",
    "StillOwed",
    "StuckCause",
    "StuckStep",
    "SubmissionPage",
    "TaskFilter",
    "TaskList",
    "TaskPage",
    "TaskRow",
    "TimelineEntry",
    "Undelivered",
    "UndeliveredPage",
    "Watcher",
    "WeekOfContacts",
    "absences",
    "callers",
    "case",
    "case_list",
    "complaints",
    "contact_subjects",
    "decisions_of",
    "diagram_state",
    "diagram_xml",
    "exceptions",
    "find_customer",
    "letter",
    "letter_pdf",
    "looked_after",
    "may_retry",
    "ombudsman_orders",
    "open_matters",
    "people",
    "person",
    "policy_control",
    "process",
    "process_runs",
    "processes",
    "register",
    "run_page",
    "running",
    "running_choices",
    "runs_by_process",
    "still_owed",
    "stuck_alike",
    "stuck_causes",
    "stuck_step",
    "stuck_steps",
    "submission",
    "task",
    "task_list",
    "undelivered",
]
