"""Who is signed in: browsers, people of an organisation, passwords for emergencies."""

from __future__ import annotations

from engine.sign_in.emergency import (
    EmergencyUse,
    check_password,
    has_emergency_accounts,
    look_at,
    set_password,
    uses,
)
from engine.sign_in.organisation import Said, admit
from engine.sign_in.sessions import (
    Began,
    Session,
    Way,
    begin,
    end,
    end_all,
    end_by_provider,
    find,
    forget_old,
    keep_seen,
)
from engine.sign_in.strangers import made_up_people

__all__ = [
    "Began",
    "EmergencyUse",
    "Said",
    "Session",
    "Way",
    "admit",
    "begin",
    "check_password",
    "end",
    "end_all",
    "end_by_provider",
    "find",
    "forget_old",
    "has_emergency_accounts",
    "keep_seen",
    "look_at",
    "made_up_people",
    "set_password",
    "uses",
]
