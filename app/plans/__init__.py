"""One YAML file per programme that we know; data, no code but the list of them."""

from pathlib import Path

FOLDER = Path(__file__).parent


def plan_files() -> list[Path]:
    """The plan files that ship with the product, by name."""
    return sorted(FOLDER.glob("*.yaml"))
