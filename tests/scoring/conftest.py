"""The properties of the library are tried on the same examples in every run: a red test stays red."""

from hypothesis import settings

settings.register_profile("deterministic", derandomize=True, deadline=None, database=None)
settings.load_profile("deterministic")
