"""Many cases out of few: copies of driven ones, each whole and with a life of its own."""

from __future__ import annotations

from engine.demo.multiplying.batches import multiply

__all__ = ["multiply"]
