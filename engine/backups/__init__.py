"""Keeping what there is: backups of a working installation, restores, and deletions that last."""

from __future__ import annotations

from engine.backups.archive import Manifest
from engine.backups.deletions import Deletion, keep_deletions, read_deletions
from engine.backups.noted import note_made
from engine.backups.restoring import Restored, Wish, restore
from engine.backups.saving import Tell, backup, verify

__all__ = [
    "Deletion",
    "Manifest",
    "Restored",
    "Tell",
    "Wish",
    "backup",
    "keep_deletions",
    "note_made",
    "read_deletions",
    "restore",
    "verify",
]
