"""What a request carries, without null bytes: PostgreSQL takes none in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items


class _WithoutNulls(ImmutableMultiDict[str, str]):
    """Typed values, each null byte read as a space."""

    def __init__(self, mapping: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None):
        super().__init__([(name, _read(value)) for name, value in iter_multi_items(mapping or ())])


def _read(value: Any) -> Any:
    return value.replace("\0", " ") if isinstance(value, str) else value


class TypedRequest(Request):
    """A request whose fields can be kept in every database."""

    parameter_storage_class = _WithoutNulls
