"""Where the files of the tests stand: in memory when there is room, so that no commit waits."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

#: What pytest asks for the folder of its temporary files.
VARIABLE = "PYTEST_DEBUG_TEMPROOT"
_MEMORY = Path("/dev/shm")
#: More than all databases of a run together, those of failed tests kept.
_ENOUGH = 6 * 1024**3


def choose() -> None:
    """Put temporary files into memory, unless a place was named or there is too little of it.

    The product still asks for every commit to be on the disk: only the disk answers at once. What
    a killed process leaves behind is the same on either.
    """
    if VARIABLE in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free >= _ENOUGH:
        os.environ[VARIABLE] = str(_MEMORY)
