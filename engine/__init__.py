"""The front door: what can be done, what can be asked, and every way the engine says no."""
