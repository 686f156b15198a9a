"""The processes of one installation: started, killed at any moment, started again."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.tables.columns import KEY_VARIABLE
from tests.long.chaos.ledger import Ledger
from tests.long.chaos.nursery import Forked, Nursery
from web.settings import ROOT

STARTS_WITHIN = 120
_STOPS_WITHIN = 60
_APP = ("--app", "web")


def free_port() -> int:
    """Give a port nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Process:
    """One process of the installation, in a group of its own with whatever it starts."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        port: int | None = None,
    ) -> None:
        self.name, self.port, self.log = name, port, log
        self._arguments, self._environment = [*command], {**environment}
        self._script: str | None = None
        self._running: subprocess.Popen[bytes] | Forked | None = None
        self.nursery: Nursery | None = None
        self.starts = 0

    def by(self, script: str, **settings: str) -> Process:
        """Let a script start it that does something else first; gives the process itself."""
        self._script = script
        self._environment |= settings
        return self

    def start(self) -> None:
        """Start it unless it lives; it is not ready yet."""
        if self.lives():
            return
        self.starts += 1
        self.log.touch()
        if self._script is None and self.nursery is not None:
            self._running = self.nursery.start(self._arguments, self._environment, self.log)
            return
        program = ["-m", "flask"] if self._script is None else [self._script]
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                [sys.executable, *program, *self._arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def settings(self) -> dict[str, str]:
        """Give its environment."""
        return self._environment

    @property
    def pid(self) -> int:
        """Give its number."""
        assert self._running is not None
        return self._running.pid

    def lives(self) -> bool:
        """Tell whether it runs."""
        return self._running is not None and self._running.poll() is None

    def is_ready(self) -> bool:
        """Tell whether it answers; one without pages is ready when it lives."""
        if self.port is None or not self.lives():
            return self.lives()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sign-in", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, and all it started."""
        if self._running is not None and self.lives():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, number)

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.send(signal.SIGKILL)
        if self._running is not None:
            self._running.wait(timeout=_STOPS_WITHIN)

    def stop(self) -> int:
        """Ask it to end and wait; gives its exit code."""
        if self._running is None:
            return 0
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            return self._running.wait(timeout=_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


class House:
    """Every process of the installation, and the supervisor that keeps them going."""

    def __init__(self, processes: Sequence[Process], ledger: Ledger) -> None:
        self.processes, self.ledger = [*processes], ledger
        self._nursery = Nursery(processes[0].settings)
        for process in processes:
            process.nursery = self._nursery

    @property
    def ports(self) -> list[int]:
        """Give where pages are served."""
        return [process.port for process in self.processes if process.port is not None]

    def start(self) -> None:
        """Start everything, and wait until it answers."""
        self.keep_going()
        self.wait_for(self.processes)

    def keep_going(self) -> None:
        """Start again what ended by itself."""
        for process in self.processes:
            process.start()

    def wait_for(self, processes: Sequence[Process]) -> None:
        """Wait until these answer; what ended by itself meanwhile is started again."""
        until = time.monotonic() + STARTS_WITHIN
        while not all(process.is_ready() for process in processes):
            for process in processes:
                process.start()
            said = "".join(process.log.read_text(errors="replace")[-2000:] for process in processes)
            assert time.monotonic() < until, said
            time.sleep(0.05)

    def kill(self, process: Process) -> None:
        """Kill one and start it again at once, as a supervisor does."""
        process.kill()
        self.ledger.killed(process.name)
        process.start()

    def stop(self) -> None:
        """End everything in order."""
        for process in self.processes:
            process.stop()

    def kill_all(self) -> None:
        """Leave nothing behind, whatever went wrong."""
        for process in self.processes:
            process.kill()
        self._nursery.close()


def environment(database_url: str, folder: Path, **more: str) -> dict[str, str]:
    """Give the settings of a demonstration on this database."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database_url,
        "SPOC_VAR": str(folder),
        KEY_VARIABLE: os.environ[KEY_VARIABLE],
        "SPOC_SECRET_KEY": "only for tests",
        "SPOC_DEMO": "1",
        **more,
    }


def web(name: str, settings: Mapping[str, str], folder: Path) -> Process:
    """Give a process that serves pages (and ticks, where nobody else is said to)."""
    port = free_port()
    here = {**settings, "SPOC_ADDRESS": f"127.0.0.1:{port}"}
    return Process(name, (*_APP, "serve"), here, folder / f"{name}.log", port)


def worker(name: str, settings: Mapping[str, str], folder: Path) -> Process:
    """Give a process that runs timers and delivers, without pages."""
    return Process(name, (*_APP, "work"), settings, folder / f"{name}.log")
