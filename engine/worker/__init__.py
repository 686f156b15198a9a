"""The worker: in the background it runs what is due, delivers messages and sweeps what was lost."""

from __future__ import annotations

from engine.worker.apart import WorkerApart
from engine.worker.embedded import Worker
from engine.worker.periodic import anchor, periodics
from engine.worker.watch import Watch, not_ready, watch

__all__ = ["Watch", "Worker", "WorkerApart", "anchor", "not_ready", "periodics", "watch"]
