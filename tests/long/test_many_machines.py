"""The topology of compose.yaml as plain processes: two web servers, two workers, PostgreSQL."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from lxml import html
from sqlalchemy import text

import engine
from bench.due_runs import fired, make_due
from engine.demo.landlord import LOADED
from engine.demo.people import add_people
from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from engine.tables.process import Setting
from tests.web.test_crash import CONCERN
from web.settings import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
FILES = engine.read_folder(ROOT)
#: Seconds until a job that a dead worker held is handed out again, at the longest.
LONGEST = 150


class Machines:
    """The processes of the compose file on one machine, each web server on a port of its own."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.addresses = {name: f"127.0.0.1:{_free_port()}" for name in ("web1", "web2")}

    def run(self, name: str) -> subprocess.Popen[bytes]:
        """Start one service; ``web1`` is one of those that the file calls ``web``."""
        program, *arguments = COMPOSE["services"][name.rstrip("12")]["command"]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", program, *arguments],
                cwd=ROOT,
                env=self._environment(name),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._running[name]

    def kill(self, name: str) -> None:
        """End a service with everything it started, as a power cut does."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)

    def end(self, name: str) -> int:
        """Tell a service to end; gives its exit code."""
        process = self._running.pop(name)
        process.terminate()
        return process.wait(timeout=60)

    def end_all(self) -> None:
        for name, process in list(self._running.items()):
            if process.poll() is None:
                self.kill(name)

    def said(self, name: str) -> str:
        return (self._folder / f"{name}.log").read_text()

    def is_ready(self, name: str) -> bool:
        try:
            answer = requests.get(f"http://{self.addresses[name]}/readyz", timeout=10)
        except requests.RequestException:
            return False
        return answer.status_code == HTTPStatus.OK

    def _environment(self, name: str) -> dict[str, str]:
        given = COMPOSE["services"]["web"]["environment"]
        return {
            **os.environ,
            **given,
            "DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            KEY_VARIABLE: os.environ[KEY_VARIABLE],
            "SPOC_SECRET_KEY": "only for tests",
            "SPOC_DEMO": "1",
            "SPOC_THREADS": "4",
            "WEB_CONCURRENCY": "1",
            "SPOC_ADDRESS": self.addresses.get(name, "127.0.0.1:0"),
        }


class Browser:
    """One person's browser, whose requests any of the web servers may answer."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self._session = requests.Session()

    def get(self, server: str, path: str) -> requests.Response:
        address = self._machines.addresses[server]
        return self._session.get(f"http://{address}{path}", timeout=30)

    def post(self, server: str, path: str, fields: dict[str, str], token_of: str) -> str:
        """Send a form with the token of a page; gives where its answer leads."""
        page: Any = html.fromstring(self.get(server, token_of).text)
        token = str(page.xpath("//input[@name='csrf_token']/@value")[0])
        answer = self._session.post(
            f"http://{self._machines.addresses[server]}{path}",
            {**fields, "csrf_token": token},
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == HTTPStatus.SEE_OTHER, answer.text
        return answer.headers["Location"]


@pytest.fixture
def machines(postgres_database: Database, tmp_path: Path) -> Iterator[Machines]:
    """Everything of the compose file, prepared and ready."""
    found = Machines(postgres_database, tmp_path)
    with postgres_database.writing() as session:
        session.add(Setting(name=LOADED, value="2026-01-01"))  # no demonstration to play
    both = [found.run("prepare"), found.run("prepare2")]  # at once, which must be safe
    assert [one.wait(timeout=120) for one in both] == [0, 0], found.said("prepare")
    today = engine.today(postgres_database)
    add_people(postgres_database, today.replace(year=today.year - 1))
    for name in ("worker1", "worker2", "web1", "web2"):
        found.run(name)
    _wait(lambda: found.is_ready("web1") and found.is_ready("web2"), 60)
    yield found
    found.end_all()


def test_a_case_is_opened_over_two_servers_and_timers_fire_once_whoever_dies(
    machines: Machines, full: bool
) -> None:
    browser, timers = Browser(machines), 2_000 if full else 60
    _open_a_case(browser, "web1", "web2")
    make_due(machines.database, timers, beside=FILES)
    _wait(lambda: fired(machines.database)[0] > timers // 4, LONGEST)
    if not full:  # what a dead worker holds comes again only after its lease
        _wait(lambda: fired(machines.database)[0] == timers, LONGEST)
    machines.kill("worker1")
    machines.kill("web1")
    _open_a_case(browser, "web2", "web2")
    make_due(machines.database, timers, beside=FILES)
    _wait(lambda: fired(machines.database)[0] == 2 * timers, LONGEST)
    assert fired(machines.database) == (2 * timers, 2 * timers)
    machines.run("web1")
    _wait(lambda: machines.is_ready("web1"), 60)
    _open_a_case(browser, "web1", "web2")
    assert machines.end("worker2") == 0
    assert machines.end("web2") == 0


def test_connections_that_are_cut_end_no_server_and_no_worker(machines: Machines) -> None:
    browser = Browser(machines)
    _open_a_case(browser, "web1", "web2")
    _cut_every_connection(machines.database)
    _wait(lambda: machines.is_ready("web1") and machines.is_ready("web2"), 60)
    _open_a_case(browser, "web2", "web1")
    make_due(machines.database, 20, beside=FILES)
    _wait(lambda: fired(machines.database) == (20, 20), LONGEST)
    for worker in ("worker1", "worker2"):
        assert machines.end(worker) == 0, machines.said(worker)


def _open_a_case(browser: Browser, one: str, other: str) -> None:
    """Sign in and raise a concern: each step at another server, no page older than its form."""
    browser.post(one, "/sign-in", {"person": "amina"}, token_of="/sign-in")
    task = browser.post(other, "/doors/raise-a-concern", {}, token_of="/tasks")
    item = int(re.findall(r"\d+", task)[-1])
    known = {"customer_name": "Rowan Ashby", "tenancy_reference": f"NF-{300000 + item}"}
    browser.post(
        one, f"/tasks/{item}/pages/customer", {**known, "action": "save"}, token_of="/tasks"
    )
    assert "Rowan Ashby" in browser.get(other, f"/tasks/{item}/pages/customer").text
    browser.post(other, f"/tasks/{item}/check", {**CONCERN, **known}, token_of="/tasks")
    assert browser.get(one, "/tasks").status_code == HTTPStatus.OK


def _cut_every_connection(database: Database) -> None:
    ours = "datname = current_database() AND pid <> pg_backend_pid()"
    with database.reading() as session:
        session.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
        )


def _wait(holds: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
