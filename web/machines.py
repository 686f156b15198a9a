"""Addresses that machines call: no session, no token of a form, and every answer is JSON."""

from __future__ import annotations

from flask import request

#: Endpoints; each finds out by itself who asks, by what the request is signed with.
MACHINES = frozenset({"flag_answers.take", "partner_api.notices", "partner_api.acknowledgements"})


def is_machine() -> bool:
    """Tell whether a machine calls one of its own addresses."""
    return request.endpoint in MACHINES
