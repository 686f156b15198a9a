"""A copy of an instance: its bytes once more, with other ids, dates and keys in them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from engine.spiff.activities import MERGED
from engine.spiff.state import ROW, packed, unpacked

_ID, _INTERNAL, _CHANGED = (ROW.index(part) for part in ("id", "internal", "changed"))
#: What stands between a task's id and the branch of its event gateway.
_BRANCH = "/"


def copied_state(state: bytes, value: Callable[[Any], Any], *, mark: int) -> bytes:
    """Give the bytes of an instance that is the copy of another.

    value: turns a JSON value (control variables; keys, moments and items that are waited for)
        into the one of the copy.
    mark: a number of up to 128 bits of the copy's own; the ids of its tasks differ by it as
        ``copied_task_id`` tells.

    Raises UnreadableState.
    """
    body = unpacked(state)
    for workflow in body["workflows"]:
        if "owner" in workflow:
            workflow["owner"] = _moved(workflow["owner"], mark).hex
        if "data" in workflow:
            workflow["data"] = value(workflow["data"])
        for task in workflow["tasks"]:
            _rewrite(task, value, mark)
    return packed(body)


def copied_task_id(task_id: str, *, mark: int) -> str:
    """Give the id that a waiting task has in the copy; the branch behind it stays.

    A task that has none, because it got stuck before it began, has none in the copy either.
    """
    if not task_id:
        return ""
    own, branched, branch = task_id.partition(_BRANCH)
    return f"{_moved(own, mark)}{branched}{branch}"


def _rewrite(task: list[Any], value: Callable[[Any], Any], mark: int) -> None:
    if len(task) > _ID and task[_ID]:
        task[_ID] = _moved(task[_ID], mark).hex
    for place in (_INTERNAL, _CHANGED):
        if len(task) > place and task[place]:
            task[place] = value(task[place])
    internal = task[_INTERNAL] if len(task) > _INTERNAL else None
    if internal and MERGED in internal:
        internal[MERGED] = [str(_moved(each, mark)) for each in internal[MERGED]]


def _moved(task_id: str, mark: int) -> uuid.UUID:
    return uuid.UUID(int=uuid.UUID(task_id).int ^ mark)
