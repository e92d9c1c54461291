"""The whole contest through a real server, on both databases, by the command that people type: the widest test."""

from pathlib import Path
from zipfile import ZipFile

from sqlalchemy.orm import sessionmaker
from sqlmodel import Session
from typer.testing import CliRunner

from app.cli import app
from app.demo.run import PAPERS
from tests.support.contest import make_contest


def test_demo_ends_on_eighteen_million_three_hundred_thousand(tmp_path: Path, empty_url: str) -> None:
    out = tmp_path / "out"

    answer = CliRunner().invoke(app, ["demo", "--out", str(out), "--database-url", empty_url])

    assert answer.exit_code == 0, answer.output
    lines = answer.output.splitlines()
    assert "Tổng tiền thưởng: 18.300.000 đ" in lines
    assert "Bằng chữ: Mười tám triệu ba trăm nghìn đồng" in lines
    assert {p.name for p in out.iterdir()} >= set(PAPERS)
    with ZipFile(out / "ho-so-gui-thanh-pho.zip") as archive:
        assert {"manifest.json", "danh-muc.xlsx"} <= set(archive.namelist())


def test_demo_on_a_database_that_holds_the_contest_is_refused(
    tmp_path: Path, live_url: str, live_sessions: sessionmaker[Session]
) -> None:
    with live_sessions() as session:
        make_contest(session, slug="thanh-xuan-2024")
        session.commit()

    answer = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "out"), "--database-url", live_url])

    assert answer.exit_code == 1
    assert "HỎNG" in answer.output
