"""R-111: whatever changes the record, or takes personal data of many, adds a link to the log."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask

from tests.once import WRITTEN, demonstration
from tests.written import LINK
from web import create_app
from web.settings import Settings

ENGINE = Path(__file__).parents[1] / "engine"
#: Tables the engine keeps for itself: what moves is known by its task, its letter or its answers,
#: each with a link of its own, and nobody typed anything into them.
BY_ITSELF = frozenset(
    {
        *("element_history", "element_instance", "message", "process_instance", "subscription"),
        *("work_item", "apscheduler_jobs"),
        # Row by row as the machine reads and checks a file; that somebody brought it, let it be
        # logged or put it aside has its links, and so has each contact.
        *("contact_import", "contact_import_row", "register_import", "register_import_row"),
    }
)
#: Transactions that make the installation, before there is anything to keep a record of.
BEFORE_ANYTHING = (
    frozenset({"setting"}),
    frozenset({"holiday", "setting"}),
    frozenset({"role_holder", "user"}),
)
#: Endpoint that writes -> the links it adds, by the names of their actions.
ADDS: Mapping[str, tuple[str, ...]] = {
    "sign_in.emergency": ("emergency_sign_in", "emergency_sign_in_refused"),
    "sign_out.by_provider": ("signed_out_by_provider",),
    "flags.confirmed": ("flag_confirmed",),
    "flags.compared": ("flags_compared",),
    "partner.compared": ("partner_compared",),
    "flags.keep": ("flags_comparison_kept",),
    "flags.put_aside": ("flags_comparison_discarded",),
    "flags.ask": ("flag_difference_asked",),
    "flags.done": ("flag_difference_done",),
    "flags.worklist": ("flag_worklist_exported",),
    "flag_answers.take": (
        *("flag_confirmed", "flag_call_failed", "flag_answer_ignored"),
        *("flag_difference_done", "flag_removal_failed"),
    ),
    "tasks.start": ("task_claimed",),
    "tasks.put_back": ("task_released",),
    "task.answer": ("task_claimed", "draft_begun"),
    "task.complete": ("task_completed",),
    "daily.comment": ("comment_added",),
    "data_requests.decide": ("data_mark_decided",),
    "data_requests.make": ("data_copy_made",),
    "daily.hand_over": ("task_reassigned",),
    "daily.put_off": ("task_put_off",),
    "doors.raise_a_concern": ("case_opened",),
    "doors.message": ("message_received",),
    "partner.owners": ("batch_planned",),
    "partner.notices_file": ("partner_notice_taken",),
    "partner_api.notices": ("partner_notice_taken",),
    "partner_api.acknowledgements": ("partner_acknowledged", "task_completed"),
    "disagreements.heard": ("message_received",),
    "contacts.log": ("contact_logged",),
    "contact_imports.listed": ("contacts_taken_in",),
    "contact_imports.begin": ("contacts_import_begun",),
    "contact_imports.stop": ("contacts_import_stopped",),
    "contact_imports.resume": ("contacts_import_resumed",),
    "contact_imports.discard": ("contacts_import_discarded",),
    "register_imports.listed": ("register_taken_in",),
    "register_imports.columns": ("register_columns_named",),
    "register_imports.choices": ("register_choices_made",),
    "register_imports.begin": ("register_import_begun",),
    "register_imports.stop": ("register_import_stopped",),
    "register_imports.resume": ("register_import_resumed",),
    "register_imports.discard": ("register_import_discarded",),
    "evidence.add": ("evidence_file_added",),
    "evidence.remove": ("evidence_file_removed",),
    "post.made": ("letter_printed",),
    "post.posted": ("letter_posted", "letter_not_posted"),
    "my_emails.chosen": ("mail_chosen",),
    "drafts.start": ("draft_started",),
    "drafts.rename": ("draft_renamed",),
    "drafts.discard": ("draft_discarded",),
    "publishing.hand_in": ("draft_handed_in",),
    "publishing.take_back": ("draft_taken_back",),
    "publishing.send_back": ("draft_sent_back",),
    "publishing.approve": ("release_published",),
    "versions.restore": ("draft_restores",),
    **dict.fromkeys(
        (
            *("drafts.bring_up_to_date", "draft_files.write", "draft_files.undo"),
            *("draft_files.remove", "draft_saving.save", "draft_transfer.upload"),
            *("draft_transfer.copy", "draft_steps.change", "draft_steps.add"),
            "draft_steps.remove",
        ),
        ("draft_changed",),
    ),
    "batches.begin": ("batch_begun",),
    "batches.stop": ("batch_stopped",),
    "batches.resume": ("batch_resumed",),
    "batches.discard": ("batch_discarded",),
    **dict.fromkeys(
        (
            *("batches.undo", "moving.chosen", "moving.steps", "stuck.again"),
            "other_contacts.shown",
            *("wrong_dates.calendar", "wrong_dates.receipt", "wrong_dates.appeal_time"),
            "wrong_dates.time_of_one",
        ),
        ("batch_planned",),
    ),
    "sign_ins.looked_at": ("emergency_sign_in_looked_at",),
    "stuck.retry": ("stuck_step_tried_again",),
    "stuck.let_go": ("message_let_go",),
    "undelivered.chosen": ("delivery_tried_again",),
    "undelivered.given_up": ("delivery_given_up",),
    "log.seen": ("emergency_access_seen",),
    "emergency.asked": ("emergency_access_began",),
    "emergency.ended": ("emergency_access_ended",),
    "people.add": ("person_added",),
    "people.change": ("person_changed",),
    "people.give_role": ("role_given",),
    "people.change_role": ("role_ended", "deputy_named"),
    "people.leaves": ("person_left",),
    "setting_up.own": ("own_values_set",),
    "setting_up.email": ("test_mail_written",),
    "clock.forward": ("clock_moved",),
    # Reading that takes personal data of many, or finds somebody by a search.
    "register.as_file": ("register_exported",),
    "running.as_file": ("running_exported",),
    "exceptions.as_file": ("exceptions_exported",),
    "register_imports.left": ("register_import_exported",),
    "contact_imports.wrong": ("contacts_import_exported",),
    "post.pdf": ("print_pack_opened",),
    "evidence.download": ("evidence_file_read", "restricted_file_read"),
    "cases.answers": ("restricted_answers_read",),
    **dict.fromkeys(
        ("callers.looked_up", "contacts.find", "disagreements.searched"), ("customer_looked_up",)
    ),
    "sign_in.back": ("signed_in", "roles_changed_by_provider"),
}
#: Endpoint that is sent something and adds no link -> why.
ADDS_NONE: Mapping[str, str] = {
    "sign_in.enter": "The people of a demonstration are made up.",
    "sign_in.leave": "The row of the sign-in says when and how it ended.",
    "doors.act": "Each action has its own name, which is that of its link.",
    "draft_saving.check": "It only says what is wrong with what is typed.",
    "draft_preview.preview": "It only draws what is typed.",
    "draft_preview.due": "It only works a date out.",
    "log.verified": "It only looks.",
}
#: Command of this program -> the links it adds, or why none.
COMMANDS: Mapping[str, tuple[str, ...] | str] = {
    "appoint": ("person_added", "role_given"),
    "audit": "It only looks.",
    "backup": ("backup_made",),
    "check": "It only looks.",
    "clock": ("clock_moved",),
    "deletions": "It only reads the list of deletions.",
    "flag-counterpart": "It plays another system and opens nothing of ours.",
    "flag-worklist": ("flag_worklist_exported",),
    "emergency-account": ("emergency_account_set", "emergency_account_removed"),
    "multiply": "It makes copies of made-up cases, in a demonstration alone.",
    "new-key": "It only makes a key up.",
    "outbox": ("delivery_given_up",),
    "prepare": ("release_published",),
    "rearm": ("due_dates_worked_out_again",),
    "reseal": ("restricted_values_sealed_anew",),
    "restore": ("restored_from_backup",),
    "retention": "It only looks.",
    "scenario": "It plays in a database of its own.",
    "serve": "What is asked of it adds its own links.",
    "sign-out": ("signed_out_everywhere",),
    "status": "It only looks.",
    "who-sees-what": "It only writes out a table.",
    "work": "What it carries on adds its own links.",
}


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, to be asked what routes and commands it has."""
    file = tmp_path_factory.mktemp("routes") / "none.sqlite"
    return create_app(Settings(f"sqlite:///{file}", secret_key="of a test", demo=True))


def test_whatever_the_demonstration_changed_is_in_the_log(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Every story is played by the commands of people: a thousand transactions, and no silent one.

    A table of facts that is written without a link in the same transaction is named.
    """
    written = json.loads((demonstration(tmp_path_factory) / WRITTEN).read_text())
    assert len(written) > 500
    silent = {
        frozenset(tables)
        for tables in written
        if LINK not in tables and not any("alembic" in table for table in tables)
    }
    left = [sorted(one) for one in silent if not one <= BY_ITSELF and one not in BEFORE_ANYTHING]
    assert not left


def test_every_route_that_is_sent_something_is_in_the_log_or_explained(routes: Flask) -> None:
    sent = {rule.endpoint for rule in routes.url_map.iter_rules() if "POST" in (rule.methods or ())}
    known = {*ADDS, *ADDS_NONE}
    assert sent <= known, (
        "Expected every route that is sent something in ADDS, with the links it adds to the log, "
        f"or in ADDS_NONE, with the reason, but these are not there: {sorted(sent - known)}."
    )
    assert not set(ADDS) & set(ADDS_NONE)
    there = {rule.endpoint for rule in routes.url_map.iter_rules()}
    assert set(ADDS) <= there


def test_every_command_is_in_the_log_or_explained(routes: Flask) -> None:
    assert set(COMMANDS) == set(routes.cli.commands)


def test_every_link_that_is_named_is_added_somewhere() -> None:
    """What is said above is what the engine writes, by the very same name."""
    source = "\n".join(file.read_text() for file in ENGINE.rglob("*.py"))
    written = set(re.findall(r'"([a-z_]+)"', source))
    named = {action for actions in ADDS.values() for action in actions}
    named |= {one for said in COMMANDS.values() if isinstance(said, tuple) for one in said}
    assert named <= written, f"These links are added nowhere: {sorted(named - written)}."
