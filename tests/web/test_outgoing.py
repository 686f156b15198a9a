"""How e-mail and events leave: read from the environment, and what cannot be used is named."""

from __future__ import annotations

from typing import Any

import pytest

from tests.outside import NEXT_SECRET, SECRET
from web.outgoing import Read, senders_of
from web.settings import from_environment

MAIL = {"SPOC_SMTP_HOST": "mail.homes.example", "SPOC_MAIL_FROM": "SPOC <spoc@homes.example>"}
HOOK = {
    "SPOC_WEBHOOKS": "crm=https://crm.homes.example/events",
    "SPOC_WEBHOOK_SECRETS": f"crm={SECRET}",
}


def read(given: dict[str, str], *, demo: bool = False) -> Read:
    return senders_of(given, pages="https://spoc.homes.example", demo=demo)


def test_with_nothing_set_nothing_leaves_and_nothing_is_wrong() -> None:
    found = read({})
    assert (list(found.senders), found.wrong) == ([], ())


@pytest.mark.parametrize(
    ("more", "tls", "port"),
    [
        ({}, "starttls", 587),
        ({"SPOC_SMTP_TLS": "tls"}, "tls", 465),
        ({"SPOC_SMTP_TLS": "none"}, "none", 25),
        ({"SPOC_SMTP_PORT": "2525"}, "starttls", 2525),
    ],
)
def test_a_mail_server_is_read(more: dict[str, str], tls: str, port: int) -> None:
    found = read({**MAIL, **more})
    assert found.wrong == ()
    mail = found.senders.mail
    assert mail is not None
    assert (mail.host, mail.tls, mail.port) == ("mail.homes.example", tls, port)
    assert (mail.sender, mail.sender_name) == ("spoc@homes.example", "SPOC")
    assert mail.pages == "https://spoc.homes.example"


def test_systems_are_read_with_their_secrets_and_events() -> None:
    found = read(
        {
            "SPOC_WEBHOOKS": "crm=https://crm.homes.example/e?a=b  dwh=https://dwh.homes.example",
            "SPOC_WEBHOOK_SECRETS": f"crm={NEXT_SECRET} crm={SECRET} dwh={SECRET}",
            "SPOC_WEBHOOK_EVENTS": "dwh=letter.issued,incident.opened",
            "SPOC_WEBHOOK_TIMEOUT": "7",
        }
    )
    assert found.wrong == ()
    crm, dwh = found.senders.webhooks
    assert (crm.url, crm.secrets) == ("https://crm.homes.example/e?a=b", (NEXT_SECRET, SECRET))
    assert dwh.events == {"letter.issued", "incident.opened"}
    assert len(crm.events) > len(dwh.events)
    assert (crm.seconds, crm.may_be_private) == (7, False)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**MAIL, "SPOC_SMTP_TLS": "ssl"}, "SPOC_SMTP_TLS, but it is 'ssl'"),
        ({**MAIL, "SPOC_MAIL_FROM": ""}, "SPOC_MAIL_FROM"),
        ({**MAIL, "SPOC_MAIL_FROM": "spoc@homes.example\nBcc: x@y.example"}, "SPOC_MAIL_FROM"),
        ({**MAIL, "SPOC_SMTP_PORT": "0"}, "1 to 65535 in SPOC_SMTP_PORT"),
        ({**MAIL, "SPOC_SMTP_TIMEOUT": "soon"}, "1 to 300 in SPOC_SMTP_TIMEOUT"),
        ({**MAIL, "SPOC_SMTP_TLS": "none", "SPOC_SMTP_USER": "spoc"}, "travel in clear"),
        ({**HOOK, "SPOC_WEBHOOKS": "crm=http://crm.homes.example/"}, "Use https"),
        ({**HOOK, "SPOC_WEBHOOKS": "crm=ftp://crm.homes.example/"}, "Expected https://HOST"),
        ({**HOOK, "SPOC_WEBHOOKS": "crm=https://me:pw@crm.example/"}, "Expected https://HOST"),
        ({**HOOK, "SPOC_WEBHOOKS": "crm=https://crm.example:99999/"}, "Expected https://HOST"),
        ({**HOOK, "SPOC_WEBHOOKS": "CRM=https://crm.example/"}, "NAME=VALUE"),
        ({**HOOK, "SPOC_WEBHOOK_SECRETS": ""}, "a secret for crm"),
        ({**HOOK, "SPOC_WEBHOOK_SECRETS": "crm=whsec_short"}, "secret 1 of crm"),
        ({**HOOK, "SPOC_WEBHOOK_SECRETS": f"crm={SECRET[6:]}"}, "secret 1 of crm"),
        ({**HOOK, "SPOC_WEBHOOK_SECRETS": f"{SECRET} crm={SECRET}"}, "NAME=VALUE"),
        ({**HOOK, "SPOC_WEBHOOK_EVENTS": "crm=letter.lost"}, "letter.lost is none"),
        ({**HOOK, "SPOC_WEBHOOK_EVENTS": "dwh=letter.issued"}, "an address for the webhook dwh"),
    ],
)
def test_what_cannot_be_used_is_named_and_no_secret_is_repeated(
    given: dict[str, str], said: str
) -> None:
    wrong = read(given).wrong
    assert said in wrong[0]
    assert not any(SECRET[6:] in one for one in wrong)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machine_is_told_without_https(host: str) -> None:
    assert read({**HOOK, "SPOC_WEBHOOKS": f"crm=http://{host}:9000/"}).wrong == ()


def test_a_demonstration_tells_anybody_without_https() -> None:
    given = {**HOOK, "SPOC_WEBHOOKS": "crm=http://crm.homes.example/"}
    assert read(given, demo=True).wrong == ()


def test_no_secret_and_no_password_is_printed_with_the_settings(tmp_path: Any) -> None:
    given = {**MAIL, **HOOK, "SPOC_SMTP_USER": "u", "SPOC_SMTP_PASSWORD": "hidden word"}
    settings = from_environment({**given, "SPOC_DEMO": "1", "SPOC_VAR": str(tmp_path)})
    settings.require()
    assert "hidden word" not in repr(settings)
    assert SECRET not in repr(settings)


def test_links_lead_to_where_people_reach_the_pages(tmp_path: Any) -> None:
    demo = {**MAIL, "SPOC_DEMO": "1", "SPOC_VAR": str(tmp_path)}
    for more, pages in (
        ({}, "http://127.0.0.1:8000"),
        (
            {"SPOC_HTTPS": "1", "SPOC_HOSTS": "spoc.homes.example, spoc"},
            "https://spoc.homes.example",
        ),
        ({"SPOC_PAGES": "https://homes.example/"}, "https://homes.example"),
    ):
        mail = from_environment({**demo, **more}).senders.mail
        assert mail is not None
        assert mail.pages == pages
