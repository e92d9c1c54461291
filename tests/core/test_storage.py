"""One contract for both stores: S3 is a real server."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core import storage
from app.core.errors import StorageFull, StorageUnavailable
from app.core.settings import Settings
from app.core.storage import LocalStore, ObjectMissingError, S3Store, Store, make_store, new_key, new_temp
from tests.support.s3 import S3Server

SECRET = "a-secret-of-the-tests-that-is-long-enough"


def s3_settings(folder: Path, server: S3Server, *, bucket: str | None = None) -> Settings:
    return Settings(
        data_dir=folder,
        secret_key=SECRET,
        storage="s3",
        s3_endpoint=server.endpoint,
        s3_access_key=server.access_key,
        s3_secret_key=server.secret_key,
        s3_bucket=bucket or server.bucket,
    )


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return make_store(Settings(data_dir=tmp_path, secret_key=SECRET))
    return make_store(s3_settings(tmp_path, request.getfixturevalue("s3_server")))


def put(store: Store, data: bytes) -> str:
    key = new_key()
    with new_temp(store.temp_dir) as (stream, path):
        stream.write(data)
        stream.flush()
        store.put_file(key, path)
        assert not path.exists()
    return key


def read(store: Store, key: str, start: int = 0, end: int | None = None) -> bytes:
    with store.open(key, start, end) as chunks:
        return b"".join(chunks)


def test_put_file_gives_the_same_bytes_back(store: Store) -> None:
    data = os.urandom(1_000_003)
    key = put(store, data)
    assert store.exists(key)
    assert store.size(key) == len(data)
    assert read(store, key) == data
    assert list(store.temp_dir.iterdir()) == []


def test_put_file_in_several_parts_is_whole(store: Store) -> None:
    data = os.urandom(1 << 20) * 20
    key = put(store, data)
    assert store.size(key) == len(data)
    assert read(store, key) == data


@pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 10), (3, 7), (5, None), (9, 10), (9, 99), (4, 4), (0, None)])
def test_open_gives_exactly_the_range(store: Store, start: int, end: int | None) -> None:
    key = put(store, b"0123456789")
    assert read(store, key, start, end) == b"0123456789"[start:end]


def test_open_never_gives_a_chunk_beyond_the_bound(store: Store) -> None:
    key = put(store, bytes(3_000_000))
    with store.open(key) as chunks:
        sizes = [len(chunk) for chunk in chunks]
    assert sum(sizes) == 3_000_000
    assert max(sizes) <= storage.CHUNK


def test_missing_object_is_told_at_once(store: Store) -> None:
    key = new_key()
    assert not store.exists(key)
    for ask in (lambda: store.open(key), lambda: store.size(key), lambda: store.local_path(key).__enter__()):
        with pytest.raises(ObjectMissingError):
            ask()
    store.delete(key)


def test_delete_removes_the_object(store: Store) -> None:
    key = put(store, b"x")
    store.delete(key)
    assert not store.exists(key)


def test_local_path_can_be_read_and_leaves_nothing(store: Store) -> None:
    key = put(store, b"noi dung")
    with store.local_path(key) as path:
        assert path.read_bytes() == b"noi dung"
    assert store.exists(key)
    assert list(store.temp_dir.iterdir()) == []


@pytest.mark.parametrize("key", ["", "../../etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n", "aa/bb"])
def test_foreign_keys_are_refused(store: Store, key: str) -> None:
    for ask in (store.open, store.size, store.exists, store.delete):
        with pytest.raises(ValueError, match="not a storage key"):
            ask(key)
    with pytest.raises(ValueError, match="not a storage key"):
        store.put_file(key, store.temp_dir / "none")


def test_make_store_makes_the_bucket_once(tmp_path: Path, s3_server: S3Server) -> None:
    settings = s3_settings(tmp_path, s3_server, bucket="made-at-start")
    first = make_store(settings)
    key = put(first, b"kept")
    assert read(make_store(settings), key) == b"kept"


def test_s3_calls_only_what_every_server_understands(tmp_path: Path, s3_server: S3Server) -> None:
    """A tagging or acl call would overwrite the object on some servers."""
    store = make_store(s3_settings(tmp_path, s3_server, bucket="calls"))
    assert isinstance(store, S3Store)
    called: set[str] = set()
    store.client.meta.events.register("before-call.s3", lambda model, **_: called.add(model.name))
    key = put(store, bytes(20 << 20))
    read(store, key, 3, 9)
    store.exists(key)
    store.delete(key)
    assert called == {
        "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload", "GetObject", "HeadObject", "DeleteObject"
    }  # fmt: skip


def test_s3_that_does_not_answer_keeps_the_temporary_file_for_its_owner(tmp_path: Path, s3_server: S3Server) -> None:
    store = make_store(s3_settings(tmp_path, s3_server))
    assert isinstance(store, S3Store)
    store.bucket = "there-is-none"
    with new_temp(store.temp_dir) as (stream, path):
        stream.write(b"x")
        stream.flush()
        with pytest.raises(StorageUnavailable):
            store.put_file(new_key(), path)
        assert path.exists()
    assert list(store.temp_dir.iterdir()) == []


def test_local_put_syncs_file_and_folder_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    done: list[str] = []
    really, renaming = storage._fsync, Path.replace

    def note(path: Path) -> None:
        done.append("file" if path.is_file() else path.name)
        really(path)

    def note_rename(self: Path, target: Path) -> Path:
        done.append("rename")
        return renaming(self, target)

    monkeypatch.setattr(storage, "_fsync", note)
    monkeypatch.setattr(Path, "replace", note_rename)
    key = put(store, b"x")
    assert done == ["file", "files", key[:2], "rename", key[2:4]]


@pytest.mark.parametrize("where", ["_fsync", "rename"])
def test_full_disk_is_a_clear_refusal_and_nothing_is_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    store = LocalStore(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "_fsync":
        monkeypatch.setattr(storage, "_fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageFull, match="hết dung lượng"):
        put(store, b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_full_disk_while_writing_is_told_once(tmp_path: Path) -> None:
    """A buffered file would raise again when closed; the reader must see the refusal, not an OSError."""

    def fill() -> None:
        with (
            storage.full_disk_refused(),
            new_temp(tmp_path) as (stream, _),
            Path("/dev/full").open("wb", buffering=0) as full,
        ):
            os.dup2(full.fileno(), stream.fileno())
            stream.write(b"x" * 100)
            stream.flush()

    with pytest.raises(StorageFull):
        fill()
    assert list(tmp_path.iterdir()) == []


def test_other_errors_stay_errors() -> None:
    def fail() -> None:
        with storage.full_disk_refused():
            raise PermissionError(errno.EACCES, "no")

    with pytest.raises(PermissionError):
        fail()


def _age(path: Path, hours: float) -> None:
    moment = time.time() - hours * 3600
    os.utime(path, (moment, moment))


def test_make_store_drops_what_a_crash_left_but_not_what_is_being_written(tmp_path: Path) -> None:
    old, fresh = tmp_path / "tmp" / "upload-old", tmp_path / "tmp" / "upload-fresh"
    old.parent.mkdir()
    for path in (old, fresh):
        path.write_bytes(b"half")
    _age(old, 25)
    LocalStore(tmp_path)
    assert not old.exists()
    assert fresh.exists()


def test_stream_lets_go_of_its_file(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    key = put(store, b"x" * 10)
    closed: list[Callable[[], bool]] = []
    for use in ("end", "close"):
        stream = store.open(key)
        source = stream._source
        closed.append(lambda source=source: source.closed)
        if use == "end":
            list(stream)
        else:
            stream.close()
    assert [ask() for ask in closed] == [True, True]
