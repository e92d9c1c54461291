"""The whole contest through a real server, on both databases: the widest test that there is."""

from pathlib import Path
from zipfile import ZipFile

from app.demo.run import PAPERS, perform


def test_perform_ends_on_eighteen_million_three_hundred_thousand(tmp_path: Path, empty_url: str) -> None:
    said: list[str] = []
    out = tmp_path / "out"
    out.mkdir()

    total = perform(out=out, data_dir=tmp_path / "var", database_url=empty_url, say=said.append)

    assert total == 18_300_000
    assert "Tổng tiền thưởng: 18.300.000 đ" in said
    assert "Bằng chữ: Mười tám triệu ba trăm nghìn đồng" in said
    assert {p.name for p in out.iterdir()} >= set(PAPERS)
    with ZipFile(out / "ho-so-gui-thanh-pho.zip") as archive:
        assert {"manifest.json", "danh-muc.xlsx"} <= set(archive.namelist())
