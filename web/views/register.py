"""The register: every arrangement with its contact, its dates and the state of its flags."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

import engine
from web import auth, frame, words
from web.paging import page_asked, pagination
from web.spreadsheet import Cell, as_csv

blueprint = Blueprint("register", __name__)

#: Part of the register -> what its link says.
_PARTS = {
    "live": "In force or coming",
    "review": "Review late or due soon",
    "gaps": "To look at",
    "ended": "Ended",
    "all": "All",
}
_TAKE_OVER = "arrangement_taken_over"


#: The most arrangements in one file.
MOST_ROWS = 5_000
_HEADINGS = (
    *(
        "Customer",
        "Case",
        "Address",
        "Tenancy",
        "Status",
        "Contact",
        "Cover",
        "How",
        "Address used",
        "Contact refused",
    ),
    *("Visits", "What is limited", "Owner", "From", "In force", "Next review", "Ends", "Ended"),
    *("Why it ended", "Systems", "Appeal", "To look at"),
)


@blueprint.get("/register")
def listed() -> ResponseReturnValue:
    """Show one part of the register."""
    search, show = _asked()
    found = engine.register(auth.database(), auth.person(), search, page_asked(), show=show)
    return render_template(
        "register/list.html",
        found=found,
        search=search,
        show=show,
        parts=[
            (name, url_for("register.listed", show=key, search=search or None), key == show)
            for key, name in _PARTS.items()
        ],
        take_over=_take_over(),
        as_file=url_for("register.as_file", show=show, search=search or None),
        pagination=pagination(found),
    )


@blueprint.get("/register.csv")
def as_file() -> Response:
    """Give one part of the register, up to a bound, as a file for a spreadsheet."""
    search, show = _asked()
    found = engine.register(auth.database(), auth.person(), search, show=show, size=MOST_ROWS)
    engine.oversight.note_export(auth.database(), auth.person(), "register", rows=len(found))
    name = f"register-{frame.today().isoformat()}.csv"
    return as_csv(name, _HEADINGS, _rows(found))


def _asked() -> tuple[str, str]:
    """Give the text and the part of the register that the address asks for."""
    part = request.args.get("show", "live")
    return request.args.get("search", "").strip(), part if part in _PARTS else "live"


def _rows(found: engine.Page[engine.RegisterEntry]) -> Iterator[Sequence[Cell]]:
    for entry in found:
        yield _row(entry)
    if found.total > len(found):
        yield (f"These are the first {len(found)} of {found.total}. Narrow the list.",)


def _row(entry: engine.RegisterEntry) -> tuple[Cell, ...]:
    card = entry.card
    return (
        *(entry.customer, entry.case_reference, words.one_line(entry.address)),
        *(entry.tenancy_reference, entry.status, card.spoc, card.cover),
        *(card.contact_method, card.contact_address, card.refused, card.visiting),
        "; ".join(f"{limit.kind}: {limit.limit}" for limit in card.limits),
        *(card.owner_organisation, card.from_on, card.in_force_on, card.next_review_on),
        *(card.end_on, card.ended_on, entry.ended_because),
        "; ".join(f"{flag.system}: {flag.text}" for flag in card.flags),
        *(entry.under_appeal, " ".join(entry.gaps)),
    )


def _take_over() -> str:
    """Give the address of the form for an arrangement from an old register; "" if not theirs."""
    allowed = engine.DOORS[_TAKE_OVER].roles & set(auth.person().roles)
    return url_for("doors.message", message=_TAKE_OVER) if allowed else ""
