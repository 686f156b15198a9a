"""Who may import whom, as pyproject.toml says it in sentences."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_import_keeps_to_the_layers() -> None:
    # A process of its own: the linter sets up logging anew and silences every other logger.
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [str(linter), "--config", "pyproject.toml", "--no-cache"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (
        "An import leaves its layer; the report names it and the sentence it breaks.\n"
        + done.stdout
        + done.stderr
    )
