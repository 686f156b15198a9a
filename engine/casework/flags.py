"""Flags in other systems: asked for, confirmed by who set them, removed (R-065 to R-069)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import arrangements, contact_card, flag_requests, moves, old_letters
from engine.casework.context import Context
from engine.errors import NotFound, Problem
from engine.tables.decisions import Arrangement, Flag
from forms import Choice

#: Control variables of the process: what is asked for, and in which system.
_ACTION = "flag_action"
_SYSTEM = "flag_system"
#: The one system that is asked again, where the others show what they should (R-068).
_ONLY = "flag_only"
_GONE = "nothing"
_OLD_HOME = "old_home"
_NOT_NEEDED = "not_needed"


def request(context: Context, action: str) -> list[str]:
    """Ask each system to add, update or remove its flag; gives the systems that must confirm.

    action: add, update or end. The text is generated; a reason or health can never stand in it.
    Each is asked the way the installation says: by hand, by a worklist, by a signed webhook. What
    an earlier change still waits for is asked for anew, and waited for no more (R-069). A change
    that comes after the end of its arrangement asks for nothing.
    """
    arrangement = arrangements.current(context)
    flags = {flag.system: flag for flag in _flags(context, arrangement) if not flag.removed_on}
    again = flag_requests.replace(context, [flag.id for flag in flags.values()], action)
    if action == "end":
        asked = [system for system in flags if _is_meant(context, system, again)]
        for system in asked:
            flags[system].removal_requested_on = context.today
    else:
        known = [] if arrangement.ended_on else dict.fromkeys([*_systems(context), *again])
        asked = [system for system in known if _is_meant(context, system, again)]
        text = flag_text(context)
        for system in asked:
            flags[system] = _ask(context, arrangement, flags.get(system), system, text)
    context.session.flush()
    for system in asked:
        flag_requests.ask(context, flags[system], action)
    context.audit(
        "flags_requested", "arrangement", arrangement.id, new={"action": action, "systems": asked}
    )
    return asked


def flags_ref(context: Context) -> str:
    """Give how messages address the run that waits for these confirmations."""
    return flag_requests.ref_of(context.instance_id)


def flag_text(context: Context) -> str:
    """Give what a flag must show: route, cover, emergency rule, and who may call the customer."""
    return " ".join(_shown(context).values())


def flag_wanted_on(context: Context) -> dt.date:
    """Give the day on which the confirmation that is waited for was asked for."""
    asked = [_asked_on(context, flag) for flag in _flags(context, arrangements.current(context))]
    return max((day for day in asked if day is not None), default=context.today)


def flag_state(flag: Flag) -> str:
    """Tell how a flag stands.

    requested, claimed, set, update_requested, removal_requested, removed, failed.

    claimed: asked for, and an old register says it is set already; nobody has looked yet (R-065).
    failed: what was asked for last could not be passed on, so a person does it by hand.
    """
    if flag.removed_on is not None:
        return "removed"
    if flag.failed_on is not None:
        return "failed"
    if flag.removal_requested_on is not None:
        return "removal_requested"
    if flag.update_requested_on is not None:
        return "update_requested"
    if flag.set_on is not None:
        return "set"
    return "requested" if flag.claimed_on is None else "claimed"


def flag_systems(context: Context) -> list[Choice]:
    """Offer the systems of the policy, for what an old register says of them."""
    return [Choice(name, name) for name in _systems(context)]


def flag_shows(context: Context) -> list[Choice]:
    """Offer what the system must show now, a line a thing, for whoever confirms it to tick."""
    if context.variables.get(_ACTION) == "end":
        return [Choice(_GONE, "Nothing about this arrangement any more")]
    offered = [Choice(name, line) for name, line in _shown(context).items()]
    offered += _left(context)
    if _current(context).removal_requested_on is not None:
        offered.append(
            Choice(_NOT_NEEDED, "Nothing, because its removal has been asked for meanwhile")
        )
    return offered


def all_that_shows(context: Context) -> list[str]:
    """Give every line that must be ticked, as for somebody who sees each of them there."""
    return [choice.value for choice in flag_shows(context) if choice.value != _NOT_NEEDED]


def _left(context: Context) -> list[Choice]:
    """Offer what must be gone from the home a customer left since the flag was set."""
    home, set_on = moves.last_home(context), _current(context).set_on
    if home is None or set_on is None or home.recorded_on < set_on:
        return []
    line = f"Nothing about this arrangement on the old tenancy {home.tenancy_reference} any more"
    return [Choice(_OLD_HOME, line)]


def is_replaced(context: Context) -> bool:
    """Tell whether a later change asks anew for what the task at work is about (R-069)."""
    return flag_requests.is_replaced(context, _current(context))


def flag_is_right(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a confirmation that leaves a line out, or from before the flag was asked for."""
    flag = _current(context)
    if is_replaced(context):
        return [
            Problem(
                "shows",
                "Expected a change that is still asked for, but a later one replaced it. Open the "
                "newer task and confirm that.",
            )
        ]
    ticked = set(values.get("shows", ()))
    wanted = set(all_that_shows(context))
    if ticked not in ({_NOT_NEEDED}, wanted):
        return [
            Problem(
                "shows",
                "Expected the system to show every line, but not all of them are ticked. Correct "
                "the flag, then tick each line you see there.",
            )
        ]
    asked_on = _asked_on(context, flag)
    if asked_on and dt.date.fromisoformat(values["done_on"]) < asked_on:
        return [
            Problem(
                "done_on",
                f"Expected a day on or after {said(asked_on)}, when this was asked for, but it is "
                "before it. Check the date.",
            )
        ]
    return []


def confirm_flag(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record that a system shows its flag, or none any more: by whom, when, with what proof."""
    flag = _current(context)
    done_on = dt.date.fromisoformat(values["done_on"])
    action = context.variables.get(_ACTION)
    if action == "end":
        flag.removed_on = done_on
    elif _NOT_NEEDED not in values["shows"]:
        flag.set_on = done_on
    if action == "update":
        flag.update_requested_on = None
    flag.confirmed_by, flag.confirmed_at = context.actor, context.now
    flag.proof = values["reference"]
    flag_requests.confirm(context, flag, values["reference"])
    context.audit(
        "flag_confirmed",
        "flag",
        flag.id,
        new={"system": flag.system, "action": action, "done_on": values["done_on"]},
    )


def _ask(
    context: Context, arrangement: Arrangement, flag: Flag | None, system: str, text: str
) -> Flag:
    if flag is not None:
        flag.text, flag.update_requested_on = text, context.today
        return flag
    made = Flag(arrangement_id=arrangement.id, system=system, text=text, requested_on=context.today)
    if system in old_letters.claimed_flags(context, arrangement):
        made.claimed_on = context.today
    context.session.add(made)
    return made


def _is_meant(context: Context, system: str, again: Collection[str]) -> bool:
    """Tell whether a system is asked: one alone is, with those an earlier change waited for."""
    return bool(context.variables.get(_ONLY, system) == system) or system in again


def _systems(context: Context) -> list[str]:
    named = context.policy("flags.systems")
    return [named] if isinstance(named, str) else list(named)


def _shown(context: Context) -> dict[str, str]:
    """Give the lines of a flag; who may call the customer is the policy's own sentence (C-13)."""
    card = contact_card.lines(context.session, arrangements.current(context), context.today)
    return {**card, "outbound": f"{context.policy('outbound_contact_rule')}."}


def _asked_on(context: Context, flag: Flag) -> dt.date | None:
    action = context.variables.get(_ACTION)
    if action == "end":
        return flag.removal_requested_on
    return flag.update_requested_on if action == "update" else flag.requested_on


def _current(context: Context) -> Flag:
    """Give the flag whose confirmation the task is about."""
    system = context.variables.get(_SYSTEM)
    for flag in reversed(_flags(context, arrangements.current(context))):
        if flag.system == system:
            return flag
    raise NotFound(f"Expected a flag in {system} to confirm, but none was asked for.")


def _flags(context: Context, arrangement: Arrangement) -> list[Flag]:
    return list(
        context.session.scalars(
            select(Flag).where(Flag.arrangement_id == arrangement.id).order_by(Flag.id)
        )
    )
