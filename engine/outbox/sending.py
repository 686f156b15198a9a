"""The outbox leaves the house: claim a row and commit, send it, mark it - never two at a time."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import random
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.casework import flag_requests
from engine.casework.flag_systems import FLAG_SYSTEMS, as_setting
from engine.casework.outgoing import WEBHOOKS, wants
from engine.casework.outgoing_letters import NOTIFY_TAKES
from engine.installation import read_surroundings
from engine.outbox.enclosures import enclosed
from engine.outbox.leases import is_free, lease_of
from engine.outbox.mail import MailSettings
from engine.outbox.notify import NotifySettings
from engine.outbox.parcels import Line, NotNow, Parcel, Refused, Sender, Unreachable
from engine.outbox.webhooks import FlagWebhook, WebhookSettings
from engine.tables.database import Collision, Database
from engine.tables.process import Outbox, Setting

logger = logging.getLogger("spoc.outbox")

#: How many rows one call sends at most, and after how many seconds it begins no further one.
PER_CALL = 200
SECONDS = 8.0
#: After so many tries, over two days and a half, a row is left to a person.
MOST_TRIES = 12
_FIRST_WAIT = dt.timedelta(seconds=30)
_LONGEST_BACK_OFF = dt.timedelta(hours=12)
_TIMES = 3
#: Waits are spread by so much, so that what failed together does not come back together.
_JITTER = 0.2
_LONGEST_REASON = 500
_KILLED = (
    f"None of {MOST_TRIES} tries succeeded, and at the last one the worker died as it sent this. "
    "Ask those who look after the program to look at its log."
)
#: That something was sent is written down, also when the database is busy.
_MARKING_TRIES = 5


@dataclass(frozen=True)
class Senders:
    """The ways out of this installation; a channel without a sender waits, nothing is lost."""

    #: None: e-mail waits.
    mail: MailSettings | None = None
    webhooks: tuple[WebhookSettings, ...] = field(default=())
    #: None: no letter leaves by GOV.UK Notify.
    notify: NotifySettings | None = None
    #: Systems that show flags and are asked by a webhook.
    flags: tuple[FlagWebhook, ...] = field(default=())
    #: How each system that shows flags is asked, by its short name; by hand where it is not here.
    flag_systems: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Sender]:
        """Give each sender."""
        if self.mail is not None:
            yield self.mail
        yield from self.webhooks
        yield from self.flags
        if self.notify is not None:
            yield self.notify

    @property
    def channels(self) -> frozenset[str]:
        """Name the channels that are sent."""
        return frozenset(sender.channel for sender in self)


def deliver_outbox(
    db: Database, senders: Senders, *, limit: int = PER_CALL, seconds: float = SECONDS
) -> int:
    """Send what is due, the oldest first; returns how many were taken by the other side.

    Each row: claimed for a while and committed, sent outside of any transaction, marked. Several
    workers never hold the same row; of a worker that dies the lease ends and the row is sent
    again under the same key. Rows of one case and receiver go in their order. A way that cannot
    be reached is left alone until the next call. With nothing due: two statements, no writing.

    seconds: after so many no further row is begun; the one under way ends within its sender's.
    """
    until = time.monotonic() + seconds
    due = _due(db, senders)
    # Another order each time: a way that hangs must not keep the others waiting for ever.
    random.shuffle(due)
    sent = 0
    for sender in due:
        with contextlib.closing(sender.open()) as line:
            while sent < limit and time.monotonic() < until:
                parcel = _claim(db, sender)
                if parcel is None:
                    break
                outcome = _try(db, line, parcel, sender)
                if isinstance(outcome, Unreachable):
                    break
                sent += outcome is None
    return sent


def back_off(attempts: int) -> dt.timedelta:
    """Give how long to wait after so many tries: 30 s, three times as long each time, 12 h."""
    times: int = _TIMES ** min(max(attempts - 1, 0), MOST_TRIES)
    return min(_FIRST_WAIT * times, _LONGEST_BACK_OFF) * random.uniform(1 - _JITTER, 1 + _JITTER)


def _due(db: Database, senders: Senders) -> list[Sender]:
    """Give the senders that have something to do; tell the house what they take."""
    said = {
        WEBHOOKS: wants((endpoint.name, endpoint.events) for endpoint in senders.webhooks),
        NOTIFY_TAKES: ",".join(sorted(senders.notify.takes)) if senders.notify else "",
        FLAG_SYSTEMS: as_setting(senders.flag_systems),
    }
    unsaid = {WEBHOOKS: wants(()), NOTIFY_TAKES: "", FLAG_SYSTEMS: ""}
    with db.reading() as session:
        around = read_surroundings(session)
        due = set(session.scalars(_channels_due(senders.channels, around.now)))
    new = {
        name: value
        for name, value in said.items()
        if value != around.settings.get(name, unsaid[name])
    }
    if new:
        with db.writing() as session:
            for name, value in new.items():
                session.merge(Setting(name=name, value=value))
    return [sender for sender in senders if sender.channel in due]


def _channels_due(channels: Iterable[str], now: dt.datetime) -> Select[str]:
    return (
        select(Outbox.channel)
        .where(Outbox.channel.in_(channels), Outbox.next_try_at <= now, is_free())
        .distinct()
    )


def _claim(db: Database, sender: Sender) -> Parcel | None:
    """Take the next row of a channel into our hands; None when there is none now."""
    earlier = aliased(Outbox)
    waits = (
        select(earlier.id)
        .where(
            earlier.order_key == Outbox.order_key,
            earlier.next_try_at.is_not(None),
            earlier.id < Outbox.id,
        )
        .exists()
    )
    next_row = (
        select(Outbox)
        .where(Outbox.channel == sender.channel, is_free(), ~waits)
        .order_by(Outbox.next_try_at, Outbox.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Outbox)
    )
    with db.writing() as session:
        now = read_surroundings(session).now
        due = next_row.where(Outbox.next_try_at <= now)
        row = session.scalars(due).one_or_none()
        while row is not None and _killed_too_often(row):
            row.dead_at, row.next_try_at, row.claimed_until = now, None, None
            row.last_error = _KILLED
            flag_requests.call_failed(session, row, _KILLED, now)
            row = session.scalars(due).one_or_none()
        if row is None:
            return None
        row.attempts += 1
        row.claimed_until = clock.real() + lease_of(sender)
        # For the case that we die: who lives says when to try again.
        row.next_try_at = now + lease_of(sender) + back_off(row.attempts)
        return Parcel(row.id, row.key, row.content, row.claimed_until, row.attempts)


def _killed_too_often(row: Outbox) -> bool:
    """Tell of a row that is due whether its last worker died, at the last of its tries."""
    return row.claimed_until is not None and row.attempts >= MOST_TRIES


def _try(db: Database, line: Line, parcel: Parcel, sender: Sender) -> Exception | None:
    """Send what we hold and mark it; gives what went wrong, None when it was taken."""
    try:
        _check_lease(parcel, sender)
        line.send(enclosed(db, parcel))
    except (Refused, NotNow) as failed:
        logger.warning("Row %s of the outbox was not taken: %s", parcel.id, failed)
        _failed(db, parcel, failed)
        return failed
    except Exception as fault:
        logger.exception("Row %s of the outbox could not be sent.", parcel.id)
        _failed(db, parcel, NotNow(f"Something went wrong here, which the log tells: {fault!r}"))
        return fault
    _sent(db, parcel)
    return None


def _check_lease(parcel: Parcel, sender: Sender) -> None:
    """Raise NotNow when we were held up for so long that somebody else may soon hold the row."""
    left = parcel.claimed_until - clock.real()
    if left < dt.timedelta(seconds=sender.seconds):
        raise NotNow("The worker was held up before it could send. Nothing was sent.")


def _sent(db: Database, parcel: Parcel) -> None:
    """Mark a row as sent, whoever holds it now."""
    for turn in range(_MARKING_TRIES):
        try:
            with db.writing() as session:
                session.execute(
                    update(Outbox)
                    .where(Outbox.id == parcel.id, Outbox.sent_at.is_(None))
                    .values(
                        sent_at=read_surroundings(session).now,
                        next_try_at=None,
                        claimed_until=None,
                        dead_at=None,
                        last_error=None,
                    )
                )
            return
        except Collision:
            if turn == _MARKING_TRIES - 1:
                raise


def _failed(db: Database, parcel: Parcel, failed: Refused | NotNow) -> None:
    """Mark a row as not sent, if it is still ours: when to try again, or that it is dead."""
    with db.writing() as session:
        row = _ours(session, parcel)
        if row is None:
            return
        now = read_surroundings(session).now
        row.claimed_until = None
        row.last_error = str(failed)[:_LONGEST_REASON]
        if isinstance(failed, Refused) or row.attempts >= MOST_TRIES:
            row.dead_at, row.next_try_at = now, None
            flag_requests.call_failed(session, row, row.last_error, now)
            return
        row.next_try_at = now + max(back_off(row.attempts), failed.after or dt.timedelta())


def _ours(session: Session, parcel: Parcel) -> Outbox | None:
    return session.scalars(
        select(Outbox)
        .where(Outbox.id == parcel.id, Outbox.claimed_until == parcel.claimed_until)
        .with_for_update()
    ).one_or_none()
