"""The outbox and its senders: rows written by units of work leave the house, each at least once."""

from __future__ import annotations

from engine.casework.outgoing import EVENTS
from engine.outbox import print_packs, task_mail
from engine.outbox.fates import ask_notify
from engine.outbox.mail import MailSettings
from engine.outbox.notify import NOTIFY_URL, NotifySettings
from engine.outbox.sending import Senders, deliver_outbox
from engine.outbox.settling import (
    give_up,
    give_up_older,
    try_again,
    try_all_again,
    waiting,
)
from engine.outbox.webhooks import FlagWebhook, WebhookSettings

__all__ = [
    "EVENTS",
    "NOTIFY_URL",
    "FlagWebhook",
    "MailSettings",
    "NotifySettings",
    "Senders",
    "WebhookSettings",
    "ask_notify",
    "deliver_outbox",
    "give_up",
    "give_up_older",
    "print_packs",
    "task_mail",
    "try_again",
    "try_all_again",
    "waiting",
]
