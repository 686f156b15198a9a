"""Runs one thing in a child of this process, within limits, and tells what it took."""

from __future__ import annotations

import os
import pickle
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PAGE = resource.getpagesize()


@dataclass(frozen=True)
class Took:
    """What came of it, and what it cost the child: processor seconds and megabytes more."""

    result: Any
    seconds: float
    megabytes: float


def confined(work: Callable[[], Any], *, seconds: int, megabytes: int) -> Took:
    """Do some work where it can neither hang nor eat the machine; its result must be small.

    AssertionError when it is killed at a limit; these are meant to be above what a test allows.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _as_child(work, writing, seconds, megabytes)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"it was stopped at a limit (status {status})"
    result, took, kilobytes = pickle.loads(told)
    return Took(result, took, kilobytes / 1024)


def _as_child(work: Callable[[], Any], writing: int, seconds: int, megabytes: int) -> None:
    """Work and tell; never returns."""
    status = 1
    try:
        now = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
        most = now + megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        before = _peak()
        began = time.thread_time()
        result = work()
        took = time.thread_time() - began
        os.write(writing, pickle.dumps((result, took, _peak() - before)))
        status = 0
    finally:
        os._exit(status)


def _peak() -> int:
    """Give the most kilobytes this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
