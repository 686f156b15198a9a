"""Webhooks: signed, never led astray, and what each answer of the other system means."""

from __future__ import annotations

import datetime as dt
import http.server
import ssl
import threading
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from engine.outbox import deliver_outbox
from engine.outbox.parcels import Unreachable
from engine.outbox.targets import check_address
from engine.tables.database import Database
from tests.certificate import certificate
from tests.engine.outbox.conftest import NOW, events_to, later, put_event, row
from tests.outside import NEXT_SECRET, SECRET, Listener, free_port, hanging, listener


def test_an_event_is_signed_and_says_what_happened(database: Database, system: Listener) -> None:
    row_id = put_event(database)
    assert deliver_outbox(database, events_to(system.url)) == 1
    key, content = system.taken[0]
    assert key == row(database, row_id).key
    assert content["type"] == "letter.issued"
    assert content["data"] == {"letter_id": 3}
    assert dt.datetime.fromisoformat(content["timestamp"]) == NOW
    assert system.headers[0]["content-type"] == "application/json"
    assert row(database, row_id).sent_at is not None


def test_who_has_another_secret_is_told_nothing_true(
    sqlite_database: Database, system: Listener
) -> None:
    put_event(sqlite_database)
    deliver_outbox(sqlite_database, events_to(system.url))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEXT_SECRET).verify(b"{}", system.headers[0])


@pytest.mark.parametrize("theirs", [SECRET, NEXT_SECRET])
def test_a_secret_is_changed_while_both_are_known(
    sqlite_database: Database, system: Listener, theirs: str
) -> None:
    system.secret = theirs
    put_event(sqlite_database)
    senders = events_to(system.url, secrets=(NEXT_SECRET, SECRET))
    assert deliver_outbox(sqlite_database, senders) == 1
    assert len(system.headers[0]["webhook-signature"].split()) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_refusal_is_dead_at_once(
    sqlite_database: Database, system: Listener, status: int
) -> None:
    system.answers = [(status, {})]
    row_id = put_event(sqlite_database)
    assert deliver_outbox(sqlite_database, events_to(system.url)) == 0
    dead = row(sqlite_database, row_id)
    assert dead.dead_at is not None
    assert str(dead.last_error).startswith(f"crm answered {status}")


@pytest.mark.parametrize("status", [301, 302, 307, 408, 425, 429, 500, 502, 503, 504])
def test_a_failure_that_may_pass_is_tried_again_under_the_same_id(
    sqlite_database: Database, system: Listener, status: int
) -> None:
    system.answers = [(status, {"Location": "http://127.0.0.1:1/elsewhere"})]
    row_id = put_event(sqlite_database)
    assert deliver_outbox(sqlite_database, events_to(system.url)) == 0
    assert row(sqlite_database, row_id).next_try_at is not None
    later(minutes=1)
    assert deliver_outbox(sqlite_database, events_to(system.url)) == 1
    assert {headers["webhook-id"] for headers in system.headers} == {
        row(sqlite_database, row_id).key
    }


def test_nobody_is_led_elsewhere(sqlite_database: Database, system: Listener) -> None:
    with listener() as other:
        for status in (301, 302, 303, 307, 308):
            put_event(sqlite_database, case_id=status)
            system.answers = [(status, {"Location": other.url})]
            assert deliver_outbox(sqlite_database, events_to(system.url)) == 0
        assert other.headers == []
        assert len(system.headers) == 5


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("3600", 3600, 3600),
        ("99999999999", 86400, 86400),
        ("1", 24, 36),
        ("", 24, 36),
        ("soon", 24, 36),
        ("-5", 24, 36),
    ],
)
def test_who_says_when_to_come_back_is_listened_to(
    sqlite_database: Database, system: Listener, said: str, least: int, most: int
) -> None:
    system.answers = [(429, {"Retry-After": said} if said else {})]
    row_id = put_event(sqlite_database)
    deliver_outbox(sqlite_database, events_to(system.url))
    waits = row(sqlite_database, row_id).next_try_at
    assert waits is not None
    assert least <= (waits - NOW).total_seconds() <= most


def test_a_date_to_come_back_is_read(sqlite_database: Database, system: Listener) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=2)
    system.answers = [(503, {"Retry-After": format_datetime(at, usegmt=True)})]
    row_id = put_event(sqlite_database)
    deliver_outbox(sqlite_database, events_to(system.url))
    waits = row(sqlite_database, row_id).next_try_at
    assert waits is not None
    assert 7100 < (waits - NOW).total_seconds() <= 7200


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.8", "172.16.4.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *("100.64.0.1", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.8", "224.0.0.1"),
        *("64:ff9b::a00:8", "2002:a00:8::", "255.255.255.255"),
    ],
)
def test_an_inner_address_is_not_reached_beside_whatever_others(address: str) -> None:
    with pytest.raises(Unreachable, match="private network"):
        check_address("crm.example", ["93.184.216.34", address])
    check_address("crm.example", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "127.1"])
def test_nothing_is_sent_inside_unless_it_is_allowed(
    sqlite_database: Database, system: Listener, host: str
) -> None:
    url = f"http://{host}:{system.port}/events"
    row_id = put_event(sqlite_database)
    assert deliver_outbox(sqlite_database, events_to(url, may_be_private=False)) == 0
    assert system.headers == []
    assert "private network" in str(row(sqlite_database, row_id).last_error)
    assert row(sqlite_database, row_id).dead_at is None


def test_no_proxy_of_the_environment_is_asked(
    sqlite_database: Database, system: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    put_event(sqlite_database)
    assert deliver_outbox(sqlite_database, events_to(system.url)) == 1


@pytest.mark.parametrize("drip", [b"", b"H"])
def test_a_system_that_hangs_is_left_after_its_seconds(
    sqlite_database: Database, drip: bytes
) -> None:
    row_id = put_event(sqlite_database)
    with hanging(drip) as port:
        started = dt.datetime.now(dt.UTC)
        senders = events_to(f"http://127.0.0.1:{port}/", seconds=0.5)
        assert deliver_outbox(sqlite_database, senders) == 0
        assert dt.datetime.now(dt.UTC) - started < dt.timedelta(seconds=3)
    assert row(sqlite_database, row_id).dead_at is None


def test_a_system_that_is_not_there_waits(database: Database) -> None:
    row_id = put_event(database)
    senders = events_to(f"http://127.0.0.1:{free_port()}/")
    assert deliver_outbox(database, senders) == 0
    assert "could not be reached" in str(row(database, row_id).last_error)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A system by https: its address, and the file by which it is trusted."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    made = certificate(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = made.context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://localhost:{server.server_address[1]}/", made.authority
    server.shutdown()
    server.server_close()
    thread.join()


def test_https_wants_a_certificate_this_machine_trusts(
    sqlite_database: Database, secure: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, authority = secure
    row_id = put_event(sqlite_database)
    assert deliver_outbox(sqlite_database, events_to(url)) == 0
    assert "certificate" in str(row(sqlite_database, row_id).last_error)
    later(minutes=1)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    assert ssl.get_default_verify_paths().openssl_cafile_env == "SSL_CERT_FILE"
    assert deliver_outbox(sqlite_database, events_to(url)) == 1
