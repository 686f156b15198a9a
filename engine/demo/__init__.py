"""The demonstration: made-up people, and cases played through the real processes."""

from __future__ import annotations

from engine.demo.landlord import demo_is_loaded, load_demo
from engine.demo.multiplying import multiply

__all__ = ["demo_is_loaded", "load_demo", "multiply"]
