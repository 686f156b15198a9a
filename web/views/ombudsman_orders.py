"""What an Ombudsman asked for and is not done yet, the most urgent first."""

from __future__ import annotations

from flask import Blueprint, render_template

import engine
from web import auth

blueprint = Blueprint("ombudsman_orders", __name__)


@blueprint.get("/ombudsman-orders")
def listed() -> str:
    """Show what is open of the cases this person sees; 404 for those it is not for."""
    found = engine.ombudsman_orders.open_orders(auth.database(), auth.person())
    return render_template("ombudsman_orders/list.html", found=found)
