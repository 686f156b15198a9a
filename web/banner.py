"""The banner on the next page: what happened, and where to go on."""

from __future__ import annotations

from flask import session, url_for

import engine
from web import auth

_KEY = "banner"


def note(sentence: str) -> None:
    """Say something on the next page that is no success of a task."""
    session[_KEY] = {"sentence": sentence}


def success(sentence: str, *, link: str = "", href: str = "") -> None:
    """Say on the next page what was done, and offer a way on."""
    session[_KEY] = {"sentence": sentence, "link": link, "href": href, "type": "success"}


def told(outcome: engine.Outcome) -> None:
    """Say on the next page what happened, what comes next and who has it; offer my next task."""
    me = auth.person()
    onward = next((one for one in outcome.tasks if one.is_for(me.name, me.roles)), None)
    if outcome.stuck:
        note(outcome.sentence)
    elif onward is None:
        success(outcome.sentence)
    else:
        href = url_for("task.opened", work_item_id=onward.id)
        success(outcome.sentence, link=f"Go on with “{onward.name}”", href=href)


def taken() -> dict[str, str] | None:
    """Give what is to be said on this page, once."""
    said: dict[str, str] | None = session.pop(_KEY, None)
    return said
