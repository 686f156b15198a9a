"""Plays the steps of stories: what scenarios can do, and the half-done things of a working day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import commands
from engine.scenario import DOING, Scenario

#: What a step of a story can do.
VERBS = (*sorted(DOING), "draft", "claim")


class Player(Scenario):
    """One story against one database, on a clock that is held."""

    def draft(self, arguments: Mapping[str, Any]) -> None:
        """Begin to fill in an open task and save what there is so far."""
        by = arguments["as"]
        item_id = self._open_item(arguments["task"], arguments.get("about", ""), by)
        commands.save_draft(self.db, item_id, arguments["answers"], by=by)

    def claim(self, arguments: Mapping[str, Any]) -> None:
        """Take on an open task that anybody of its role may do."""
        by = arguments["as"]
        item_id = self._open_item(arguments["task"], arguments.get("about", ""), by)
        commands.claim(self.db, item_id, by=by)
