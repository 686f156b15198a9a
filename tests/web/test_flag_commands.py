"""The command line and settings of flags in other systems: what is wrong is said, with a way out.

R-065: how each system is asked is said once, and a system nobody can ask is never silent.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import socket
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

import engine
from engine import clock
from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from tests.outside import NEXT_SECRET, SECRET
from tests.web.flag_systems import NAME, SYSTEM, TAKEN_OVER
from web import create_app
from web.outgoing import Read, senders_of
from web.settings import SettingMissing, Settings, from_environment
from web.views.flags import HEADINGS

NOW = dt.datetime(2026, 3, 4, 10, 0)
OTHER = "whsec_b3RoZXIgc2VjcmV0IG9mIGFub3RoZXIgc3lzdGVt"
ADDRESS = "https://jadu.homes.example/flags"
GIVEN = {
    "SPOC_FLAG_SYSTEMS": f"{NAME}={ADDRESS}",
    "SPOC_FLAG_SECRETS": f"{NAME}={SECRET}",
    "SPOC_FLAG_ANSWER_SECRETS": f"{NAME}={NEXT_SECRET}",
}


def read(given: dict[str, str], *, demo: bool = False) -> Read:
    return senders_of(given, pages="https://spoc.homes.example", demo=demo)


def test_each_way_of_asking_is_read() -> None:
    given = {
        **GIVEN,
        "SPOC_FLAG_SYSTEMS": f"{NAME}={ADDRESS}  open-housing=worklist repairs=a@homes.example",
        "SPOC_FLAG_SECRETS": f"{NAME}={SECRET} {NAME}={OTHER}",
    }
    found = read(given)
    assert found.wrong == ()
    [hook] = found.senders.flags
    assert (hook.name, hook.url, hook.secrets, hook.answer_secrets) == (
        *(NAME, ADDRESS),
        *((SECRET, OTHER), (NEXT_SECRET,)),
    )
    assert found.senders.flag_systems == {
        NAME: "webhook",
        "open-housing": "worklist",
        "repairs": "a@homes.example",
    }


SYSTEMS, SECRETS, ANSWERS = GIVEN
TWO = {
    SYSTEMS: f"{NAME}={ADDRESS} repairs=https://repairs.homes.example/",
    SECRETS: f"{NAME}={SECRET} repairs={OTHER}",
    ANSWERS: f"{NAME}={NEXT_SECRET} repairs={NEXT_SECRET}",
}


@pytest.mark.parametrize(
    ("changed", "setting", "said", "way_out"),
    [
        ({SYSTEMS: "JADU=worklist"}, SYSTEMS, "NAME=VALUE", "names in small letters"),
        ({SYSTEMS: "jadu-crm"}, SYSTEMS, "NAME=VALUE", "separated by blanks"),
        ({SYSTEMS: "jadu_crm=worklist"}, SYSTEMS, "no underscores", "Write jadu-crm."),
        ({SYSTEMS: f"{NAME}=worklst"}, SYSTEMS, "worklist or the address", "Correct it"),
        ({SYSTEMS: f"{NAME}=a@b@c"}, SYSTEMS, "the address of a mailbox", "Correct it"),
        ({SYSTEMS: f"{NAME}=worklist {NAME}={ADDRESS}"}, SYSTEMS, "there are 2", "Keep one."),
        ({SYSTEMS: f"{NAME}=ftp://jadu.example/"}, SYSTEMS, "https://HOST/PATH", "whole"),
        ({SYSTEMS: f"{NAME}=https://me:pw@jadu.example/"}, SYSTEMS, "it is not one", "password"),
        ({SYSTEMS: f"{NAME}=https://jadu.example:99999/"}, SYSTEMS, "it is not one", "whole"),
        ({SYSTEMS: f"{NAME}=https:///flags"}, SYSTEMS, "it is not one", "whole"),
        ({SYSTEMS: f"{NAME}=http://jadu.example/"}, SYSTEMS, "it is http", "Use https."),
        ({SYSTEMS: f"{NAME}=worklist"}, SYSTEMS, "because it has a secret", "take its secrets out"),
        ({SYSTEMS: ""}, SYSTEMS, "because it has a secret", "Add jadu-crm=https://"),
        ({SECRETS: ""}, SECRETS, "there is none", "Add jadu-crm=whsec_"),
        ({SECRETS: f"{NAME}=whsec_short"}, SECRETS, "secret 1 of jadu-crm", "Make a new one."),
        ({SECRETS: f"{NAME}={SECRET[6:]}"}, SECRETS, "secret 1 of jadu-crm", "Make a new one."),
        ({SECRETS: f"{NAME}={SECRET} {NAME}=x"}, SECRETS, "secret 2 of", "Make a new one."),
        ({SECRETS: SECRET}, SECRETS, "NAME=VALUE", "separated by blanks"),
        ({ANSWERS: ""}, ANSWERS, "there is none", "Add jadu-crm=whsec_"),
        ({ANSWERS: f"{NAME}=whsec_%%"}, ANSWERS, "secret 1 of jadu-crm", "Make a new one."),
        ({ANSWERS: f"{NAME}={SECRET}"}, ANSWERS, f"than in {SECRETS}", "Make new ones."),
        (TWO, ANSWERS, "jadu-crm and repairs share one", "Make new ones."),
    ],
)
def test_each_setting_that_cannot_be_used_is_named_with_what_to_do(
    changed: dict[str, str], setting: str, said: str, way_out: str
) -> None:
    """R-065: and no secret is repeated."""
    wrong = read({**GIVEN, **changed}).wrong
    found = [one for one in wrong if setting in one and said in one]
    assert found, wrong
    assert way_out in found[0]
    secrets = (SECRET, NEXT_SECRET, OTHER)
    assert not any(secret[6:] in one for one in wrong for secret in secrets)


def test_a_demonstration_is_asked_without_https_and_others_are_stopped_at_the_start() -> None:
    given = {**GIVEN, SYSTEMS: f"{NAME}=http://jadu.homes.example/"}
    assert read(given, demo=True).wrong == ()
    settings = from_environment({**given, "SPOC_SECRET_KEY": "long"})
    with pytest.raises(SettingMissing, match="Use https"):
        settings.require()


@pytest.fixture
def called(database_url: str) -> Iterator[Flask]:
    """An installation whose JADU CRM is asked by a call."""
    settings = Settings(database_url, "for tests", demo=True, senders=read(GIVEN).senders)
    with clock.frozen(NOW):
        made = create_app(settings)
        yield made
        made.extensions["database"].close()


@pytest.fixture
def shell(called: Flask) -> FlaskCliRunner:
    return called.test_cli_runner()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["open-housing"], "SPOC_FLAG_SYSTEMS, but open-housing is none. Add open-housing=http://"),
        ([NAME, "--port", "0"], "0 is not in the range"),
        ([NAME, "--port", "65536"], "65536 is not in the range"),
        ([NAME, "--mode", "asleep"], "'asleep' is not one of 'at_once'"),
        ([NAME, "--after", "-1"], "-1.0 is not in the range"),
        ([], "Missing argument 'NAME'"),
    ],
)
def test_the_counterpart_says_what_it_cannot_do(
    shell: FlaskCliRunner, asked: list[str], said: str
) -> None:
    done = shell.invoke(args=["flag-counterpart", *asked])
    assert done.exit_code != 0
    assert said in done.output
    assert "Traceback" not in done.output


def test_the_counterpart_says_that_somebody_listens_there_already(shell: FlaskCliRunner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = shell.invoke(args=["flag-counterpart", NAME, "--port", str(port)])
    assert done.exit_code == 1
    assert "Choose another with --port." in done.output


@pytest.fixture
def asked_for(called: Flask) -> Database:
    """Flags of one arrangement, asked for in each system."""
    database: Database = called.extensions["database"]
    engine.receive(database, "arrangement_taken_over", TAKEN_OVER, by="dorothy")
    engine.deliver_messages(database)
    return database


def test_the_worklist_is_printed_as_the_page_gives_it_and_that_is_in_the_log(
    shell: FlaskCliRunner, asked_for: Database
) -> None:
    done = shell.invoke(args=["flag-worklist", SYSTEM, "--as", "sam"])
    assert done.exit_code == 0, done.output
    headings, row = csv.reader(io.StringIO(done.output.removeprefix("\ufeff")))
    assert headings == list(HEADINGS)
    assert row[1:3] == [SYSTEM, TAKEN_OVER["tenancy_reference"]]
    assert "Billie" not in done.output
    with asked_for.reading() as session:
        actions = {event.action for event in session.query(AuditEvent)}
    assert any("export" in action for action in actions), actions


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([SYSTEM, "--as", "nobody"], "nobody is nobody"),
        ([SYSTEM, "--as", "priya"], "of the systems team, not priya"),
        (["Telephony", "--as", "sam"], "Expected one of JADU CRM, Open Housing"),
        ([SYSTEM], "Missing option '--as'"),
    ],
)
def test_the_worklist_says_for_whom_and_what_it_is(
    shell: FlaskCliRunner, asked_for: Database, asked: list[str], said: str
) -> None:
    done = shell.invoke(args=["flag-worklist", *asked])
    assert done.exit_code != 0
    assert said in done.output
