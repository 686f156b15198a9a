"""E-mail: what a message holds, whom it may go to, and what each answer of the server means."""

from __future__ import annotations

import datetime as dt
import ssl
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from engine.outbox import deliver_outbox
from engine.tables.database import Database
from tests.certificate import certificate
from tests.engine.outbox.conftest import later, mail_to, put_mail, row, rows
from tests.outside import Postbox, free_port, hanging, postbox


def test_a_message_says_who_what_and_where_in_any_alphabet(
    database: Database, box: Postbox
) -> None:
    content = {"subject": "SP-2026-001: Zoë's répons is late — 早い", "text": "Größe: 5 €\nÅ"}
    row_id = put_mail(database, content=content)
    assert deliver_outbox(database, mail_to(box.port)) == 1
    message = box.taken[0]
    assert message["Subject"] == content["subject"]
    assert message["From"] == "Northfield Homes <spoc@homes.example>"
    assert message["To"] == "dorothy@homes.example"
    assert message["Message-ID"] == f"<{row(database, row_id).key}@homes.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    said = message.get_content().replace("\r\n", "\n")
    assert said == f"{content['text']}\n\nhttps://spoc.homes.example/cases/1\n"
    sent = row(database, row_id)
    assert sent.sent_at is not None
    assert (sent.next_try_at, sent.claimed_until, sent.last_error) == (None, None, None)
    assert deliver_outbox(database, mail_to(box.port)) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "dorothy@homes.example\r\nBcc: everybody@homes.example"),
        ("to", "dorothy@homes.example\nBcc: everybody@homes.example"),
        ("to", "dorothy@homes.example, everybody@homes.example"),
        ("to", "<dorothy@homes.example>"),
        ("to", "zoë@homes.example"),
        ("to", "dorothy"),
        ("to", "@homes.example"),
        ("to", ""),
        ("subject", "Late\r\nBcc: everybody@homes.example"),
        ("subject", "Late\rBcc: everybody@homes.example"),
        ("subject", "Late\x00"),
        ("subject", "Late\u2028Bcc: everybody@homes.example"),
    ],
)
def test_nobody_writes_a_header_of_their_own(
    sqlite_database: Database, box: Postbox, field: str, value: str
) -> None:
    row_id = put_mail(sqlite_database, content={field: value})
    well = put_mail(sqlite_database, "mark@homes.example")
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 1
    assert [message["To"] for message in box.taken] == ["mark@homes.example"]
    dead = row(sqlite_database, row_id)
    assert dead.dead_at is not None
    assert dead.attempts == 1
    assert "Expected" in str(dead.last_error)
    assert row(sqlite_database, well).sent_at is not None


def test_a_domain_of_another_alphabet_is_written_as_mail_servers_know_it(
    sqlite_database: Database, box: Postbox
) -> None:
    put_mail(sqlite_database, "dorothy@häuser.example")
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 1
    assert box.taken[0]["To"] == "dorothy@xn--huser-gra.example"


def test_an_address_refused_for_good_is_dead_at_once(database: Database, box: Postbox) -> None:
    box.answers["gone@homes.example"] = "550 5.1.1 No such person"
    gone, here = put_mail(database, "gone@homes.example"), put_mail(database)
    assert deliver_outbox(database, mail_to(box.port)) == 1
    dead = row(database, gone)
    assert dead.dead_at is not None
    assert dead.next_try_at is None
    assert dead.last_error == "The mail server refused the address: 550 5.1.1 No such person"
    assert row(database, here).sent_at is not None


def test_an_address_that_is_full_is_tried_again(database: Database, box: Postbox) -> None:
    box.answers["full@homes.example"] = "452 4.2.2 Mailbox full"
    full, here = put_mail(database, "full@homes.example"), put_mail(database)
    assert deliver_outbox(database, mail_to(box.port)) == 1
    waits = row(database, full)
    assert waits.dead_at is None
    assert waits.next_try_at is not None
    assert waits.next_try_at > waits.made_at
    assert row(database, here).sent_at is not None
    box.answers.clear()
    later(minutes=1)
    assert deliver_outbox(database, mail_to(box.port)) == 1


def test_a_message_refused_for_good_is_dead_and_one_refused_for_now_waits(
    database: Database, box: Postbox
) -> None:
    box.refuses_all = "554 5.7.1 Looks like spam"
    first = put_mail(database)
    deliver_outbox(database, mail_to(box.port))
    assert row(database, first).dead_at is not None
    box.refuses_all = "451 4.3.0 Try later"
    second = put_mail(database)
    deliver_outbox(database, mail_to(box.port))
    assert row(database, second).dead_at is None
    assert str(row(database, second).last_error).endswith("451 4.3.0 Try later")


def test_a_server_that_is_not_there_costs_one_row_one_try_a_call(database: Database) -> None:
    ids = [put_mail(database, f"person{number}@homes.example") for number in range(3)]
    assert deliver_outbox(database, mail_to(free_port())) == 0
    assert [row(database, one).attempts for one in ids] == [1, 0, 0]
    assert str(row(database, ids[0]).last_error).startswith("The mail server could not be used:")


@pytest.mark.parametrize("drip", [b"", b"2"])
@pytest.mark.parametrize("tls", ["none", "tls"])
def test_a_server_that_hangs_is_left_after_its_seconds(
    sqlite_database: Database, drip: bytes, tls: str
) -> None:
    row_id = put_mail(sqlite_database)
    with hanging(drip) as port:
        started = dt.datetime.now(dt.UTC)
        assert deliver_outbox(sqlite_database, mail_to(port, seconds=0.5, tls=tls)) == 0
        assert dt.datetime.now(dt.UTC) - started < dt.timedelta(seconds=3)
    assert row(sqlite_database, row_id).next_try_at is not None


def test_many_messages_share_one_connection_and_outlive_its_end(
    sqlite_database: Database, box: Postbox
) -> None:
    for number in range(5):
        put_mail(sqlite_database, f"person{number}@homes.example")
    box.answers["person2@homes.example"] = "421 4.7.0 Enough for now"
    assert deliver_outbox(sqlite_database, mail_to(box.port)) == 4
    assert [one.sent_at is None for one in rows(sqlite_database)] == [
        *(False, False),
        True,
        *(False, False),
    ]


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """TLS of a server whose certificate this machine trusts."""
    made = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    return made.context


def test_starttls_and_a_password(sqlite_database: Database, trusted: ssl.SSLContext) -> None:
    def known(
        _server: object, _session: object, _envelope: object, _kind: str, said: object
    ) -> AuthResult:
        assert isinstance(said, LoginPassword)
        return AuthResult(success=said == LoginPassword(b"spoc", b"pass word"), handled=False)

    with postbox(
        tls_context=trusted, require_starttls=True, authenticator=known, auth_required=True
    ) as box:
        put_mail(sqlite_database)
        put_mail(sqlite_database)
        wrong = mail_to(box.port, tls="starttls", user="spoc", password="wrong")
        assert deliver_outbox(sqlite_database, wrong) == 0
        assert "535" in str(rows(sqlite_database)[0].last_error)
        assert rows(sqlite_database)[0].dead_at is None
        later(minutes=1)
        right = mail_to(box.port, tls="starttls", user="spoc", password="pass word")
        assert deliver_outbox(sqlite_database, right) == 2


def test_a_certificate_nobody_vouches_for_gets_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with postbox(tls_context=certificate(tmp_path).context, require_starttls=True) as box:
        put_mail(sqlite_database)
        assert deliver_outbox(sqlite_database, mail_to(box.port, tls="starttls")) == 0
        assert box.taken == []
        assert "certificate" in str(rows(sqlite_database)[0].last_error).lower()


def test_a_server_without_starttls_gets_nothing_in_clear(
    sqlite_database: Database, box: Postbox
) -> None:
    put_mail(sqlite_database)
    assert deliver_outbox(sqlite_database, mail_to(box.port, tls="starttls")) == 0
    assert box.taken == []
    assert rows(sqlite_database)[0].next_try_at is not None
