"""A customer who disagrees, as its pages ask: about whom it is and which ways there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import forms
from engine.casework import customers, disagreements
from engine.casework.disagreements import Way
from engine.commands.answers import form_named, offered
from engine.commands.instances import door_named, open_door
from engine.installation import read_surroundings
from engine.releases import bundle
from engine.tables.database import Database

#: The door this is about.
DOOR = "customer_disagrees"


@dataclass(frozen=True)
class Disagreement:
    """What the pages show beside the form: whose words they are, and the ways to hear them."""

    case_reference: str
    #: "" while nobody has said who the case is about.
    customer: str
    ways: tuple[Way, ...]


def disagreement(
    db: Database, raw: Mapping[str, Any], *, by: str, refs: Mapping[str, int]
) -> Disagreement:
    """Give the ways to hear a customer with what is typed so far, each with its clock.

    refs: the case it is about, and the decision or arrangement as far as is known.
    Raises NotFound for a case that is none, or none for this person.
    """
    with db.reading() as session:
        around = read_surroundings(session)
        context = open_door(session, around, DOOR, by=by, refs=refs)
        form = form_named(bundle(session, context.release_id), door_named(DOOR).form)
        typed = forms.values_so_far(form, raw, choices=offered(form, context), today=context.today)
        customer = customers.of_case(context)
        return Disagreement(
            case_reference=context.case().reference,
            customer=customer.name if customer else "",
            ways=tuple(disagreements.ways(context, typed)),
        )
