"""The operator's commands: what they print, and how they refuse."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.plans import FOLDER, plan_files

PLAN = FOLDER / "thanh_xuan_2024.yaml"


def run(*arguments: str, folder: Path, demo: bool = True) -> "subprocess.CompletedProcess[str]":
    environment = {"CHAMTHI_DATA_DIR": str(folder), "PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())}
    if demo:
        environment["CHAMTHI_DEMO"] = "1"
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("path", plan_files(), ids=lambda p: p.stem)
def test_plan_check_accepts_the_plans_that_ship(path: Path, tmp_path: Path) -> None:
    answer = run("plan", "check", str(path), folder=tmp_path)

    assert (answer.returncode, answer.stderr) == (0, "")
    assert "hợp lệ" in answer.stdout


def test_plan_check_tells_the_total(tmp_path: Path) -> None:
    assert "18.300.000 đ" in run("plan", "check", str(PLAN), folder=tmp_path).stdout


def test_plan_check_names_file_line_and_fault(tmp_path: Path) -> None:
    text = PLAN.read_text("utf-8")
    broken = tmp_path / "ke-hoach.yaml"
    broken.write_text(text.replace("first: 2000000, ", ""), "utf-8")
    line = next(i for i, row in enumerate(text.splitlines(), start=1) if "group: {first: 1" in row)

    answer = run("plan", "check", str(broken), folder=tmp_path)

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"{broken}:")
    assert "chưa có mức thưởng" in answer.stderr
    assert abs(int(answer.stderr.split(":")[1]) - line) <= 8


def test_plan_check_of_a_missing_file_is_refused(tmp_path: Path) -> None:
    answer = run("plan", "check", str(tmp_path / "khong-co.yaml"), folder=tmp_path)

    assert answer.returncode == 2
    assert "không đọc được" in answer.stderr


def test_plan_load_then_again_is_refused(tmp_path: Path) -> None:
    run("migrate", folder=tmp_path)
    assert run("plan", "load", str(PLAN), folder=tmp_path).returncode == 0

    again = run("plan", "load", str(PLAN), folder=tmp_path)

    assert again.returncode == 1
    assert "thanh-xuan-2024" in again.stderr


def test_user_add_prints_a_one_time_link(tmp_path: Path) -> None:
    run("migrate", folder=tmp_path)

    answer = run("user", "add", "--admin", "quan.tri", "Ngô Đức Thịnh", folder=tmp_path)

    assert answer.returncode == 0
    assert answer.stdout.startswith("http://127.0.0.1:8000/invitation/")


def test_outside_demo_a_weak_secret_is_refused(tmp_path: Path) -> None:
    answer = run("migrate", folder=tmp_path, demo=False)

    assert answer.returncode == 2
    assert "CHAMTHI_SECRET_KEY" in answer.stderr


def test_sample_outside_demo_is_refused(tmp_path: Path) -> None:
    environment = {"CHAMTHI_SECRET_KEY": "x" * 40, "CHAMTHI_DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    answer = subprocess.run(
        [sys.executable, "-m", "app.cli", "sample"],
        env=environment | {"PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert answer.returncode == 2
    assert "trình diễn" in answer.stderr
