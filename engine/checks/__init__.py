"""Checks of a release before it may run; each finding says where, what and how to mend it."""

from __future__ import annotations

from engine.checks.doors import check_doors
from engine.checks.figures import check_figures
from engine.checks.laws import check_laws
from engine.checks.letters import check_letters
from engine.checks.references import ROLES, check_references, named_in
from engine.errors import Finding
from engine.releases import Bundle

__all__ = [
    "ROLES",
    "check_doors",
    "check_figures",
    "check_laws",
    "check_letters",
    "check_references",
    "check_release",
    "named_in",
]


def check_release(bundle: Bundle) -> list[Finding]:
    """Give every finding of every check for one parsed release."""
    checks = (check_references, check_letters, check_doors, check_figures, check_laws)
    return [finding for check in checks for finding in check(bundle)]
