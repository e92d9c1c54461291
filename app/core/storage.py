"""Where uploaded bytes lie: one seam, two stores with one contract (a local folder, or S3).

Keys are ours and random; whatever a sender called a file never reaches a store. Both stores take a finished
file from `temp_dir`, so that a stored object is whole or does not exist, and give it back in bounded chunks.
"""

import errno
import logging
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Protocol, Self

from app.core.errors import StorageFull, StorageUnavailable
from app.core.settings import Settings

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

CHUNK = 256 * 1024
_PART = 8 * 1024 * 1024
_KEY = re.compile(r"[0-9a-f]{32}")
_STALE_SECONDS = 24 * 3600
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_log = logging.getLogger(__name__)


class ObjectMissingError(LookupError):
    """The store has nothing under this key: the bytes of a File row are gone."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class ByteStream(Iterator[bytes]):
    """The bytes of an object, in chunks of at most `CHUNK`; closed at the end, by close(), or by `with`."""

    def __init__(self, source: _Readable, length: int) -> None:
        self._source = source
        self._left = length

    def __next__(self) -> bytes:
        """Give the next chunk."""
        chunk = self._source.read(min(CHUNK, self._left)) if self._left > 0 else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        """Let go of the file or connection."""
        self._source.close()

    def __enter__(self) -> Self:
        """Use as `with store.open(key) as stream`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


class Store(Protocol):
    """What the application may do with stored bytes."""

    temp_dir: Path
    cache_dir: Path  # of this machine, for what can be computed again

    def __hash__(self) -> int: ...

    def put_file(self, key: str, path: Path) -> None:
        """Take the file at `path` in under `key`; afterwards `path` is gone. All or nothing."""

    def open(self, key: str, start: int = 0, end: int | None = None) -> ByteStream:
        """Give the bytes from `start` up to, not including, `end`. Fails here, not at the first chunk."""

    def size(self, key: str) -> int:
        """Give the number of bytes."""

    def exists(self, key: str) -> bool:
        """Tell whether there is an object."""

    def delete(self, key: str) -> None:
        """Remove the object, if it is there."""

    def local_path(self, key: str) -> AbstractContextManager[Path]:
        """Give a path that can be read while the context lasts; it must not be written to."""


def new_key() -> str:
    """Give a key that nobody can guess and nothing else has."""
    return secrets.token_hex(16)


@contextmanager
def new_temp(temp_dir: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Give an empty file in `temp_dir`, open for writing; gone at the end unless a store took it."""
    handle, name = mkstemp(prefix="upload-", dir=temp_dir)
    path = Path(name)
    stream = os.fdopen(handle, "w+b")
    try:
        yield stream, path
    finally:
        # The writer has flushed and was told of a full disk there; closing would say it a second time.
        with suppress(OSError):
            stream.close()
        path.unlink(missing_ok=True)


@contextmanager
def full_disk_refused() -> Iterator[None]:
    """Turn "no space left" into a refusal that a person can read."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        _log.exception("storage is full")
        raise StorageFull from error


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def _prepare_temp(data_dir: Path) -> Path:
    """Make the folder for unfinished files and drop what a crash left there."""
    temp_dir = data_dir / "tmp"
    temp_dir.mkdir(parents=True, exist_ok=True)
    for path in temp_dir.glob("upload-*"):
        # Another process may be filling it or removing it this very moment: only what is old goes.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
    return temp_dir


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class LocalStore:
    """Objects as files in `data_dir/files`, sharded by the first letters of their keys."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir.resolve() / "files"
        self.root.mkdir(parents=True, exist_ok=True)
        # The same file system as the objects, so that a rename is atomic.
        self.temp_dir = _prepare_temp(data_dir.resolve())
        self.cache_dir = data_dir.resolve() / "cache"

    def _path(self, key: str) -> Path:
        _checked(key)
        return self.root / key[:2] / key[2:4] / key

    def put_file(self, key: str, path: Path) -> None:
        """Make the bytes durable, then let them appear under their key, then make that durable too."""
        target = self._path(key)
        with full_disk_refused():
            _fsync(path)
            self._make_folders(target.parent)
            path.replace(target)
            _fsync(target.parent)

    def _make_folders(self, folder: Path) -> None:
        for level in (folder.parent, folder):
            if not level.is_dir():
                level.mkdir(exist_ok=True)
                _fsync(level.parent)

    def open(self, key: str, start: int = 0, end: int | None = None) -> ByteStream:
        """Open the file and go to `start`."""
        try:
            stream = self._path(key).open("rb")
        except FileNotFoundError as error:
            raise ObjectMissingError(key) from error
        stop = os.fstat(stream.fileno()).st_size if end is None else end
        stream.seek(start)
        return ByteStream(stream, stop - start)

    def size(self, key: str) -> int:
        """Ask the file system."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError as error:
            raise ObjectMissingError(key) from error

    def exists(self, key: str) -> bool:
        """Ask the file system."""
        return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """Remove the file; its folders stay."""
        path = self._path(key)
        with suppress(FileNotFoundError):
            path.unlink()
            _fsync(path.parent)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """Give the file itself."""
        if not self.exists(key):
            raise ObjectMissingError(key)
        yield self._path(key)


class S3Store:
    """Objects in one bucket.

    Only plain puts, gets, heads, deletes and multipart uploads: some servers take an unknown sub-resource
    (tagging, acl, lifecycle) for a plain PUT and overwrite the object with it. Nothing is kept in object
    metadata either: what a file is stands in our own database.
    """

    def __init__(self, client: "S3Client", *, bucket: str, data_dir: Path) -> None:
        from boto3.s3.transfer import TransferConfig

        self.client = client
        self.bucket = bucket
        self.temp_dir = _prepare_temp(data_dir.resolve())
        self.cache_dir = data_dir.resolve() / "cache"
        # Two parts in flight of 8 MiB each, whatever the size of the file.
        self._transfer = TransferConfig(multipart_threshold=_PART, multipart_chunksize=_PART, max_concurrency=2)
        self._make_bucket()

    def _make_bucket(self) -> None:
        from botocore.exceptions import ClientError

        try:
            self.client.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if not _is_missing(error):
                raise
            with suppress(self.client.exceptions.BucketAlreadyOwnedByYou):
                self.client.create_bucket(Bucket=self.bucket)

    def _name(self, key: str) -> str:
        return f"{_checked(key)[:2]}/{key}"

    def put_file(self, key: str, path: Path) -> None:
        """Upload in parts, then drop the local file. An unfinished multipart upload is aborted by boto3."""
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self.client.upload_file(str(path), self.bucket, self._name(key), Config=self._transfer)
        except (Boto3Error, BotoCoreError, ClientError) as error:
            _log.exception("the object store refused an upload")
            raise StorageUnavailable from error
        path.unlink()

    def open(self, key: str, start: int = 0, end: int | None = None) -> ByteStream:
        """Ask for exactly these bytes."""
        from botocore.exceptions import ClientError

        # An empty range has no form in HTTP; one byte is asked for and none is given.
        last = "" if end is None else str(max(end - 1, start))
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=self._name(key), Range=f"bytes={start}-{last}")
        except ClientError as error:
            if _is_missing(error):
                raise ObjectMissingError(key) from error
            raise
        length = found["ContentLength"] if end is None else min(end - start, found["ContentLength"])
        return ByteStream(found["Body"], length)

    def size(self, key: str) -> int:
        """Ask the server."""
        from botocore.exceptions import ClientError

        try:
            return self.client.head_object(Bucket=self.bucket, Key=self._name(key))["ContentLength"]
        except ClientError as error:
            if _is_missing(error):
                raise ObjectMissingError(key) from error
            raise

    def exists(self, key: str) -> bool:
        """Ask the server."""
        try:
            self.size(key)
        except ObjectMissingError:
            return False
        return True

    def delete(self, key: str) -> None:
        """Ask the server; a missing object is no error in S3."""
        self.client.delete_object(Bucket=self.bucket, Key=self._name(key))

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """Fetch a copy that lives as long as the context."""
        with new_temp(self.temp_dir) as (copy, path), full_disk_refused():
            with self.open(key) as chunks:
                for chunk in chunks:
                    copy.write(chunk)
            copy.flush()
            yield path


def _is_missing(error: Exception) -> bool:
    response = getattr(error, "response", {})
    return bool(response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404)


def make_store(settings: Settings) -> Store:
    """Build the store that the settings name. It asks the server: a wrong setting fails at the start."""
    if settings.storage == "local":
        return LocalStore(settings.data_dir)
    import boto3
    from botocore.config import Config

    client = boto3.client(
        "s3",
        endpoint_url=settings.s3_endpoint,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=settings.s3_secret_key.get_secret_value(),
        # Path style works with every server; virtual hosts need wildcard DNS.
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3, "mode": "standard"}),
    )
    return S3Store(client, bucket=settings.s3_bucket, data_dir=settings.data_dir)
