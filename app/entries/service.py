"""What units do with entries. Every change of status passes `move`, which writes one journal event."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_
from app.core.text import fold, name_key
from app.entries import policy, queries
from app.entries.forms import AuthorForm, EntryForm
from app.entries.models import Author, Consent, Entry, EntryFile, EntryStatus, FileRole, Receipt
from app.files.models import File
from app.journal import service as journal
from app.programmes.access import Actor
from app.programmes.models import Programme, Unit
from app.programmes.queries import hold_rounds
from scoring import canonical_json


class StaleEntryError(Conflict):
    """The form was made from an older version; what was typed and what is stored are shown side by side."""


def move(
    session: Session,
    *,
    entry: Entry,
    to: EntryStatus,
    actor: Actor,
    now: datetime,
    data: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Change an entry's status: the only place that does. The caller has asked its own policy first."""
    require(policy.refuse_move(entry, to))
    before = entry.status
    entry.status = to.value
    entry.updated_at = now
    if to == EntryStatus.SUBMITTED:
        entry.submitted_at = now
    if to == EntryStatus.FORWARDED:
        entry.forwarded_at = entry.forwarded_at or now
    session.add(entry)
    session.flush()
    journal.record(
        session,
        kind=f"entry.{to.value}",
        now=now,
        actor_id=actor.user_id,
        programme_id=entry.programme_id,
        subject=f"entry:{entry.id}",
        data={"from": before, "to": to.value, **(data or {})},
        personal={"reason": reason} if reason else None,
    )


def create_entry(session: Session, *, actor: Actor, unit: Unit, form: EntryForm, now: datetime) -> Entry:
    """Start a draft for one of the clerk's units."""
    assert unit.id is not None
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_create(actor, unit_id=unit.id, now=now))
    entry = Entry(
        programme_id=actor.programme_id,
        unit_id=unit.id,
        unit_name=unit.name,
        title=form.title,
        field=form.field,
        category=form.category.value,
        format=form.format.value,
        created_at=now,
        created_by=actor.user_id,
        updated_at=now,
        version=0,
    )
    session.add(entry)
    session.flush()
    _write(session, entry=entry, form=form, actor=actor, now=now)
    journal.record(
        session,
        kind="entry.created",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"entry:{entry.id}",
        data={"unit": unit.id, "category": entry.category, "format": entry.format},
    )
    return entry


def edit_entry(session: Session, *, actor: Actor, entry: Entry, form: EntryForm, now: datetime) -> Entry:
    """Change a draft or a returned entry. A form made from an older version is refused, nothing is lost."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_edit(actor, entry))
    if form.version != entry.version:
        raise StaleEntryError(
            N_(
                "Bài dự thi vừa được lưu ở một cửa sổ khác. Nội dung bạn nhập vẫn còn bên dưới, chưa được lưu; "
                "vui lòng đối chiếu rồi lưu lại."
            )
        )
    _write(session, entry=entry, form=form, actor=actor, now=now)
    journal.record(
        session,
        kind="entry.edited",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"entry:{entry.id}",
        data={"version": entry.version},
    )
    return entry


def _write(session: Session, *, entry: Entry, form: EntryForm, actor: Actor, now: datetime) -> None:
    if form.field and form.field not in {f.key for f in actor.plan.fields}:
        wrong = N_("Vui lòng chọn một lĩnh vực của cuộc thi.")
        raise Invalid(wrong, fields={"field": wrong})
    entry.title = form.title
    entry.field = form.field
    entry.category = form.category.value
    entry.format = form.format.value
    entry.organisation = form.organisation
    entry.summary = form.summary
    entry.clause_accepted_at = (entry.clause_accepted_at or now) if form.use_clause else None
    entry.version += 1
    entry.updated_at = now
    names = " ".join(a.full_name for a in form.authors)
    entry.folded = fold(f"{form.title} {names} {entry.unit_name} {form.organisation} {form.summary}")
    session.add(entry)
    _replace_authors(session, entry=entry, form=form, actor=actor, now=now)
    session.flush()


def _replace_authors(session: Session, *, entry: Entry, form: EntryForm, actor: Actor, now: datetime) -> None:
    assert entry.id is not None
    given = _consents_by_name(session, entry_id=entry.id)
    _delete_authors(session, entry_id=entry.id)
    for ordinal, author in enumerate(form.authors):
        _add_author(
            session,
            entry_id=entry.id,
            ordinal=ordinal,
            form=author,
            is_representative=ordinal == form.representative_index,
            given=given,
            actor=actor,
            now=now,
        )
    session.expire(entry, ["authors"])


def _consents_by_name(session: Session, *, entry_id: int) -> dict[tuple[str, str], tuple[datetime, int]]:
    """When each consent was recorded, and by whom: an edit that leaves it ticked does not date it anew."""
    query = select(Author.name_folded, Consent.purpose, Consent.given_at, Consent.recorded_by)
    rows = session.exec(query.where(Author.entry_id == entry_id, Consent.author_id == Author.id)).all()
    return {(name, purpose): (given_at, recorded_by) for name, purpose, given_at, recorded_by in rows}


def _delete_authors(session: Session, *, entry_id: int) -> None:
    ids = select(Author.id).where(Author.entry_id == entry_id)
    session.exec(delete(Consent).where(col(Consent.author_id).in_(ids)))
    session.exec(delete(Author).where(col(Author.entry_id) == entry_id))


def _add_author(
    session: Session,
    *,
    entry_id: int,
    ordinal: int,
    form: AuthorForm,
    is_representative: bool,
    given: Mapping[tuple[str, str], tuple[datetime, int]],
    actor: Actor,
    now: datetime,
) -> None:
    author = Author(
        entry_id=entry_id,
        ordinal=ordinal,
        full_name=form.full_name,
        name_key=name_key(form.full_name),
        name_folded=fold(form.full_name),
        position=form.position,
        address=form.address,
        phone=form.phone,
        is_representative=is_representative,
        share=form.share,
    )
    session.add(author)
    session.flush()
    assert author.id is not None
    for purpose in form.consents:
        given_at, recorded_by = given.get((author.name_folded, purpose.value), (now, actor.user_id))
        session.add(Consent(author_id=author.id, purpose=purpose.value, given_at=given_at, recorded_by=recorded_by))


# ---- submitting, reopening, withdrawing --------------------------------------------------------------------


def submit_entry(session: Session, *, actor: Actor, entry: Entry, now: datetime) -> Receipt:
    """Submit to the unit and give a receipt: number, server time, every file's SHA-256."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_submit(actor, entry))
    if entry.number is None:
        # Serialises numbering on PostgreSQL; on SQLite the transaction is a writer already.
        session.get(Programme, entry.programme_id, with_for_update=True)
        entry.number = queries.next_number(session, programme_id=entry.programme_id)
    receipt = _make_receipt(entry, now=now)
    session.add(receipt)
    move(
        session,
        entry=entry,
        to=EntryStatus.SUBMITTED,
        actor=actor,
        now=now,
        data={"number": entry.number, "receipt": receipt.sha256},
    )
    return receipt


def _make_receipt(entry: Entry, *, now: datetime) -> Receipt:
    assert entry.id is not None
    content = {
        "at": now.isoformat(timespec="seconds"),
        "entry": entry.id,
        "files": [
            {"name": f.file.name, "role": f.role, "sha256": f.file.sha256, "size": f.file.size}
            for f in entry.files
            if f.removed_at is None
        ],
        "number": entry.number,
        "title": entry.title,
        "unit": entry.unit_name,
        "version": entry.version,
    }
    canonical = canonical_json(content)
    return Receipt(
        entry_id=entry.id, at=now, canonical=canonical.decode(), sha256=hashlib.sha256(canonical).hexdigest()
    )


def reopen_entry(session: Session, *, actor: Actor, entry: Entry, now: datetime) -> None:
    """Take a submitted entry back to draft for correction; screening and confirmation start anew."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_reopen(actor, entry))
    move(session, entry=entry, to=EntryStatus.DRAFT, actor=actor, now=now)


def withdraw_entry(session: Session, *, actor: Actor, entry: Entry, reason: str, now: datetime) -> None:
    """Withdraw an entry for good, before judging."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_withdraw(actor, entry))
    move(session, entry=entry, to=EntryStatus.WITHDRAWN, actor=actor, now=now, reason=reason)


# ---- files -----------------------------------------------------------------------------------------------


def attach_file(
    session: Session, *, actor: Actor, entry: Entry, file: File, role: FileRole, now: datetime
) -> EntryFile:
    """Put a stored file on the entry. A new main file or Word text takes the place of the old one."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_attach(actor, entry, extension=file.extension, name=file.name, role=role))
    assert entry.id is not None
    assert file.id is not None
    if role != FileRole.ATTACHMENT:
        for old in _live_files(entry.files, role):
            old.removed_at = now
            session.add(old)
    row = EntryFile(entry_id=entry.id, file_id=file.id, role=role.value)
    session.add(row)
    _touch(session, entry=entry, now=now)
    journal.record(
        session,
        kind="entry.file_added",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"entry:{entry.id}",
        data={"file": file.id, "role": role.value, "sha256": file.sha256, "size": file.size},
    )
    session.expire(entry, ["files"])
    return row


def remove_file(session: Session, *, actor: Actor, entry: Entry, row: EntryFile, now: datetime) -> None:
    """Take a file off the entry; its row stays because receipts may name it."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_edit(actor, entry))
    row.removed_at = now
    session.add(row)
    _touch(session, entry=entry, now=now)
    journal.record(
        session,
        kind="entry.file_removed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"entry:{entry.id}",
        data={"file": row.file_id, "role": row.role},
    )


def _touch(session: Session, *, entry: Entry, now: datetime) -> None:
    entry.updated_at = now
    session.add(entry)
    session.flush()


def _live_files(files: Sequence[EntryFile], role: FileRole) -> list[EntryFile]:
    return [f for f in files if f.role == role and f.removed_at is None]
