"""Laws of refused contact, the last resort of the policy (requirements C: rule 11)."""

from __future__ import annotations

from engine.checks.rules import Apart, Before, Issues, Law

_REFUSAL = "contact_refusal"
_ADVICE, _DECIDED = "legal_advice_recorded", "refusal_decided"
_CEASE, _END = "cease_and_desist_sent", "correspondence_ended"
_HOLDS = "contact_refused"
#: Refused contact (requirements C: rule 11).
OF_REFUSALS: tuple[Law, ...] = (
    Law(
        _REFUSAL,
        "Legal advises before anybody decides to refuse contact",
        "R-091",
        Before(_ADVICE, _DECIDED),
    ),
    Law(_REFUSAL, "Whoever advises does not decide", "R-091", Apart(_ADVICE, _DECIDED)),
    Law(
        _REFUSAL,
        "A person decides before the customer is told",
        "R-091, R-110",
        Before(_DECIDED, _CEASE),
    ),
    Law(
        _REFUSAL,
        "Contact is refused only after the cease and desist letter",
        "R-092",
        Before(_CEASE, _HOLDS),
    ),
    Law(
        _REFUSAL,
        "Contact is refused only after the letter with the five statements",
        "R-094",
        Before(_END, _HOLDS),
    ),
    Law(
        _REFUSAL,
        "The first letter says what stops, until when and how to appeal",
        "R-092, R-096",
        Issues(_CEASE, "cease_and_desist"),
    ),
    Law(
        _REFUSAL,
        "The second letter makes the five statements",
        "R-094",
        Issues(_END, "end_of_correspondence"),
    ),
    Law(
        _REFUSAL,
        "What was refused runs out on a day that was decided",
        "R-096",
        Before(_HOLDS, "refusal_last_day"),
    ),
)
