"""What can be done: every function here is one transaction, or says how many it makes."""

from __future__ import annotations

from engine.commands import disagreeing, flag_answers
from engine.commands.actions import act
from engine.commands.begun_by_date import (
    begin_hold_reviews,
    begin_owed_actions,
    start_flag_comparisons,
    start_policy_review,
)
from engine.commands.calendar_changes import change_calendar
from engine.commands.comments import LONGEST_COMMENT, comment
from engine.commands.delivery import deliver_messages, sweep_unclaimed
from engine.commands.first_places import fill_places
from engine.commands.handing_over import put_off, reassign
from engine.commands.incidents import let_go, retry, try_again_in
from engine.commands.instances import choose_parameter_set, receive, start, take_in, try_in
from engine.commands.leavers import hand_back_tasks
from engine.commands.outcomes import ROLE_NAMES, Outcome
from engine.commands.pages import (
    FormView,
    form_of_action,
    form_of_message,
    form_of_task,
    letter_preview,
    letter_preview_pdf,
    now,
    today,
    working_day_ahead,
)
from engine.commands.rearming import Moved, dates_anew, rearm, rearm_run
from engine.commands.returning import start_again
from engine.commands.timers import (
    dispatch_due,
    move_clock,
    pass_time,
    run_due,
    run_instances,
)
from engine.commands.verification import ChainState, broken_chains, verify_chains
from engine.commands.work_items import claim, complete, release_task, save_draft
from engine.installation import Surroundings, read_surroundings

__all__ = [
    "LONGEST_COMMENT",
    "ROLE_NAMES",
    "ChainState",
    "FormView",
    "Moved",
    "Outcome",
    "Surroundings",
    "act",
    "begin_hold_reviews",
    "begin_owed_actions",
    "broken_chains",
    "change_calendar",
    "choose_parameter_set",
    "claim",
    "comment",
    "complete",
    "dates_anew",
    "deliver_messages",
    "disagreeing",
    "dispatch_due",
    "fill_places",
    "flag_answers",
    "form_of_action",
    "form_of_message",
    "form_of_task",
    "hand_back_tasks",
    "let_go",
    "letter_preview",
    "letter_preview_pdf",
    "move_clock",
    "now",
    "pass_time",
    "put_off",
    "read_surroundings",
    "rearm",
    "rearm_run",
    "reassign",
    "receive",
    "release_task",
    "retry",
    "run_due",
    "run_instances",
    "save_draft",
    "start",
    "start_again",
    "start_flag_comparisons",
    "start_policy_review",
    "sweep_unclaimed",
    "take_in",
    "today",
    "try_again_in",
    "try_in",
    "verify_chains",
    "working_day_ahead",
]
