"""Rows of stored files. Who may see a file is asked in the slice that owns it."""

from sqlmodel import Session, col, select

from app.files.models import File


def is_stored(session: Session, *, key: str) -> bool:
    """Tell whether a row names this storage key."""
    return session.exec(select(col(File.id)).where(File.storage_key == key)).first() is not None
