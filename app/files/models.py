"""A stored file: what it is called, what it is, where its bytes lie."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from app.core.database import Table, UTCDateTime


class File(Table, table=True):
    """Bytes that somebody uploaded. The slice that owns it decides who may see it.

    `name` is the sender's (NFC, for display only); `storage_key` is ours. The row exists only after the bytes are safe.
    """

    __tablename__ = "files"
    __table_args__ = (CheckConstraint("size > 0", name="size"),)

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id", index=True)
    name: str
    media_type: str
    extension: str
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(index=True)
    storage_key: str = Field(unique=True)
    uploaded_by: int = Field(foreign_key="users.id")
    uploaded_at: datetime = Field(sa_type=UTCDateTime)
