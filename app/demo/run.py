"""Performances of the sample contest: `make demo` plays it once to the end, `make run` shows three moments of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import httpx

from app.core import migrate
from app.core.database import begin_write, make_engine, make_sessions
from app.core.money import dong_in_words, format_dong
from app.core.serving import as_environment
from app.core.settings import Settings
from app.demo.content import sample
from app.demo.play import DemoError, Play
from app.demo.setup import Stage, sample_plan, set_stage
from app.demo.shapes import VIETNAM
from app.programmes.plan import Plan

Say = Callable[[str], None]

PAPERS = (
    "prize-list.docx",
    "prize-list.pdf",
    "prize-list.xlsx",
    "payouts.xlsx",
    "payouts.docx",
    "payouts.pdf",
    "score-summary.xlsx",
    "score-summary.pdf",
)
_PATIENCE = 60


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Run the real server as a process of its own on a free port, and give its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = (sys.executable, "-m", "uvicorn", "app.main:application", "--factory", "--log-level", "warning")
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and application
            (*command, "--fd", str(listener.fileno())),
            env={**os.environ, **as_environment(settings)},
            pass_fds=(listener.fileno(),),
        )
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            _wait(url, process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=_PATIENCE)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise DemoError("the server did not start")
        try:
            if httpx.get(f"{url}/healthz", timeout=1).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise DemoError("the server did not answer")


def _stage(settings: Settings, plan: Plan) -> Stage:
    engine = make_engine(settings.database)
    try:
        with make_sessions(engine)() as session:
            begin_write(session)
            stage = set_stage(session, plan=plan, opens=sample().timeline.plan_published)
            session.commit()
            return stage
    finally:
        engine.dispose()


# ---- make run ------------------------------------------------------------------------------------------------


def stage_sample(settings: Settings, *, say: Say) -> None:
    """Show the sample contest at three moments: intake open, judging open, published.

    On SQLite and a local folder it is made aside and moved into place when whole: a first `make run` that is killed
    leaves nothing half done. Elsewhere it is played where it stays.
    """
    say("Đang dựng cuộc thi mẫu (một, hai phút, chỉ lần đầu)…")
    if settings.database_url or settings.storage != "local":
        _play_three(settings, say=say)
        return
    aside = settings.data_dir / "sample.part"
    shutil.rmtree(aside, ignore_errors=True)
    _play_three(settings.model_copy(update={"data_dir": aside}), say=say)
    for left in settings.data_dir.glob("chamthi.db*"):
        left.unlink()
    for made in aside.iterdir():
        target = settings.data_dir / made.name
        if target.is_dir():
            shutil.rmtree(target)
        made.replace(target)
    aside.rmdir()


def _play_three(settings: Settings, *, say: Say) -> None:
    acts: list[tuple[Plan, Callable[[Play], None]]] = [
        (sample_plan(), _to_publication),
        (sample_plan(slug="thanh-xuan-2024-dang-cham", note="mẫu: đang chấm"), _to_judging),
        (sample_plan(slug="thanh-xuan-2024-nhan-bai", note="mẫu: đang nhận bài"), _to_intake),
    ]
    migrate.upgrade(settings.database)
    with serving(settings) as url:
        for plan, act in acts:
            with Play(url, _stage(settings, plan)).open() as play:
                act(play)
            say(f"  {plan.title}")


def _to_intake(play: Play) -> None:
    play.play_intake(until=datetime(2024, 6, 5, 9, 0, tzinfo=VIETNAM))


def _to_judging(play: Play) -> None:
    play.play_intake()
    play.open_judging()
    play.play_marking(until=datetime(2024, 6, 18, 20, 0, tzinfo=VIETNAM))


def _to_publication(play: Play) -> None:
    play.play_intake()
    play.open_judging()
    play.play_marking()
    play.play_results()


def show_sign_ins(say: Say, *, password: str) -> None:
    """Print who can sign in."""
    say("")
    say("Tên đăng nhập của cuộc thi mẫu (mật khẩu chung: " + password + ")")
    for login, who in (
        ("canbo.ha-dinh", "cán bộ đầu mối UBND phường Hạ Đình (mỗi đơn vị một người: canbo.<đơn vị>)"),
        ("thutruong.ha-dinh", "thủ trưởng UBND phường Hạ Đình (thutruong.<đơn vị>)"),
        ("giamkhao1 … giamkhao9", "chín giám khảo"),
        ("thuky", "Tổ thư ký, cơ quan Thường trực (Phòng Nội vụ)"),
        ("truongban", "Trưởng Ban Tổ chức: quyết định, phê duyệt"),
        ("quantri", "quản trị hệ thống"),
    ):
        say(f"  {login:<24} {who}")
    say("")


# ---- make demo -----------------------------------------------------------------------------------------------


def perform(*, out: Path, data_dir: Path, database_url: str, say: Say) -> int:
    """Play the whole contest over a real server and write everything to `out`; gives the total in đồng.

    Raises DemoError as soon as anything is off.
    """
    settings = Settings(demo=True, data_dir=data_dir, database_url=database_url, worker=False)
    migrate.upgrade(settings.database)
    with serving(settings) as url:
        settings_stage = _stage(settings, sample_plan())
        with Play(url, settings_stage, say=say).open() as play:
            return _perform(play, out=out, say=say)


def _perform(play: Play, *, out: Path, say: Say) -> int:
    say(f"Cuộc thi: {play.stage.plan.title}")
    say(f"1. Nhận bài, sơ loại, xác nhận, kiểm tra: {len(sample().entries)} bài")
    play.play_intake()
    say("2. Ban Giám khảo: bổ nhiệm, phân công, mở chấm")
    play.open_judging()
    words = play.as_("thuky").refused(f"{play.root}/results/close", status=409)
    say(f"  đóng vòng khi chưa đủ phiếu bị từ chối: {words}")
    say("3. Chấm bài")
    play.play_marking()
    say("4. Đóng vòng, quyết định khi bằng điểm, phê duyệt, công bố")
    play.play_results()
    say("5. Văn bản")
    for name in PAPERS:
        (out / name).write_bytes(play.as_("thuky").get(f"{play.root}/documents/{name}").content)
    (out / "ket-qua.html").write_bytes(httpx.get(f"{play.base_url}{play.root}/results/public").content)
    say("6. Hồ sơ gửi Thành phố")
    archive = play.play_handover()
    (out / "ho-so-gui-thanh-pho.zip").write_bytes(archive)
    _check_archive(archive)
    return _print_prizes(play, out=out, say=say)


def _check_archive(archive: bytes) -> None:
    with zipfile.ZipFile(BytesIO(archive)) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        for member in manifest["files"]:
            if sha256(bundle.read(member["path"])).hexdigest() != member["sha256"]:
                raise DemoError(f"archive: {member['path']} is not what its manifest says")
        if {m["path"] for m in manifest["files"]} | {"manifest.json"} != set(bundle.namelist()):
            raise DemoError("archive: the manifest does not list every member")


def _print_prizes(play: Play, *, out: Path, say: Say) -> int:
    results = httpx.get(f"{play.base_url}/api/v1/programmes/{play.stage.slug}/results").json()
    (out / "results.json").write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")
    labels = play.stage.plan.prize_rules.labels
    say("")
    for prize in results["prizes"]:
        group = "tập thể" if prize["category"] == "group" else "cá nhân"
        money = format_dong(prize["amount"])
        score = prize["score"].replace(".", ",")
        say(f"{labels[prize['tier']]:<17} {group:<8} {score:>6} {money:>10}  {prize['title']}")
    total: int = sum(prize["amount"] for prize in results["prizes"])
    expected = play.stage.plan.prize_rules.total()
    say("")
    say(f"Tổng tiền thưởng: {format_dong(total)} đ")
    say(f"Bằng chữ: {dong_in_words(total)}")
    if total != expected or total != results["total"]:
        raise DemoError(f"total {total}, expected {expected}")
    return total
