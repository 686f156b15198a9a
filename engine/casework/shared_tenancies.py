"""A tenancy that several share: who is on it, and what cards and letters say of whom is meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.casework.plain_names import plain_name
from engine.tables.casefile import CaseFile, Customer

#: How somebody comes to us who shares a tenancy.
JOINT = "joint_tenant"
#: What stands between two names as people write them.
_BETWEEN = re.compile(r"\s*(?:[,;&\n]|\band\b)\s*", re.I)


def names_in(text: str) -> list[str]:
    """Give the names of a text that people wrote with commas or “and” between, each once."""
    found = (" ".join(name.split()) for name in _BETWEEN.split(text))
    return list({plain_name(name): name for name in found if name}.values())


def is_shared(customer: Customer) -> bool:
    """Tell whether others are on the tenancy as well."""
    return customer.kind == JOINT or bool(customer.other_tenants)


def applies_to(customer: Customer, case: CaseFile) -> list[str]:
    """Name the people a case applies to: its customer, and who was named beside them."""
    return [customer.name, *case.also_applies_to]


def said(names: Sequence[str]) -> str:
    """Write names one after the other: ``Jo Carter, Sam Carter and Alex Carter``."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def who_is_meant(customer: Customer, case: CaseFile) -> str:
    """Say to whom a case on a shared tenancy applies and who goes on as always; "" otherwise."""
    if not is_shared(customer):
        return ""
    meant = applies_to(customer, case)
    if _all_of_them(customer, meant):
        return f"Applies to {said(meant)}."
    return f"Applies only to {said(meant)}. Anybody else on the tenancy contacts us as always."


def told_to(customer: Customer, case: CaseFile) -> str:
    """Say in a letter whom on a shared tenancy it is for; "" where nobody shares it."""
    if not is_shared(customer):
        return ""
    meant = applies_to(customer, case)
    if _all_of_them(customer, meant):
        return f"This letter is for {said(meant)}."
    return (
        f"This letter is for {said(meant)} only. What it says does not apply to anybody else on "
        "the tenancy: they can contact us as always."
    )


def _all_of_them(customer: Customer, meant: Sequence[str]) -> bool:
    known = {plain_name(name) for name in names_in(customer.other_tenants)}
    return bool(known) and known <= {plain_name(name) for name in meant}
