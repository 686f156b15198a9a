"""How e-mail and events leave this installation, as the environment says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr

import engine
from web.named_systems import named, wrong_secrets, wrong_url
from web.outgoing_flags import flags_of
from web.outgoing_notify import notify_of

_TLS = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LONGEST_SEND = 300
_MOST_PORT = 65535
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Read:
    """The senders, and what of the settings cannot be used, each with what to do."""

    senders: engine.outbox.Senders
    wrong: tuple[str, ...]


def senders_of(given: Mapping[str, str], *, pages: str, demo: bool) -> Read:
    """Read who sends e-mail and who is told of events.

    pages: where our pages are, for links in e-mails; demo: http is allowed to anybody.
    """
    wrong: list[str] = []
    mail = _mail(given, pages, wrong)
    webhooks = tuple(_webhooks(given, wrong, demo=demo))
    notify = notify_of(given, wrong)
    flags, ways = flags_of(given, wrong, demo=demo)
    return Read(engine.outbox.Senders(mail, webhooks, notify, flags, ways), tuple(wrong))


def _mail(
    given: Mapping[str, str], pages: str, wrong: list[str]
) -> engine.outbox.MailSettings | None:
    host = given.get("SPOC_SMTP_HOST", "").strip()
    if not host:
        return None
    tls = (given.get("SPOC_SMTP_TLS") or "starttls").strip().lower()
    if tls not in _TLS:
        wrong.append(f"Expected starttls, tls or none in SPOC_SMTP_TLS, but it is {tls!r}.")
        tls = "starttls"
    said = given.get("SPOC_MAIL_FROM", "")
    name, sender = parseaddr(said)
    if not re.fullmatch(r"[!-?A-~]+@[a-zA-Z0-9.-]+", sender) or not said.isprintable():
        wrong.append(
            "Expected the address e-mail is sent from in SPOC_MAIL_FROM, such as "
            f"SPOC <spoc@homes.example>, but it is {said!r}."
        )
    user, password = given.get("SPOC_SMTP_USER", ""), given.get("SPOC_SMTP_PASSWORD", "")
    if user and tls == "none" and host not in _LOCAL:
        wrong.append(
            "Expected SPOC_SMTP_TLS to be starttls or tls where SPOC_SMTP_USER is set, but it is "
            "none: the password would travel in clear."
        )
    return engine.outbox.MailSettings(
        host=host,
        port=_number(given, "SPOC_SMTP_PORT", _PORTS[tls], _MOST_PORT, wrong),
        tls=tls,  # type: ignore[arg-type]  # one of the three
        sender=sender,
        sender_name=name,
        user=user,
        password=password,
        seconds=_number(given, "SPOC_SMTP_TIMEOUT", 20, _LONGEST_SEND, wrong),
        pages=pages,
    )


def _webhooks(
    given: Mapping[str, str], wrong: list[str], *, demo: bool
) -> list[engine.outbox.WebhookSettings]:
    urls = named(given, "SPOC_WEBHOOKS", wrong)
    secrets = named(given, "SPOC_WEBHOOK_SECRETS", wrong)
    events = named(given, "SPOC_WEBHOOK_EVENTS", wrong)
    private = given.get("SPOC_WEBHOOK_PRIVATE", "").strip().lower() in {"1", "yes", "true", "on"}
    for name in sorted({*secrets, *events} - set(urls)):
        wrong.append(f"Expected an address for the webhook {name} in SPOC_WEBHOOKS. Add it.")
    seconds = _number(given, "SPOC_WEBHOOK_TIMEOUT", 15, _LONGEST_SEND, wrong)
    found = []
    for name, said in urls.items():
        url = said[-1]
        wrong.extend(wrong_url(name, url, demo=demo, setting="SPOC_WEBHOOKS"))
        wrong.extend(wrong_secrets(name, secrets.get(name, []), setting="SPOC_WEBHOOK_SECRETS"))
        chosen = frozenset(one for part in events.get(name, []) for one in part.split(",") if one)
        unknown = sorted(chosen - set(engine.outbox.EVENTS))
        if unknown:
            wrong.append(
                f"Expected events among {', '.join(engine.outbox.EVENTS)} for {name} in "
                f"SPOC_WEBHOOK_EVENTS, but {', '.join(unknown)} is none."
            )
        found.append(
            engine.outbox.WebhookSettings(
                name=name,
                url=url,
                secrets=tuple(secrets.get(name, [])),
                events=chosen or frozenset(engine.outbox.EVENTS),
                may_be_private=private,
                seconds=seconds,
            )
        )
    return found


def _number(given: Mapping[str, str], name: str, default: int, most: int, wrong: list[str]) -> int:
    said = given.get(name, "").strip()
    if not said:
        return default
    if not said.isdecimal() or not 1 <= int(said[:6]) <= most:
        wrong.append(f"Expected 1 to {most} in {name}, but it is {said!r}. Mend or unset it.")
        return default
    return int(said)
