"""Letters by GOV.UK Notify: e-mail with a link to the PDF, and post that Notify prints."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import requests
from notifications_python_client import NotificationsAPIClient, prepare_upload
from notifications_python_client.errors import APIError

from engine.casework.outgoing_letters import NOTIFY
from engine.outbox.cutting import Cutter
from engine.outbox.parcels import NotNow, Parcel, Refused, Unreachable
from engine.outbox.targets import GuardedAdapter

#: Where Notify answers unless the installation says otherwise.
NOTIFY_URL = "https://api.notifications.service.gov.uk"
#: Answers that say nothing against the letter: our key, its limits, its own faults.
_OUR_KEY = 403
_TOO_MANY = 429
_WRONG, _NOT_ANSWERED = 4, 5
#: For how long Notify keeps the file behind the link of an e-mail.
_KEPT = "26 weeks"
_LONGEST_ANSWER = 200


@dataclass(frozen=True)
class NotifySettings:
    """One service at GOV.UK Notify, and what it sends for us."""

    key: str = field(repr=False)
    #: ``email``, ``letter``.
    takes: frozenset[str]
    #: The template of e-mails, with ((subject)), ((body)) and ((link_to_file)); "" without e-mail.
    template: str = ""
    #: ``first`` or ``second``.
    postage: str = "second"
    url: str = NOTIFY_URL
    #: How long one send takes at most, in seconds.
    seconds: float = 30.0

    @property
    def channel(self) -> str:
        """Name the channel whose rows it takes."""
        return NOTIFY

    def open(self) -> NotifyLine:
        """Give a line to Notify; it connects when it first sends."""
        return NotifyLine(self)


class NotifyLine:
    """Connections to Notify; for one thread."""

    def __init__(self, settings: NotifySettings) -> None:
        self._settings = settings
        self._cutter = Cutter()
        client = NotificationsAPIClient(
            settings.key, base_url=settings.url, timeout=settings.seconds
        )
        client.request_session.trust_env = False
        adapter = GuardedAdapter(self._cutter, may_be_private=True)
        for scheme in ("http://", "https://"):
            client.request_session.mount(scheme, adapter)
        self._session: requests.Session = client.request_session
        self._client = client

    def send(self, parcel: Parcel) -> None:
        """Hand one letter over; Notify prints or mails it from then on.

        One that was tried before is looked for first, by its key: Notify takes the same twice.
        Raises Refused when Notify says that it can never be, Unreachable when it takes nothing.
        """
        if parcel.attempts > 1 and self.status_of(parcel.key) is not None:
            return
        pdf = parcel.enclosures[0]
        if parcel.content.get("by_post"):
            self._ask(
                "send_precompiled_letter_notification",
                reference=parcel.key,
                pdf_file=io.BytesIO(pdf.content),
                postage=self._settings.postage,
            )
            return
        try:
            link = prepare_upload(
                io.BytesIO(pdf.content),
                filename=pdf.name,
                confirm_email_before_download=True,
                retention_period=_KEPT,
            )
        except ValueError as too_large:
            raise Refused(f"The letter is too large for Notify: {too_large}.") from too_large
        self._ask(
            "send_email_notification",
            email_address=parcel.content["to"],
            template_id=self._settings.template,
            personalisation={
                "subject": parcel.content["subject"],
                "body": parcel.content["text"],
                "link_to_file": link,
            },
            reference=parcel.key,
        )

    def status_of(self, key: str) -> str | None:
        """Give what became of a letter, in Notify's word; None when it knows none of this key."""
        found = self._ask("get_all_notifications", reference=key)["notifications"]
        return str(found[0]["status"]) if found else None

    def close(self) -> None:
        """Hang up."""
        self._session.close()
        self._cutter.let_go()

    def _ask(self, what: str, **named: Any) -> Any:
        with self._cutter.within(self._settings.seconds):
            try:
                return getattr(self._client, what)(**named)
            except APIError as failed:
                raise _meaning(failed) from failed
            except (requests.RequestException, OSError) as failed:
                raise Unreachable("GOV.UK Notify could not be reached.") from failed


def _meaning(failed: APIError) -> Refused | NotNow:
    """Give what an answer means for the letter; Notify's own words hold nothing of it."""
    if failed.response is None:
        return Unreachable("GOV.UK Notify could not be reached, or did not answer in time.")
    code = failed.status_code
    said = f"GOV.UK Notify answered {code}: {_words(failed.message)}"
    if code in (_OUR_KEY, _TOO_MANY) or code // 100 == _NOT_ANSWERED:
        return Unreachable(said)
    return Refused(said) if code // 100 == _WRONG else NotNow(said)


def _words(message: Any) -> str:
    parts = message if isinstance(message, list) else [message]
    said = [
        str(part.get("message", part)) if isinstance(part, dict) else str(part) for part in parts
    ]
    return " ".join(" ".join(said).split())[:_LONGEST_ANSWER]
