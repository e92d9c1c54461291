"""Keeping a received file as a row."""

from datetime import datetime

from sqlmodel import Session

from app.files.intake import Received
from app.files.models import File


def keep(session: Session, received: Received, *, programme_id: int, uploaded_by: int, now: datetime) -> File:
    """Write the row of a file that app.files.intake received; call it in the `record` callback."""
    file = File(
        programme_id=programme_id,
        name=received.name,
        media_type=received.media_type,
        extension=received.extension,
        size=received.size,
        sha256=received.sha256,
        storage_key=received.storage_key,
        uploaded_by=uploaded_by,
        uploaded_at=now,
    )
    session.add(file)
    session.flush()
    return file
