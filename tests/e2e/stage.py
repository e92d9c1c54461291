"""A real server on a database and a folder of its own, and contests put on its stage without a click.

A journey clicks through what it is about; what comes before it is made here, by the services and factories.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from sqlmodel import Session, col, select

from app.accounts import service as accounts
from app.accounts.models import User, UserSession
from app.core.clock import real_now, set_demo_clock
from app.core.database import begin_write, make_engine, make_sessions
from app.core.settings import DEMO_PASSWORD, Settings
from app.core.storage import LocalStore, new_temp
from app.demo.run import serving
from app.entries.models import Entry, EntryFile, FileRole
from app.files.models import File
from app.files.types import TYPES
from tests.support import samples
from tests.support.contest import Contest, add_file

# Every person's password, hashed at the lowest price: these tests are not about guessing it.
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(DEMO_PASSWORD)
FULL_TEXT = (
    "Hiện nay người dân phải đi lại nhiều lần vì thiếu giấy tờ.\n"
    "Giải pháp: bộ mã lỗi hồ sơ kèm ảnh mẫu đúng, dán tại quầy và gửi qua tin nhắn.\n"
    "Thí điểm ba tháng, số lượt đi lại giảm từ 2,4 xuống 1,3 lượt mỗi hồ sơ."
)


@dataclass(frozen=True)
class Site:
    """The server's address, and the way to its data behind its back."""

    url: str
    settings: Settings

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sessions", make_sessions(make_engine(self.settings.database)))

    @contextmanager
    def data(self) -> Iterator[Session]:
        """Read and write the site's data; committed at the end."""
        with self._sessions() as session:  # type: ignore[attr-defined]
            begin_write(session)
            yield session
            session.commit()

    def close(self) -> None:
        """Let go of the database."""
        self._sessions.kw["bind"].dispose()  # type: ignore[attr-defined]

    def set_clock(self, contest: Contest, moment: datetime) -> None:
        """Let the contest's clock show `moment`."""
        with self.data() as session:
            set_demo_clock(session, scope=contest.slug, shown_at=moment)

    def token_of(self, login: str) -> str:
        """Open a session for a person; gives what their cookie holds."""
        with self.data() as session:
            user = session.exec(select(User).where(User.login == login)).one()
            return accounts.start_session(session, user=user, now=real_now(), hours=1).token

    def revoke(self, login: str) -> None:
        """End every session of a person, as an administrator or the hours do."""
        with self.data() as session:
            user_id = session.exec(select(User.id).where(User.login == login)).one()
            rows = session.exec(select(UserSession).where(col(UserSession.user_id) == user_id)).all()
            for row in rows:
                row.revoked_at = real_now()
                session.add(row)

    def store(self, file: File, data: bytes, *, extension: str) -> None:
        """Give the row of a file its bytes."""
        store = LocalStore(self.settings.data_dir)
        with new_temp(store.temp_dir) as (stream, path):
            stream.write(data)
            stream.flush()
            store.put_file(file.storage_key, path)
        file.size, file.sha256 = len(data), sha256(data).hexdigest()
        file.extension, file.media_type = extension, TYPES[extension].media_type
        file.name = f"Bài dự thi.{extension}"


@contextmanager
def run_site(folder: Path, database_url: str) -> Iterator[Site]:
    """Run the application as a process of its own, in demo mode, on a migrated database."""
    settings = Settings(data_dir=folder, database_url=database_url, demo=True, worker=False)
    with serving(settings) as url:
        site = Site(url, settings)
        yield site
        site.close()


def give_passwords(contest: Contest) -> None:
    """Let everybody of the contest sign in with the password of the demonstration."""
    for user in contest.session.exec(select(User).where(col(User.password_hash).is_(None))):
        user.password_hash = _HASH
        contest.session.add(user)
    contest.session.flush()


def write_files(site: Site, contest: Contest, entry: Entry, *, film: bool = False) -> None:
    """Give an entry its real files: a Word text, or a film with the Word text of its idea."""
    session = contest.session
    words = samples.docx(f"{entry.title}\n{FULL_TEXT}")
    main = session.exec(select(EntryFile).where(EntryFile.entry_id == entry.id)).one()
    if film:
        entry.format = "video"
        _give_bytes(site, contest, main, samples.mp4(seconds=3), extension="mp4")
        main = add_file(contest, entry, role=FileRole.TEXT)
    _give_bytes(site, contest, main, words, extension="docx")
    session.flush()
    session.refresh(entry)


def _give_bytes(site: Site, contest: Contest, row: EntryFile, data: bytes, *, extension: str) -> None:
    file = contest.session.get_one(File, row.file_id)
    site.store(file, data, extension=extension)
    contest.session.add(file)
