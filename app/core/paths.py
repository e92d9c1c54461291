"""Where the files beside the code lie: in a checkout at its top, in an installed wheel inside the package."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_TOP = _PACKAGE.parent

FRONTEND = _TOP / "frontend" if (_TOP / "frontend" / "templates").is_dir() else _PACKAGE / "_frontend"
MIGRATIONS = _TOP / "migrations" if (_TOP / "migrations" / "env.py").is_file() else _PACKAGE / "_migrations"
