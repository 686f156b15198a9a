"""The figures we claim, each measured again by ``python -m bench``."""
