"""What stands around the code agrees with it: compose file, environment example, locks, workflow, make's help."""

import re
import subprocess
from pathlib import Path

import yaml

from app.core.settings import Settings

ROOT = Path(__file__).parents[1]
HOSTS = re.compile(r"https?://\S*(?:pypi|pythonhosted|npmjs|registry)\S*")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_compose_sets_only_settings_that_exist() -> None:
    known = {f"CHAMTHI_{name.upper()}" for name in Settings.model_fields}
    site = yaml.safe_load(read("compose.yaml"))["x-site"]["environment"]
    assert set(site) - known == set()


def test_environment_example_names_every_secret_of_compose() -> None:
    asked = set(re.findall(r"\$\{(\w+)", read("compose.yaml")))
    offered = set(re.findall(r"^(\w+)=", read(".env.example"), re.MULTILINE))
    assert asked == offered


def test_environment_example_holds_no_secret() -> None:
    filled = re.findall(r"^(\w*(?:SECRET|PASSWORD)\w*)=(.+)$", read(".env.example"), re.MULTILINE)
    assert filled == []


def test_workflow_pins_every_action_by_commit() -> None:
    used = re.findall(r"uses: (\S+)", read(".github/workflows/ci.yml"))
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name)] == []


def test_locks_name_no_registry() -> None:
    locks = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock", "frontend/package-lock.json"]
    assert {name: HOSTS.findall(read(name)) for name in locks} == {name: [] for name in locks}


def test_every_locked_package_has_a_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-node.lock"):
        for block in re.split(r"\n(?=\S)", read(name)):
            if "==" in block:
                assert "--hash=sha256:" in block, block


def test_development_lock_holds_the_other_at_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+(?:\[[\w,]+\])?==[\w.]+)", read(name), re.MULTILINE))

    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()


def test_make_help_lists_the_commands_of_readme() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = set(re.findall(r"^  make (\w+)", shown, re.MULTILINE))
    assert {"run", "test", "demo", "lint", "bench", "reset", "screenshots", "build", "help"} <= listed


def test_image_is_made_of_what_the_build_needs() -> None:
    copied = {
        word for line in re.findall(r"^COPY (?!--from)(.+)$", read("Dockerfile"), re.MULTILINE) for word in line.split()
    }
    allowed = {line[1:] for line in read(".dockerignore").splitlines() if line.startswith("!")}
    assert {word.split("/")[0] for word in copied} - allowed - {"."} == set()
    assert allowed - {word.split("/")[0] for word in copied} == set()
