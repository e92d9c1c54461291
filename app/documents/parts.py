"""Words and heads that several papers share."""

from datetime import date

from app.core.papers import Letterhead
from app.entries.models import Author, Entry, Purpose
from app.entries.policy import all_agree
from app.programmes.plan import Host

SAMPLE_NOTICE = "MẪU – DỮ LIỆU GIẢ ĐỊNH"
SIGN = "(Ký, ghi rõ họ tên)"
SIGN_AND_SEAL = "(Ký, ghi rõ họ tên, đóng dấu)"


def code_of(entry: Entry) -> str:
    """The number of an entry as people write it: "007"."""
    return f"{entry.number or 0:03d}"


def representative_of(entry: Entry) -> Author:
    """Who speaks for the entry."""
    return next((a for a in entry.authors if a.is_representative), entry.authors[0])


def author_names(entry: Entry, *, mark: str = "đại diện") -> str:
    """Everybody on the entry, the one who represents a group marked; papers are Vietnamese, a page has its own mark."""
    several = len(entry.authors) > 1
    joined = ", ".join(
        f"{a.full_name} ({mark})" if several and a.is_representative else a.full_name for a in entry.authors
    )
    return f"{entry.organisation}: {joined}" if entry.organisation else joined


def short_authors(entry: Entry) -> str:
    """The one who represents the entry, and how many stand beside: for tables with many columns."""
    name, others = representative_of(entry).full_name, len(entry.authors) - 1
    return f"{name} và {others} tác giả khác" if others else name


def may_publish(entry: Entry) -> bool:
    """Whether everybody on the entry has agreed to be named in public. Their consents are loaded."""
    return all_agree(entry.authors, Purpose.PUBLICATION)


def place_of(author: Author, entry: Entry) -> str:
    """Position and unit, the unit once: many positions name it already."""
    if not author.position or entry.unit_name.casefold() in author.position.casefold():
        return author.position or entry.unit_name
    return f"{author.position}, {entry.unit_name}"


def two_lines(authority: str) -> str:
    """An authority as letterheads break it: "Ủy ban nhân dân / quận Thanh Xuân"."""
    return authority.replace("Ủy ban nhân dân ", "Ủy ban nhân dân\n", 1)


def host_letterhead(host: Host, *, on: date | None) -> Letterhead:
    """The head of papers that the authority itself issues."""
    return Letterhead(agency=two_lines(host.authority), parent_agency=host.parent, place=host.place, date=on)


def standing_letterhead(host: Host, *, on: date | None) -> Letterhead:
    """The head of papers of the standing agency, under the authority."""
    return Letterhead(agency=host.standing_agency, parent_agency=two_lines(host.authority), place=host.place, date=on)
