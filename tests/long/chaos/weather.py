"""What else can go wrong with a machine: a server that crashes, a full disk, a clock that jumps."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgres
from tests.long.chaos.house import House, Process

_STOPS_WITHIN = 30
#: No file may grow beyond this, where no disk of our own can be had.
_SMALL_FILE = 4096
_PIECE = 64 * 1024


class Server:
    """A PostgreSQL server that waits for its disk, and that can crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Give where it is."""
        return f"postgresql+psycopg://spoc@/postgres?host={self._folder}"

    def start(self) -> None:
        """Start it; returns when it answers."""
        log = self._folder / "log"
        with log.open("ab") as output:
            self._running = subprocess.Popen(
                postgres.command(self._folder, durable=True), stderr=output
            )
        postgres.wait(self.url, self._running, log)

    def crash(self) -> None:
        """End it at once, as ``pg_ctl stop -m immediate`` does, and start it again."""
        self._end(signal.SIGQUIT)
        self.start()

    def stop(self) -> None:
        """End it."""
        self._end(signal.SIGINT)

    def _end(self, number: signal.Signals) -> None:
        assert self._running is not None
        self._running.send_signal(number)
        self._running.wait(_STOPS_WITHIN)


@contextmanager
def server_of_its_own() -> Iterator[Server]:
    """Give a server that nobody else uses, gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="spoc-chaos-"))
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        postgres.initialise(folder)
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class SmallDisk:
    """A disk of its own with little room, filled up by one file that belongs to nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, _house: House) -> None:
        """Leave no room."""
        with self._ballast.open("ab", buffering=0) as ballast:
            piece = _PIECE
            while piece:
                try:
                    ballast.write(bytes(piece))
                except OSError:
                    piece //= 2

    def empty(self, _house: House) -> None:
        """Make room again."""
        self._ballast.unlink()


class ShortFiles:
    """A disk where no file may grow: where the tests may not mount one of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, house: House) -> None:
        """Let no process write beyond the beginning of a file."""
        self._limit(house, _SMALL_FILE)

    def empty(self, house: House) -> None:
        """Let them again."""
        self._limit(house, resource.RLIM_INFINITY)

    def _limit(self, house: House, size: int) -> None:
        for process in house.processes:
            limits = (size, resource.RLIM_INFINITY)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[SmallDisk | ShortFiles]:
    """Give a disk that can be filled: a mounted one, or limits where nothing may be mounted."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield ShortFiles(place)
        return
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


#: Starts a command of ours with a wall clock that a file puts forward or back, as seconds; only the
#: monotonic one keeps going, as on a computer whose clock is set.
_JUMPING = """
import datetime, os, pathlib, runpy, sys, time
real, real_time, file = datetime.datetime, time.time, pathlib.Path(os.environ["CHAOS_CLOCK"])

def ahead():
    return float(file.read_text() or 0)

class Kind(type):
    def __instancecheck__(cls, one):
        return isinstance(one, real)

class Jumping(real, metaclass=Kind):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(seconds=ahead())

datetime.datetime = Jumping
time.time = lambda: real_time() + ahead()
sys.argv[0] = "flask"
runpy.run_module("flask", run_name="__main__")
"""


class WallClock:
    """The computer's clock as the processes of one house read it; it can be put back."""

    def __init__(self, folder: Path) -> None:
        self._file, self._script = folder / "clock", folder / "jumping.py"
        self._script.write_text(_JUMPING)
        self.jump(0)

    def read_by(self, process: Process) -> Process:
        """Give the process such that it reads this clock."""
        return process.by(str(self._script), CHAOS_CLOCK=str(self._file))

    def jump(self, seconds: int) -> None:
        """Put it so far from the real time."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self._file)
