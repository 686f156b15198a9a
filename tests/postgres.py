"""A PostgreSQL server for the tests: Debian's binaries, a folder of its own, gone with the tests.

It listens on a socket file only, so that no two of them ask for the same port. It gets a signal
from the kernel when the test process ends in whatever way, so none is left behind.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import rooms

ADVICE = (
    "Expected a PostgreSQL server for the tests, but found none. Run `make test` as root, or "
    "install the package postgresql, or name a server in TEST_POSTGRES_URL."
)

_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Run a server while the block runs and give the URL of its empty database.

    durable: a commit waits for the disk, as it does where the data are worth something.
    """
    place = None if durable else os.environ.get(rooms.VARIABLE)
    folder = Path(tempfile.mkdtemp(prefix="spoc-pg-", dir=place))
    log = folder / "log"
    try:
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        initialise(folder)
        with (
            log.open("wb") as output,
            subprocess.Popen(command(folder, durable=durable), stderr=output) as process,
        ):
            url = f"postgresql+psycopg://spoc@/postgres?host={folder}"
            wait(url, process, log)
            yield url
            process.terminate()
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def initialise(folder: Path) -> None:
    """Make an empty cluster in a folder that the server may write to."""
    initdb = [_binary("initdb"), "-D", f"{folder}/data", "-U", "spoc", "-A", "trust"]
    _run([*initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], folder)


def command(folder: Path, *, durable: bool = False) -> list[str]:
    """Give the command that serves the cluster."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        **dict.fromkeys(_DURABLE, "on" if durable else "off"),
        "max_connections": "60",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return [
        *_as_postgres(),
        "--pdeathsig=INT",
        _binary("postgres"),
        "-D",
        f"{folder}/data",
        *options,
    ]


def _as_postgres() -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package has made an account for it."""
    if os.geteuid() != 0:
        return ["setpriv"]
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        [*_as_postgres(), *command], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr}")


def _binary(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    installed = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(installed, key=lambda path: float(path.parts[-3]), default=None)
    if newest is None:
        raise FileNotFoundError(ADVICE)
    return str(newest)


def wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; RuntimeError with its log when it does not."""
    address = url.replace("+psycopg", "")
    last_moment = time.monotonic() + 30
    while time.monotonic() < last_moment:
        if process.poll() is not None:
            break
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
