"""The case file: what is known about a case and what can be done with it, a noun a module."""
