"""What a wheel carries beside the packages: templates, built assets, migrations.

A hook, because hatchling's own `force-include` copies them into an editable install too, where they would go stale.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_INTO_PACKAGE = {
    "frontend/templates": "app/_frontend/templates",
    "frontend/dist": "app/_frontend/dist",
    "migrations": "app/_migrations",
}


class IncludeBesides(BuildHookInterface):  # type: ignore[type-arg]
    """Add those folders to a standard wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name them, or say which is missing."""
        if version != "standard":
            return
        if not (Path(self.root) / "frontend/dist/manifest.json").is_file():
            raise FileNotFoundError("frontend/dist is not built yet: run `make build`")
        build_data["force_include"].update(_INTO_PACKAGE)
