"""The kinds of batches there are."""

from __future__ import annotations

from collections.abc import Collection

from engine.batches.kind import Kind
from engine.batches.more_time import MoreTime
from engine.batches.moving import Move
from engine.batches.moving_back import MoveBack
from engine.batches.other_contacts import NameOthers
from engine.batches.ownership import GiveOver
from engine.batches.rearming import Rearm
from engine.batches.retrying import Retry
from engine.errors import NotFound

_ALL: tuple[Kind, ...] = (
    Move(),
    MoveBack(),
    Rearm(),
    MoreTime(),
    NameOthers(),
    GiveOver(),
    Retry(),
)
#: Name -> kind. A kind is one module of this package and a word here.
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}


def kind_named(name: str) -> Kind:
    """Give a kind by its name; NotFound when there is none."""
    found = KINDS.get(name)
    if found is None:
        raise NotFound(f"Expected a kind of batch, but {name} is none.")
    return found


def kind_for(name: str, roles: Collection[str]) -> Kind:
    """Give a kind by its name; NotFound when it does not exist for somebody with these roles."""
    found = kind_named(name)
    if not found.may & set(roles):
        raise NotFound(f"Expected a kind of batch, but {name} is none.")
    return found


def kinds_for(roles: Collection[str]) -> list[str]:
    """Name the kinds that exist for somebody with these roles."""
    return [name for name, kind in KINDS.items() if kind.may & set(roles)]
