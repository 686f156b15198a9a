"""The control record of the policy document, its reviews and impact assessments, to print too."""

from __future__ import annotations

from flask import Blueprint, render_template

import engine
from web import auth

blueprint = Blueprint("policy_control", __name__, url_prefix="/policy")


@blueprint.get("")
def shown() -> str:
    """Show versions, dates, reviews, assessments, receipts and training; 404 for others."""
    found = engine.policy_control.control_page(auth.database(), auth.person())
    return render_template("policy/page.html", found=found)


@blueprint.get("/assessments/<int:assessment_id>")
def assessment(assessment_id: int) -> str:
    """Show one impact assessment whole; 404 for those it does not exist for."""
    found = engine.policy_control.assessment(auth.database(), assessment_id, auth.person())
    return render_template("policy/assessment.html", found=found)


@blueprint.get("/reviews/<int:review_id>")
def review(review_id: int) -> str:
    """Show what one review found; 404 for those it does not exist for."""
    found = engine.policy_control.review(auth.database(), review_id, auth.person())
    return render_template("policy/review.html", found=found)
