"""Records near their deletion, the dry run, and the certificates of what was deleted."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

import engine
from web import auth

blueprint = Blueprint("retention", __name__, url_prefix="/retention")


@blueprint.get("")
def listed() -> str:
    """Show what is due for deletion, late or held; numbers alone to those who see no more."""
    found = engine.oversight.retention.retention_page(auth.database(), auth.person(), _days())
    return render_template("retention/list.html", found=found)


@blueprint.get("/dry-run")
def dry_run() -> str:
    """Show what a deletion would take of each case; nothing changes."""
    retention = engine.oversight.retention
    found = retention.retention_page(auth.database(), auth.person(), _days(), counted=True)
    if not found.sees_cases:
        abort(404)
    farthest = engine.oversight.retention.FARTHEST
    return render_template(
        "retention/dry_run.html", found=found, in_words=retention.in_words, farthest=farthest
    )


@blueprint.get("/deleted")
def deleted() -> str:
    """Show what was deleted, the newest first."""
    found = engine.oversight.retention.certificates(auth.database(), auth.person())
    return render_template("retention/deleted.html", found=found)


@blueprint.get("/deleted/<int:case_id>")
def certificate(case_id: int) -> str:
    """Show the certificate of one deletion: numbers only."""
    found = engine.oversight.retention.certificate(auth.database(), auth.person(), case_id)
    return render_template("retention/certificate.html", found=found)


def _days() -> int:
    """Give how many days ahead to look, as the address says; the usual number otherwise."""
    said = request.args.get("days", "").strip()
    retention = engine.oversight.retention
    if not said.isdecimal() or len(said) > len(str(retention.FARTHEST)):
        return retention.AHEAD
    return min(int(said), retention.FARTHEST)
