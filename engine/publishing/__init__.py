"""From a draft to a release that runs: edited, checked, approved by a second person, published."""

from __future__ import annotations

from engine.publishing.approval import approve_draft, send_back, submit_draft, take_back
from engine.publishing.archive import open_archive, release_archive
from engine.publishing.beginning import discard_draft, rename_draft, start_draft
from engine.publishing.catching_up import bring_up_to_date
from engine.publishing.drafts import (
    DraftBrief,
    DraftFile,
    DraftFileRow,
    DraftPage,
    base_files,
    check_draft,
    draft,
    draft_brief,
    draft_file,
    draft_files,
    drafts,
)
from engine.publishing.gate import check_files, findings_of
from engine.publishing.installing import prepare, publish, release_files
from engine.publishing.keeping import check_keepable
from engine.publishing.offered import decision_tables, due_preview, vocabulary
from engine.publishing.saving import SavedFile, remove_file, save_file, undo_file
from engine.publishing.stepping import add_draft_step, change_draft_step, remove_draft_step
from engine.publishing.uploads import OtherChange, Taken, take_files
from engine.publishing.versions import VersionBrief, published_versions, version_files

__all__ = [
    "DraftBrief",
    "DraftFile",
    "DraftFileRow",
    "DraftPage",
    "OtherChange",
    "SavedFile",
    "Taken",
    "VersionBrief",
    "add_draft_step",
    "approve_draft",
    "base_files",
    "bring_up_to_date",
    "change_draft_step",
    "check_draft",
    "check_files",
    "check_keepable",
    "decision_tables",
    "discard_draft",
    "draft",
    "draft_brief",
    "draft_file",
    "draft_files",
    "drafts",
    "due_preview",
    "findings_of",
    "open_archive",
    "prepare",
    "publish",
    "published_versions",
    "release_archive",
    "release_files",
    "remove_draft_step",
    "remove_file",
    "rename_draft",
    "save_file",
    "send_back",
    "start_draft",
    "submit_draft",
    "take_back",
    "take_files",
    "undo_file",
    "version_files",
    "vocabulary",
]
