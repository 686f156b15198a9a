"""How a letter leaves: to whom, which way, and what shows that it did (R-045, R-056, R-057)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.calendar import said
from engine.casework import letter_facts, letter_records, letters, outgoing_letters
from engine.casework.context import Context
from engine.casework.deliveries import letter_named
from engine.casework.letter_page import address_in, is_same_address
from engine.errors import Problem
from engine.tables.casefile import ThirdParty
from engine.tables.decisions import Letter
from engine.tables.leaving import Sending

#: Who takes it out of the house.
PERSON, MAIL, NOTIFY, PRINT_PACK = "person", "email", "notify", "print_pack"
#: The fate of what nobody can ask about any more.
UNKNOWN = "unknown"
#: What GOV.UK Notify says -> what it means; any other word is not its last.
FATES: Mapping[str, str] = {
    "delivered": "It arrived",
    "received": "Printed and posted",
    "permanent-failure": "It cannot be delivered to this address",
    "temporary-failure": "It could not be delivered",
    "technical-failure": "GOV.UK Notify could not send it",
    "virus-scan-failed": "GOV.UK Notify did not take the file",
    "validation-failed": "GOV.UK Notify cannot print it",
    "cancelled": "Cancelled at GOV.UK Notify",
    # Our own word, when Notify keeps it no longer.
    UNKNOWN: "GOV.UK Notify never said what became of it",
}
#: Those of them that need nobody.
WELL = frozenset({"delivered", "received"})

#: What the forms say when it leaves from here and not by a person's hand.
_FROM_HERE = "system"
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_FEWEST_LINES = 2


def record(context: Context, letter: Letter, answers: Mapping[str, Any]) -> None:
    """Keep how a letter that was just issued leaves, and the copy for who speaks for them."""
    customer = letter_facts.customer_of(context)
    _send(context, letter, answers, Sending(to_name=customer.name if customer else ""))
    third_party = letters.third_party_of(context)
    if answers.get("copy_to_third_party") == "yes" and third_party is not None:
        to = answers.get("copy_sent_to") or third_party.contact
        copy = {**answers, "sent_to": to, "channel": _channel(to, answers["channel"])}
        _send(context, letter, copy, _to(third_party))


def proof_of(answers: Mapping[str, Any]) -> str:
    """Give what the letter keeps as proof: a person's words, or where the proof is kept."""
    return answers.get("proof") or "It left from here: see how it was sent."


def letter_can_be_sent(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what stands against sending an issued letter again, or a copy of it."""
    letter = letter_named(context, values["letter"])
    third_party = letters.third_party_of(context)
    printed = address_in(letter.html)
    problems = list(sending_problems(context, values, printed)) or list(
        _moved_away(context, values, printed)
    )
    if dt.date.fromisoformat(values["sent_on"]) < letter.issued_on:
        problems.append(
            Problem(
                "sent_on",
                f"Expected a day on or after {said(letter.issued_on)}, when the letter was issued, "
                "but it is before it. Check the date.",
            )
        )
    if values["recipient"] == "third_party" and third_party is None:
        problems.append(
            Problem(
                "recipient",
                "Expected somebody who speaks for the customer with authority, but nobody does "
                "now (R-056). Send it to the customer, or record their authority first.",
            )
        )
    return problems


def send_letter_again(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Send an issued letter once more, as it was issued; its time to appeal does not change."""
    letter = letter_named(context, values["letter"])
    third_party = letters.third_party_of(context)
    customer = letter_facts.customer_of(context)
    to = Sending(to_name=customer.name if customer else "")
    if values["recipient"] == "third_party" and third_party is not None:
        to = _to(third_party)
    _send(context, letter, values, to)


def sending_problems(
    context: Context, values: Mapping[str, Any], printed: str = ""
) -> Iterator[Problem]:
    """Tell what stands against the way a letter is to leave.

    values: ``channel``, ``dispatch``, ``sent_to``, ``sent_on``, ``proof`` as far as given.
    printed: the address an issued letter prints; "" for one that is being written.
    """
    if values.get("dispatch") != _FROM_HERE:
        if not values.get("proof"):
            yield Problem(
                "proof",
                "Enter what proves that the letter left, or choose that it leaves from here",
            )
        if values.get("channel") == "email" and "@" not in str(values.get("sent_to", "")):
            yield Problem("sent_to", "Enter the e-mail address the letter was sent to.")
        return
    if values.get("channel") == "handed_over":
        yield Problem(
            "dispatch",
            "Expected a letter that is handed over to leave by somebody's hand. Choose that you "
            "send it yourself, and enter the proof.",
        )
    if values.get("sent_on") and values["sent_on"] != context.today.isoformat():
        yield Problem(
            "sent_on",
            f"Expected {said(context.today)}, today, because the letter leaves from here now. "
            "Change the date, or say that you sent it yourself.",
        )
    if values.get("format"):
        yield Problem(
            "dispatch",
            f"Expected a letter in the format this customer needs ({values['format']}), but what "
            "leaves from here is a plain letter (R-056). Make it in that format and send it "
            "yourself.",
        )
    yield from _addresses(context, values, printed or letter_facts.customer_address(context) or "")


def _moved_away(context: Context, values: Mapping[str, Any], printed: str) -> Iterator[Problem]:
    """Refuse to post an issued letter from here to an address the customer has left."""
    by_post = values.get("channel") == "letter" and values.get("dispatch") == _FROM_HERE
    known = letter_facts.customer_address(context) or ""
    if not by_post or values.get("recipient") != "customer" or not printed:
        return
    if not is_same_address(printed, known):
        yield Problem(
            "sent_to",
            "Expected a letter that prints where the customer lives, but it prints another "
            "address, and the envelope would show that one. Send it yourself in an envelope with "
            "the right address.",
        )


def _addresses(context: Context, values: Mapping[str, Any], printed: str) -> Iterator[Problem]:
    to = str(values.get("sent_to", "")).strip()
    by_mail = values.get("channel") == "email"
    if by_mail and not _ADDRESS.fullmatch(to):
        yield Problem("sent_to", "Enter one e-mail address, such as name@homes.example.")
    own = values.get("recipient", "customer") == "customer"
    if not by_mail and own and not is_same_address(to, printed):
        yield Problem(
            "sent_to",
            "Expected the address that is printed in the letter, because the envelope shows it, "
            "but it is another one. Use the printed address, or send the letter yourself.",
        )
    copy = str(values.get("copy_sent_to", "")).strip()
    if values.get("copy_to_third_party") == "yes":
        third_party = letters.third_party_of(context)
        copy = copy or (third_party.contact if third_party else "")
        yield from _copy_address("copy_sent_to", copy)
    if not by_mail and not own:
        yield from _copy_address("sent_to", to)


def _copy_address(question: str, to: str) -> Iterator[Problem]:
    lines = [line for line in to.splitlines() if line.strip()]
    if not _ADDRESS.fullmatch(to) and len(lines) < _FEWEST_LINES:
        yield Problem(
            question,
            "Expected an e-mail address, or a postal address with each part on a line of its own, "
            "but there is neither. Enter where the copy goes.",
        )


def _to(third_party: ThirdParty) -> Sending:
    return Sending(to_name=third_party.name, third_party_id=third_party.id)


def _send(context: Context, letter: Letter, answers: Mapping[str, Any], sending: Sending) -> None:
    """Keep one sending, and put it on its way when it leaves from here."""
    sending.case_id, sending.letter_id = letter.case_id, letter.id
    sending.channel, sending.sent_to = answers["channel"], answers["sent_to"].strip()
    sending.way = _way(context, answers)
    sending.asked_on, sending.asked_by = context.today, context.actor
    sending.proof = answers.get("proof") or ""
    if sending.way == PERSON:
        sending.left_on = dt.date.fromisoformat(answers["sent_on"])
    elif sending.way != PRINT_PACK:
        row = outgoing_letters.letter(context, sending)
        context.session.add(row)
        context.session.flush()
        sending.outbox_id = row.id
    context.session.add(sending)
    context.session.flush()
    context.audit(
        "letter_sent",
        "sending",
        sending.id,
        new={
            "letter_id": letter.id,
            "way": sending.way,
            "third_party": sending.third_party_id,
            "sha256": letter_records.of_sending(sending),
        },
    )


def _way(context: Context, answers: Mapping[str, Any]) -> str:
    """Choose the way out: what a person sends, else Notify where it takes this kind, else ours."""
    if answers.get("dispatch") != _FROM_HERE:
        return PERSON
    if answers["channel"] in outgoing_letters.notify_takes(context.settings):
        return NOTIFY
    return MAIL if answers["channel"] == "email" else PRINT_PACK


def _channel(to: str, given: str) -> str:
    """Give how a copy goes: by e-mail to an e-mail address, else by post or by hand."""
    if _ADDRESS.fullmatch(to.strip()):
        return "email"
    return "letter" if given == "email" else given
