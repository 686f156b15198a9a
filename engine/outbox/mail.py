"""E-mail by SMTP: one message to one person, under a Message-ID that stays the same."""

from __future__ import annotations

import contextlib
import datetime as dt
import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cached_property
from typing import Any, Literal

from engine.casework.outgoing import EMAIL
from engine.outbox.calendar_files import calendar_file, method_of
from engine.outbox.cutting import Cutter
from engine.outbox.parcels import NotNow, Parcel, Refused, Unreachable

#: A server whose answer begins with this digit will never take it.
_NEVER = 5
_WELL = 2
_LONGEST_ANSWER = 200


@dataclass(frozen=True)
class MailSettings:
    """Where e-mail is handed over, and in whose name."""

    host: str
    port: int
    #: starttls: begun in clear, then TLS or nothing; tls: from the first byte; none: in clear.
    tls: Literal["starttls", "tls", "none"]
    #: ``noreply@homes.example``.
    sender: str
    #: What stands beside the sender's address; "" for nothing.
    sender_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    #: How long one send takes at most, in seconds.
    seconds: float = 20.0
    #: Where our pages are: ``https://spoc.homes.example``, without a slash at its end.
    pages: str = ""

    @property
    def channel(self) -> str:
        """Name the channel whose rows it takes."""
        return EMAIL

    def open(self) -> MailLine:
        """Give a line to the server; it connects when it first sends."""
        return MailLine(self)


class MailLine:
    """One connection to the mail server, used for one message after the other."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._cutter = Cutter()
        self._smtp: smtplib.SMTP | None = None

    def send(self, parcel: Parcel) -> None:
        """Hand one message over; it is the server's from then on.

        Raises Refused when the server or the message says it can never be, NotNow when it may
        be later, Unreachable when the server takes nothing at all.
        """
        message = message_of(self._settings, parcel)
        to = message["To"].addresses[0].addr_spec
        with self._cutter.within(self._settings.seconds):
            try:
                self._hand_over(to, message.as_bytes())
            except (NotNow, Refused):
                raise
            except (smtplib.SMTPException, OSError) as failed:
                self._drop()
                raise Unreachable(f"The mail server could not be used: {_said(failed)}") from failed

    def close(self) -> None:
        """Hang up; what was handed over stays handed over."""
        if self._smtp is not None:
            with (
                self._cutter.within(self._settings.seconds),
                contextlib.suppress(smtplib.SMTPException, OSError),
            ):
                self._smtp.quit()
        self._drop()

    def _hand_over(self, to: str, message: bytes) -> None:
        smtp = self._connected()
        try:
            smtp.sendmail(self._settings.sender, [to], message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = refused.recipients[to]
            why = f"The mail server refused the address: {_answer(code, said)}"
            raise _verdict(code, why) from refused
        except smtplib.SMTPDataError as refused:
            why = "The mail server refused the message: "
            why += _answer(refused.smtp_code, refused.smtp_error)
            raise _verdict(refused.smtp_code, why) from refused

    def _connected(self) -> smtplib.SMTP:
        """Give a connection that answers: the one there is, else a new one."""
        if self._smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if self._smtp.noop()[0] // 100 == _WELL:
                    return self._smtp
            self._drop()
        self._smtp = self._connect()
        return self._smtp

    def _connect(self) -> smtplib.SMTP:
        settings, tls = self._settings, self._tls
        smtp: _Plain | _Tls = (
            _Tls(timeout=settings.seconds, context=tls)
            if settings.tls == "tls"
            else _Plain(timeout=settings.seconds)
        )
        smtp.cutter = self._cutter
        try:
            # Where it is called from is what STARTTLS checks the certificate against.
            smtp._host = settings.host  # type: ignore[union-attr]  # as its constructor does
            code, said = smtp.connect(settings.host, settings.port)
            if code // 100 != _WELL:
                raise Unreachable(f"The mail server takes nothing: {_answer(code, said)}")
            if settings.tls == "starttls":
                smtp.starttls(context=tls)
            if settings.user:
                smtp.login(settings.user, settings.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
        self._cutter.let_go()


class _Held(smtplib.SMTP):
    """Lets somebody hold on to its connection as soon as there is one."""

    cutter: Cutter

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self.cutter.hold(made)
        return made


class _Plain(_Held):
    """A connection that begins in clear."""


class _Tls(smtplib.SMTP_SSL, _Held):
    """A connection that is TLS from its first byte; held before it is."""


def message_of(settings: MailSettings, parcel: Parcel) -> EmailMessage:
    """Write the message of one row; Refused when its address or subject cannot be one.

    A line break in either would be the beginning of a header that nobody wrote.
    """
    content = parcel.content
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{parcel.key}@{settings.sender.rpartition('@')[2]}>"
    message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["To"] = _address(str(content.get("to", "")))
    message["Subject"] = _one_line(str(content.get("subject", "")), "subject")
    message["Auto-Submitted"] = "auto-generated"
    path = content.get("path", "")
    # A customer gets no way to our pages.
    link = f"\n{settings.pages}{path}\n" if path else ""
    message.set_content(f"{content.get('text', '')}\n{link}", cte="quoted-printable")
    _invite(message, content, settings.sender)
    for one in parcel.enclosures:
        kind, _, subtype = one.type.partition("/")
        message.add_attachment(one.content, kind, subtype, filename=one.name)
    return message


def _invite(message: EmailMessage, content: Mapping[str, Any], organiser: str) -> None:
    """Add the meeting as calendars want it: beside the text, and as a file for the others."""
    meeting = content.get("meeting")
    if meeting is None:
        return
    attendee = message["To"].addresses[0].addr_spec
    file = calendar_file(meeting, organiser, attendee)
    message.add_alternative(
        file.decode(),
        subtype="calendar",
        cte="quoted-printable",
        params={"method": method_of(meeting), "name": "meeting.ics"},
    )
    message.add_attachment(file, "application", "ics", filename="meeting.ics")


def _address(text: str) -> Address:
    _one_line(text, "address")
    local, _, domain = text.rpartition("@")
    try:
        local.encode("ascii")
        return Address(addr_spec=f"{local}@{domain.encode('idna').decode()}")
    except (ValueError, IndexError, MessageError) as wrong:
        raise Refused(
            f"Expected one e-mail address, but it is “{text}”. Correct it where the person is kept."
        ) from wrong


def _one_line(text: str, what: str) -> str:
    if not text.isprintable():
        raise Refused(
            f"Expected an e-mail's {what} in one line, but it has a line break or another sign "
            "that does not print. Nothing was sent."
        )
    return text


def _verdict(code: int, reason: str) -> Refused | NotNow:
    return Refused(reason) if code // 100 == _NEVER else NotNow(reason)


def _answer(code: int, said: Any) -> str:
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return f"{code} {' '.join(words.split())}"[:_LONGEST_ANSWER]


def _said(failed: Exception) -> str:
    """Put what went wrong with the connection into a sentence."""
    if isinstance(failed, smtplib.SMTPResponseException):
        return _answer(failed.smtp_code, failed.smtp_error)
    if isinstance(failed, TimeoutError):
        return "it did not answer in time."
    if isinstance(failed, smtplib.SMTPServerDisconnected):
        return "it hung up, or did not answer in time."
    return " ".join(str(failed).split())[:_LONGEST_ANSWER] or type(failed).__name__
