"""Who may import whom, as pyproject.toml says it in sentences."""

from __future__ import annotations

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_every_import_keeps_to_the_layers() -> None:
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS, (
        "An import leaves its layer; the report above names it and the sentence it breaks."
    )
