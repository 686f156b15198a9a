"""How each system that shows flags is asked: by hand, by a worklist or by a signed webhook."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Way = Literal["by_hand", "worklist", "webhook"]
#: The setting in which the worker says how each system is asked.
FLAG_SYSTEMS = "flag_systems"
#: Kind of rows of the outbox, and the beginning of their channels.
FLAG = "flag"
_AT = "@"


@dataclass(frozen=True)
class Adapter:
    """How one system is asked."""

    way: Way
    #: The mailbox of those who set flags there, told of each request with a link; "" for none.
    mailbox: str = ""


BY_HAND = Adapter("by_hand")


def short_name(system: str) -> str:
    """Give the name of a system as settings and addresses have it: ``JADU CRM`` is ``jadu-crm``."""
    return "-".join(re.findall(r"[a-z0-9]+", system.lower()))


def adapter_of(settings: Mapping[str, str], system: str) -> Adapter:
    """Give how a system is asked; by hand unless the installation says otherwise."""
    said: dict[str, str] = json.loads(settings.get(FLAG_SYSTEMS) or "{}")
    found = said.get(short_name(system), "by_hand")
    if _AT in found:
        return Adapter("by_hand", found)
    return Adapter("webhook") if found == "webhook" else _without_calls(found)


def _without_calls(found: str) -> Adapter:
    return Adapter("worklist") if found == "worklist" else BY_HAND


def as_setting(said: Mapping[str, str]) -> str:
    """Write how each system is asked, as the setting keeps it; "" for none.

    said: short name -> ``worklist``, ``webhook`` or the address of a mailbox.
    """
    return json.dumps(dict(said), sort_keys=True) if said else ""


def channel_of(name: str) -> str:
    """Name the channel of the outbox that leads to a system, by its short name."""
    return f"{FLAG}:{name}"
