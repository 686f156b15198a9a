"""The pages, one module a subject; each offers its routes as ``blueprint``."""
