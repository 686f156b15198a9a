"""The pages, one module an audience; each offers its routes as ``blueprint``."""
