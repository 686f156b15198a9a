"""What makes an installation this landlord's own: its words, its people, its days; all audited."""

from __future__ import annotations

from engine.own_values import GROUPS, OwnValue
from engine.setting_up.appointing import appoint
from engine.setting_up.checklist import Point, checklist
from engine.setting_up.own import SaidValue, keep_own, own_values
from engine.setting_up.reading import (
    FreeDay,
    HeldRole,
    Member,
    RoleRow,
    StaffRow,
    free_days,
    member,
    roles,
    staff,
)
from engine.setting_up.roles import TITLES, Term, end_role, give_role, name_deputy
from engine.setting_up.staff import FIELDS, add_person, change_person, leave
from engine.setting_up.trying_mail import TriedMail, tried_mail, try_mail

__all__ = [
    "FIELDS",
    "GROUPS",
    "TITLES",
    "FreeDay",
    "HeldRole",
    "Member",
    "OwnValue",
    "Point",
    "RoleRow",
    "SaidValue",
    "StaffRow",
    "Term",
    "TriedMail",
    "add_person",
    "appoint",
    "change_person",
    "checklist",
    "end_role",
    "free_days",
    "give_role",
    "keep_own",
    "leave",
    "member",
    "name_deputy",
    "own_values",
    "roles",
    "staff",
    "tried_mail",
    "try_mail",
]
