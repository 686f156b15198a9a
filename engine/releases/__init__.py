"""Releases: what a process owner edits, as one immutable, numbered bundle."""

from __future__ import annotations

from engine.releases.bundle import EDITED, Bundle, build, read_folder, survey
from engine.releases.figures import POLICY_FILE, Figure
from engine.releases.readable import (
    diagrams_of,
    figures_of,
    forms_of,
    letters_of,
    tables_of,
    variables_of,
)
from engine.releases.store import (
    bundle,
    current_release_id,
    forget,
    install,
    install_draft,
    sha256_of,
)

__all__ = [
    "EDITED",
    "POLICY_FILE",
    "Bundle",
    "Figure",
    "build",
    "bundle",
    "current_release_id",
    "diagrams_of",
    "figures_of",
    "forget",
    "forms_of",
    "install",
    "install_draft",
    "letters_of",
    "read_folder",
    "sha256_of",
    "survey",
    "tables_of",
    "variables_of",
]
