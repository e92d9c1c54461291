"""What the tests need is found, installed, or named; never skipped."""

from pathlib import Path

import pytest

from tests.support import needs


def program(folder: Path, name: str, text: str = "exit 0") -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_needs_are_found_under_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("libreoffice", "google-chrome"):
        program(tmp_path / "bin", name)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    needs.provide(is_root=False)
    assert needs.office() == str(tmp_path / "bin" / "libreoffice")
    assert needs.browser() == str(tmp_path / "bin" / "google-chrome")


def test_missing_browser_is_named_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "soffice")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(needs.MissingError, match=r"a Chromium browser.*--no-install-recommends chromium$"):
        needs.provide(is_root=False)
    with pytest.raises(needs.MissingError, match="Chromium"):
        needs.browser()


def test_root_installs_what_is_missing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bin"
    program(folder, "soffice")
    # Stands for Debian's apt-get: it "installs" every package that it is asked for as an empty program.
    program(folder, "apt-get", f'for p; do printf "#!/bin/sh\\n" > "{folder}/$p"; /bin/chmod +x "{folder}/$p"; done')
    monkeypatch.setenv("PATH", str(folder))
    needs.provide(is_root=True)
    assert "Installing Debian's packages, as this is root: chromium" in capfd.readouterr().out
    assert Path(needs.browser()).name == "chromium"


def test_root_whose_installation_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin", "apt-get", "exit 100")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(needs.MissingError, match="LibreOffice"):
        needs.provide(is_root=True)
