"""`chamthi …`: the operator's commands. They call services, never SQL."""

import sys
import tempfile
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.core import migrate as migrations
from app.core.clock import real_now
from app.core.database import begin_write, make_engine, make_sessions
from app.core.errors import DomainError
from app.core.settings import DEMO_PASSWORD, Settings
from app.plans import plan_files
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.plan import Plan, PlanError, load_plan

app = typer.Typer(no_args_is_help=True, add_completion=False)
plan_app = typer.Typer(no_args_is_help=True, help="Kiểm tra và nạp kế hoạch.")
user_app = typer.Typer(no_args_is_help=True, help="Tài khoản.")
app.add_typer(plan_app, name="plan")
app.add_typer(user_app, name="user")


def _show_version(wanted: bool) -> None:
    if wanted:
        print(version("chamthi"))
        raise typer.Exit


@app.callback()
def options(
    *,
    _show: Annotated[
        bool, typer.Option("--version", help="In số phiên bản.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Chấm Thi – tổ chức và chấm cuộc thi ý tưởng."""


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            print(fault["msg"], file=sys.stderr)
        raise typer.Exit(2) from error


@app.command()
def migrate() -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới nhất."""
    migrations.upgrade(_settings().database)


@app.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Chạy trang web (và tiến trình nền đi kèm)."""
    from app.core.serving import serve as run

    run(_settings(), host, port)


@app.command()
def worker(*, tied: bool = False) -> None:
    """Chạy riêng tiến trình nền."""
    from app.core.jobs import run_worker

    run_worker(_settings(), tied=tied)


@app.command()
def sample() -> None:
    """Dựng cuộc thi mẫu (đang nhận bài, đang chấm, đã công bố) nếu cơ sở dữ liệu còn trống."""
    from app.demo.run import show_sign_ins, stage_sample

    settings = _settings()
    if not settings.demo:
        print("Chỉ dựng cuộc thi mẫu ở chế độ trình diễn (CHAMTHI_DEMO=1).", file=sys.stderr)
        raise typer.Exit(2)
    with make_sessions(make_engine(settings.database))() as session:
        empty = not programme_queries.list_programmes(session)
    if empty:
        stage_sample(settings, say=print)
    show_sign_ins(print, password=DEMO_PASSWORD)


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Thư mục nhận mọi văn bản")],
    database_url: Annotated[str, typer.Option(help="Mặc định: SQLite, tệp tạm mới")] = "",
) -> None:
    """Diễn trọn cuộc thi Thanh Xuân qua giao diện web, từ nộp bài đến bàn giao."""
    from app.demo.play import DemoError
    from app.demo.run import perform

    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chamthi-demo-") as folder:
        try:
            perform(out=out, data_dir=Path(folder), database_url=database_url, say=print)
        except (DemoError, DomainError) as error:
            reason = error.message if isinstance(error, DomainError) else error
            print(f"HỎNG: {reason}", file=sys.stderr)
            raise typer.Exit(1) from error


def _print_faults(path: Path, error: PlanError) -> None:
    for fault in error.faults:
        line = fault.line if fault.line is not None else 1
        where = f" {fault.where}:" if fault.where else ""
        print(f"{path}:{line}:{where} {fault.message}", file=sys.stderr)


def _load(path: Path) -> Plan:
    try:
        return load_plan(path)
    except OSError as error:
        print(f"{path}: không đọc được tệp ({error.strerror}).", file=sys.stderr)
        raise typer.Exit(2) from error
    except UnicodeDecodeError as error:
        print(f"{path}: tệp phải là văn bản UTF-8.", file=sys.stderr)
        raise typer.Exit(1) from error
    except PlanError as error:
        _print_faults(path, error)
        raise typer.Exit(1) from error


@plan_app.command("check")
def plan_check(file: Path) -> None:
    """Kiểm tra một tệp kế hoạch; nêu dòng và lỗi."""
    plan = _load(file)
    total = f", tổng tiền thưởng {plan.prizes.total():,} đ".replace(",", ".") if plan.prizes else ""
    print(f"{file}: hợp lệ – {plan.title}: {len(plan.fields)} lĩnh vực, {len(plan.phases)} giai đoạn{total}.")


@plan_app.command("list")
def plan_list() -> None:
    """Liệt kê các kế hoạch đi kèm phần mềm."""
    for path in plan_files():
        print(f"{path.stem}: {load_plan(path).title}")


@plan_app.command("load")
def plan_load(file: Path) -> None:
    """Tạo chương trình từ tệp kế hoạch."""
    plan = _load(file)
    with make_sessions(make_engine(_settings().database))() as session:
        begin_write(session)
        try:
            programmes.create_programme(session, plan=plan, now=real_now())
        except DomainError as error:
            print(error.message, file=sys.stderr)
            raise typer.Exit(1) from error
        session.commit()
    print(f"Đã tạo chương trình: {plan.title}")


@user_app.command("add")
def user_add(login: str, full_name: str, *, admin: bool = False) -> None:
    """Tạo tài khoản và in liên kết mời một lần."""
    settings, now = _settings(), real_now()
    with make_sessions(make_engine(settings.database))() as session:
        begin_write(session)
        try:
            user = accounts.create_user(session, login=login, full_name=full_name, now=now, is_admin=admin)
        except DomainError as error:
            print(error.message, file=sys.stderr)
            raise typer.Exit(1) from error
        token = accounts.invite(session, user=user, now=now)
        session.commit()
    print(f"{settings.base_url}/invitation/{token}")


@user_app.command("invite")
def user_invite(login: str) -> None:
    """In liên kết mời mới cho một tài khoản."""
    settings, now = _settings(), real_now()
    with make_sessions(make_engine(settings.database))() as session:
        begin_write(session)
        user = account_queries.find_user(session, login=login)
        if user is None:
            print(f"Không có tài khoản «{login}».", file=sys.stderr)
            raise typer.Exit(1)
        token = accounts.invite(session, user=user, now=now)
        session.commit()
    print(f"{settings.base_url}/invitation/{token}")


@app.command()
def clock(programme: str, shown_at: datetime) -> None:
    """Đặt đồng hồ trình diễn của một chương trình (giờ địa phương của chương trình)."""
    settings = _settings()
    if not settings.demo:
        print("Đồng hồ chỉ chỉnh được ở chế độ trình diễn (CHAMTHI_DEMO=1).", file=sys.stderr)
        raise typer.Exit(2)
    with make_sessions(make_engine(settings.database))() as session:
        begin_write(session)
        try:
            scene = programme_queries.get_scene(session, slug=programme)
        except DomainError as error:
            print(error.message, file=sys.stderr)
            raise typer.Exit(1) from error
        programmes.turn_clock(session, scene=scene, shown_at=shown_at.replace(tzinfo=scene.plan.zone))
        session.commit()


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
