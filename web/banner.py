"""The banner on the next page: what happened, and where to go on."""

from __future__ import annotations

from flask import flash, url_for

import engine
from web import auth


def note(sentence: str) -> None:
    """Say something on the next page that is no success of a task."""
    flash({"sentence": sentence}, "note")


def success(sentence: str, *, link: str = "", href: str = "") -> None:
    """Say on the next page what was done, and offer a way on."""
    flash({"sentence": sentence, "link": link, "href": href}, "success")


def told(outcome: engine.Outcome) -> None:
    """Say on the next page what happened, what comes next and who has it; offer my next task."""
    row = _next_of_mine(outcome)
    if row is None:
        success(outcome.sentence)
    else:
        href = url_for("task.opened", work_item_id=row.id)
        success(outcome.sentence, link=f"Go on with “{row.name}”", href=href)


def _next_of_mine(outcome: engine.Outcome) -> engine.TaskRow | None:
    for work_item_id in outcome.opened:
        try:
            row = engine.task(auth.database(), work_item_id, auth.person()).row
        except engine.NotFound:
            continue
        if row.can_open:
            return row
    return None
