"""The documents the policy is read with: ours and the partner's, version by version (R-012)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from engine.calendar import said
from engine.casework import own_words
from engine.casework.context import Context
from engine.casework.policy_versions import note
from engine.errors import Problem
from engine.tables.policy_documents import PolicyDocument

#: What begins like an address: a scheme with something right behind it, or a web host.
_LIKE_AN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:\S|//|www\.", re.I)
_OWN_WORDS = ("title", "found_at")


def web_address(found_at: str) -> str:
    """Give where a document is found if a browser may go there: http or https; "" for words."""
    try:
        parts = urlsplit(found_at)
        host, names_somebody = parts.hostname, parts.username is not None
    except ValueError:
        return ""
    sound = parts.scheme in ("http", "https") and host and not names_somebody
    return found_at if sound and not re.search(r"[\s\\]", found_at) else ""


def document_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what is wrong with a document: its version, its dates, where it is found (R-012)."""
    found = [
        *own_words.problems(values, _OWN_WORDS),
        *_of_version(context, values),
        *_of_address(_plain(values["found_at"])),
    ]
    dated, since = (dt.date.fromisoformat(values[name]) for name in ("dated_on", "since"))
    if since < dated:
        sentence = f"Expected a date from {said(dated)} on, the date of this version."
        found.append(Problem("since", f"{sentence} Check both dates."))
    return found


def record_document(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep a version of a document beside its earlier ones; nothing of it changes (R-012)."""
    known = _known(context, values)
    document = PolicyDocument(
        title=known[0].title if known else _plain(values["title"]),
        owner=values["owner"],
        number=_plain(values["version"]),
        dated_on=dt.date.fromisoformat(values["dated_on"]),
        found_at=_plain(values["found_at"]),
        since=dt.date.fromisoformat(values["since"]),
        recorded_by=context.actor,
        recorded_at=context.now,
    )
    context.session.add(document)
    context.session.flush()
    new = {
        "title": document.title,
        "owner": document.owner,
        "number": document.number,
        "dated_on": document.dated_on.isoformat(),
        "found_at": document.found_at,
        "since": document.since.isoformat(),
    }
    note(context, "policy_document_recorded", "policy_document", document.id, new)


def _of_version(context: Context, values: dict[str, Any]) -> list[Problem]:
    number = _plain(values["version"])
    if own_words.problems(values, ("version",)):
        sentence = f"Expected the version, such as 3 or March 2026, but {number} is none."
        return [Problem("version", f"{sentence} Enter it as the document has it.")]
    known = [row for row in _known(context, values) if row.number.casefold() == number.casefold()]
    if not known:
        return []
    sentence = f"Expected another version than {number} of {known[0].title}, which is on record"
    return [
        Problem("version", f"{sentence} already. A version is never changed: record a new one.")
    ]


def _of_address(found_at: str) -> list[Problem]:
    if web_address(found_at) or not _LIKE_AN_ADDRESS.match(found_at):
        return []
    sentence = "Expected an address that begins with https:// or http://, but this is another one."
    return [Problem("found_at", f"{sentence} Write it out, or say in words where it is found.")]


def _known(context: Context, values: dict[str, Any]) -> Sequence[PolicyDocument]:
    """Give every version of the document these answers are about, however its title is typed."""
    title = _plain(values["title"]).casefold()
    theirs = select(PolicyDocument).where(PolicyDocument.owner == values["owner"])
    rows = context.session.scalars(theirs.order_by(PolicyDocument.id))
    return [row for row in rows if row.title.casefold() == title]


def _plain(text: str) -> str:
    """Take away what cannot be seen: spaces at the ends, and more than one in between."""
    return " ".join(text.split())
