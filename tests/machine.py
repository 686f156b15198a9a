"""What the machine must have beside this checkout: says what is missing, installs what it may.

    python3 tests/machine.py tools     Python, Node and npm, or a message and the end
    python3 tests/machine.py letters   Pango, which draws the PDF letters; goes on without it
    python3 tests/machine.py tests     Pango, Chromium and PostgreSQL, or a message and the end

It runs before anything is installed and perhaps on an old Python, so it imports nothing of ours.
"""

from __future__ import annotations

import ctypes.util
import glob
import importlib.util
import os
import re
import shutil
import subprocess
import sys

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20

PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz0b", "libharfbuzz-subset0")
PANGO_LIBRARIES = ("pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset")


def main(wanted: str) -> int:
    """Check, install where allowed, and give the exit code."""
    if wanted == "tools":
        return _tell(_missing_tools())
    if wanted == "letters":
        _install(_missing_for_letters())
        missing = _missing_for_letters()
        if missing:
            _tell([f"No PDF letters will be made until this is installed: {' '.join(missing)}"])
        return 0
    _install(_missing_for_tests())
    return _tell(
        [
            f"Expected {name} for the tests, but found none. Install it, then run make test again."
            for name in _missing_for_tests()
        ]
    )


def _missing_tools() -> list[str]:
    missing = []
    if sys.version_info < OLDEST_PYTHON:
        missing.append(
            f"Expected Python 3.11 or newer, but python3 is {sys.version.split()[0]}. "
            "Install a newer one, or name it: make PYTHON=python3.12"
        )
    elif importlib.util.find_spec("ensurepip") is None:
        missing.append(
            "Expected Python with venv and pip, but ensurepip is missing. "
            "Install it (Debian: apt-get install python3-venv)."
        )
    node = _node_version()
    if node is None or node < OLDEST_NODE:
        found = "there is none" if node is None else f"node is version {node}"
        missing.append(
            f"Expected Node {OLDEST_NODE} or newer, but {found}. "
            "Install it (Debian 13: apt-get install nodejs npm; elsewhere from nodejs.org)."
        )
    if not shutil.which("npm"):
        missing.append("Expected npm, but there is none. Install it (Debian: apt-get install npm).")
    return missing


def _node_version() -> int | None:
    if not shutil.which("node"):
        return None
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    number = re.match(r"v(\d+)", said.stdout)
    return int(number.group(1)) if number else None


def _missing_for_letters() -> list[str]:
    libraries = zip(PANGO, PANGO_LIBRARIES, strict=True)
    return [package for package, library in libraries if not ctypes.util.find_library(library)]


def _missing_for_tests() -> list[str]:
    missing = _missing_for_letters()
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        missing.append("chromium")
    if not (shutil.which("initdb") or glob.glob("/usr/lib/postgresql/*/bin/initdb")):
        missing.append("postgresql")
    if not shutil.which("setpriv"):
        missing.append("util-linux")
    if not ctypes.util.find_library("atomic"):
        missing.append("libatomic1")  # what drives Chromium is linked against it
    return missing


def _install(packages: list[str]) -> None:
    """Install Debian packages where that is possible without asking anybody."""
    if not packages or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing with apt-get: {' '.join(packages)} ...", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "--quiet", "--quiet", *command],
            env=quiet,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            _tell([f"apt-get {command[0]} failed; see its message above."])


def _tell(messages: list[str]) -> int:
    for message in messages:
        print(message, file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
