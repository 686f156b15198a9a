"""npm's bpmn-engine in a process of its own, one persisted cycle at a time when it is asked."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import NotHereError
from bench.pairs import Side

HERE = Path(__file__).parent
DIAGRAM = HERE / "diagrams" / "bpmn" / "neutral.bpmn"


@contextmanager
def bpmn_engine(folder: Path) -> Iterator[Side]:
    """Give its cycle: recover, resume, signal one task, getState, into a file; timed inside node.

    folder: where the file is written.

    Raises NotHereError without node or without its packages.
    """
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules" / "bpmn-engine").is_dir():
        raise NotHereError("bpmn-engine is not installed; run: make bench")
    with subprocess.Popen(
        [node, "bpmn_engine.mjs", str(DIAGRAM), str(folder / "bpmn-engine.json")],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None
        assert stdout is not None

        def side() -> float:
            stdin.write("cycle\n")
            stdin.flush()
            told = stdout.readline()
            if not told:
                raise RuntimeError("Expected bpmn-engine to go on, but it ended; see above why.")
            return float(json.loads(told)["seconds"])

        if stdout.readline().strip() != "ready":
            raise RuntimeError("Expected bpmn-engine to start, but it did not; see above why.")
        yield side
        stdin.close()
        process.wait(timeout=20)
