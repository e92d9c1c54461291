"""From rows to papers. Pure: the same rows and the same plan make the same paper."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.core.errors import Conflict
from app.core.i18n import N_
from app.core.numbers import format_points
from app.core.papers import (
    ROOM,
    Block,
    Cell,
    Column,
    Letterhead,
    Paper,
    Paragraph,
    Row,
    Signature,
    Table,
    amount_in_words,
)
from app.core.text import format_date_line
from app.documents.parts import (
    SAMPLE_NOTICE,
    SIGN,
    SIGN_AND_SEAL,
    author_names,
    code_of,
    host_letterhead,
    may_publish,
    place_of,
    representative_of,
    short_authors,
    standing_letterhead,
    two_lines,
)
from app.entries.models import Category
from app.jury.models import Marking
from app.jury.queries import JurorRow
from app.jury.rubric import units_per_point
from app.programmes.labels import GAP_OUTCOME_LABELS
from app.programmes.plan import Plan, RoundRules
from app.results.models import Standing
from app.results.queries import CountedSheet, PendingTie, Prize, Ranked
from app.results.views import has_agreed_to_payment

DRAFT_NOTICE = "DỰ THẢO"
# Nobody bears these names: a sample paper must not look as if a real official had signed it.
_SAMPLE_LEADER = "Nguyễn Văn Mẫu"
_SAMPLE_HEAD = "Trần Thị Mẫu"
_NO_CONSENT = "chưa ghi nhận đồng ý chi trả"
_SECTIONS = ((Category.GROUP, "Tập thể"), (Category.INDIVIDUAL, "Cá nhân"))
_ROMAN = ("I", "II")
_SIGNING_ROW_MM = 11
_COLUMNS_OF_JURORS = 12
_COLUMNS_OF_FURTHER = 3  # the further marking is as wide
_HUNDREDTHS = 100


@dataclass(frozen=True, slots=True)
class Issue:
    """What every paper of one result carries: under which plan, approved when, real or a sample."""

    plan: Plan
    is_sample: bool
    approved_on: date | None
    result_sha256: str

    @property
    def notice(self) -> str:
        """The words in red on every page."""
        words = ("" if self.approved_on else DRAFT_NOTICE, SAMPLE_NOTICE if self.is_sample else "")
        return " · ".join(word for word in words if word)

    @property
    def footer(self) -> str:
        """By which the paper is matched with the stored result."""
        return f"Mã kết quả: {self.result_sha256[:16]}" if self.approved_on else ""


# ---- the prize list --------------------------------------------------------------------------------------


_PRIZE_COLUMNS = (
    Column("STT", 10, kind="integer"),
    Column("Tên ý tưởng, giải pháp", 56),
    Column("Tác giả/nhóm tác giả (đại diện)", 41),
    Column("Chức vụ, đơn vị", 46),
    Column("Lĩnh vực", 31),
    Column("Điểm", 14, kind="points"),
    Column("Giải", 25),
    Column("Mức thưởng (đồng)", 25, kind="money"),
)


def prize_list(prizes: Sequence[Prize], *, issue: Issue, pending: int = 0, with_all_names: bool = True) -> Paper:
    """Build "Danh sách đạt giải": groups, then individuals, subtotals, the total in figures and words.

    Without `with_all_names` entries are named only where everybody on them has agreed to be published.
    """
    rows: list[Row] = []
    for label, section in _sections(prizes):
        rows.append(Row(kind="group", label=label))
        rows += [
            Row(_prize_cells(number, prize, issue.plan, with_all_names=with_all_names))
            for number, prize in enumerate(section, start=1)
        ]
        rows.append(_sum_row(_PRIZE_COLUMNS, sum(p.award.amount for p in section), kind="subtotal"))
    total = sum(p.award.amount for p in prizes)
    rows.append(_sum_row(_PRIZE_COLUMNS, total, kind="total"))
    blocks: list[Block] = [Table(_PRIZE_COLUMNS, tuple(rows), size=11), amount_in_words(total)]
    blocks += _pending_note(pending)
    return Paper(
        host_letterhead(issue.plan.host, on=issue.approved_on),
        kind="Danh sách đạt giải",
        title=issue.plan.title,
        attached_to=_attached_to_decision(issue),
        blocks=tuple(blocks),
        signatures=(_leader(issue),),
        landscape=True,
        notice=issue.notice,
        footer=issue.footer,
        size=13,
    )


def _pending_note(pending: int) -> tuple[Paragraph, ...]:
    if not pending:
        return ()
    return (Paragraph(f"Còn {pending} trường hợp bằng điểm chờ Trưởng Ban Tổ chức quyết định.", italic=True),)


def _prize_cells(number: int, prize: Prize, plan: Plan, *, with_all_names: bool) -> tuple[Cell, ...]:
    entry = prize.entry
    named = with_all_names or may_publish(entry)
    return (
        number,
        entry.title,
        author_names(entry) if named else "(không công bố tên)",
        place_of(representative_of(entry), entry) if named else entry.unit_name,
        plan.field_label(entry.field),
        prize.standing.score,
        plan.prize_rules.labels[prize.award.tier],
        prize.award.amount,
    )


def _sections(prizes: Sequence[Prize]) -> Iterator[tuple[str, list[Prize]]]:
    found = [(name, [p for p in prizes if p.award.category == key]) for key, name in _SECTIONS]
    for roman, (name, section) in zip(_ROMAN, [f for f in found if f[1]], strict=False):
        yield f"{roman}. {name}", section


def _sum_row(columns: Sequence[Column], amount: int, *, kind: str, after: int = 0) -> Row:
    """The sum under the column of money; `after` columns follow it."""
    cells: tuple[Cell, ...] = (*(None for _ in columns[: -1 - after]), amount, *("" for _ in range(after)))
    return Row(cells, "total", "Tổng cộng") if kind == "total" else Row(cells, "subtotal", "Cộng")


# ---- the payout list -------------------------------------------------------------------------------------


_PAYOUT_COLUMNS = (
    Column("STT", 10, kind="integer"),
    Column("Họ và tên", 38),
    Column("Chức vụ, đơn vị", 46),
    Column("Giải", 25),
    Column("Bài dự thi", 56),
    Column("Số tiền (đồng)", 22, kind="money"),
    Column("Ký nhận", 30),
    Column("Ghi chú", 20),
)


class UnequalPayoutsError(Conflict):
    """What is to be paid is not what was awarded: nothing may be paid by such a list."""


def payout_list(prizes: Sequence[Prize], *, issue: Issue) -> Paper:
    """Build "Danh sách chi tiền thưởng": one line a payee, room to sign, the total in figures and words.

    Raises UnequalPayoutsError unless the parts of every award add up to it.
    """
    _require_equal_sums(prizes)
    rows: list[Row] = []
    number = 0
    for label, section in _sections(prizes):
        rows.append(Row(kind="group", label=label))
        for prize in section:
            rows += [Row(cells) for cells in _payout_cells(prize, issue.plan, after=number)]
            number += len(prize.payouts)
        rows.append(_sum_row(_PAYOUT_COLUMNS, _paid(section), kind="subtotal", after=2))
    total = _paid(prizes)
    rows.append(_sum_row(_PAYOUT_COLUMNS, total, kind="total", after=2))
    fund = issue.plan.prize_rules.fund
    source = (Paragraph(f"Nguồn kinh phí: {fund}.", indent=False),) if fund else ()
    return Paper(
        standing_letterhead(issue.plan.host, on=issue.approved_on),
        kind="Danh sách chi tiền thưởng",
        title=issue.plan.title,
        attached_to=_attached_to_decision(issue),
        blocks=(
            *source,
            Table(_PAYOUT_COLUMNS, tuple(rows), row_height=_SIGNING_ROW_MM, size=11),
            amount_in_words(total, label="Tổng số tiền bằng chữ"),
        ),
        signatures=(
            Signature("Người lập biểu", note=SIGN),
            Signature("Kế toán trưởng", note=SIGN),
            Signature("Thủ trưởng đơn vị", name=_SAMPLE_HEAD if issue.is_sample else "", note=SIGN_AND_SEAL),
        ),
        landscape=True,
        notice=issue.notice,
        footer=issue.footer,
        size=13,
    )


def _require_equal_sums(prizes: Sequence[Prize]) -> None:
    for prize in prizes:
        if sum(p.amount for p in prize.payouts) != prize.award.amount:
            raise UnequalPayoutsError(
                N_(
                    "Không lập được danh sách chi tiền thưởng: các phần của bài %(code)s cộng lại không bằng "
                    "mức thưởng. Vui lòng báo quản trị hệ thống.",
                    code=code_of(prize.entry),
                )
            )


def _paid(prizes: Sequence[Prize]) -> int:
    return sum(payout.amount for prize in prizes for payout in prize.payouts)


def _payout_cells(prize: Prize, plan: Plan, *, after: int) -> Iterator[tuple[Cell, ...]]:
    authors = {author.id: author for author in prize.entry.authors}
    for number, payout in enumerate(prize.payouts, start=after + 1):
        author = authors[payout.author_id]
        represents = author.is_representative and len(prize.payouts) > 1
        notes = ("Đại diện nhóm" if represents else "", "" if has_agreed_to_payment(prize, payout) else _NO_CONSENT)
        yield (
            number,
            payout.payee,
            place_of(author, prize.entry),
            plan.prize_rules.labels[prize.award.tier],
            f"{code_of(prize.entry)} – {prize.entry.title}",
            payout.amount,
            "",
            "; ".join(note for note in notes if note),
        )


# ---- the score summary -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Panel:
    """The jurors of a round under names that hide who they are: GK1, GK2…"""

    jurors: tuple[JurorRow, ...]

    @property
    def numbers(self) -> dict[int, int]:
        """The number of each juror by id."""
        return {row.juror.id or 0: number for number, row in enumerate(self.jurors, start=1)}


def make_panel(jurors: Sequence[JurorRow], sheets: Sequence[CountedSheet], *, secret: str, round_id: int) -> Panel:
    """Number the jurors whose sheets count, in an order that only the site's secret explains.

    In the order of names or of appointment anybody who knows the roster would read who GK3 is.
    """
    at_work = {counted.juror_id for counted in sheets}

    def lot(row: JurorRow) -> bytes:
        return hmac.digest(secret.encode(), f"panel:{round_id}:{row.juror.id}".encode(), hashlib.sha256)

    return Panel(tuple(sorted((row for row in jurors if row.juror.id in at_work), key=lot)))


def score_summary(
    ranked: Sequence[Ranked],
    sheets: Sequence[CountedSheet],
    prizes: Sequence[Prize],
    *,
    panel: Panel,
    rules: RoundRules,
    issue: Issue,
    pending: Sequence[PendingTie] = (),
) -> Paper:
    """Build "Bảng tổng hợp điểm": every judged entry with each juror's total, the mean, rank and result.

    Where a tie of a category waits in `pending`, its prizes from there down are not given yet: nobody has lost.
    """
    columns = _score_columns(panel, rules)
    totals = _totals(sheets, rules, marking=Marking.FIRST)
    further = _totals(sheets, rules, marking=Marking.FURTHER) if rules.marks_further else {}
    results = {p.entry.id: issue.plan.prize_rules.labels[p.award.tier] for p in prizes}
    unsettled = {tie.category for tie in pending}
    found = [(name, [r for r in ranked if r.standing.category == key]) for key, name in _SECTIONS]
    rows: list[Row] = []
    for roman, (name, section) in zip(_ROMAN, [f for f in found if f[1]], strict=False):
        rows.append(Row(kind="group", label=f"{roman}. {name}"))
        for number, line in enumerate(section, start=1):
            marks = totals.get(line.standing.entry_id, {})
            rows.append(
                Row(
                    (
                        number,
                        code_of(line.entry),
                        line.entry.title,
                        f"{short_authors(line.entry)}\n{line.entry.unit_name}",
                        line.standing.sheets,
                        *_mark_cells(marks, panel, rules),
                        *_further_cells(line.standing, further, panel, rules),
                        line.standing.score,
                        line.standing.rank,
                        results.get(line.standing.entry_id, _without_prize(line.standing, unsettled)),
                    )
                )
            )
    host = issue.plan.host
    return Paper(
        Letterhead(
            agency="Ban Giám khảo", parent_agency=two_lines(host.authority), place=host.place, date=issue.approved_on
        ),
        kind="Bảng tổng hợp điểm",
        title=f"{issue.plan.title}\n{rules.label}",
        blocks=(Table(columns, tuple(rows), size=10), *_gap_note(rules), *_pending_note(len(pending))),
        signatures=(
            Signature("Thư ký", note=SIGN),
            Signature("Trưởng Ban Giám khảo", note=SIGN),
        ),
        landscape=True,
        notice=issue.notice,
        footer=issue.footer,
        size=13,
    )


def _without_prize(standing: Standing, unsettled: AbstractSet[str]) -> str:
    return "Chưa xếp giải" if standing.category in unsettled else "Không đạt giải"


def _score_columns(panel: Panel, rules: RoundRules) -> tuple[Column, ...]:
    over = "Điểm của từng giám khảo"
    if _fits(panel, rules):
        middle = tuple(Column(f"GK{i}", 11, kind="points", over=over) for i in range(1, len(panel.jurors) + 1))
    else:
        middle = (Column(over, 55),)
    return (
        Column("STT", 9, kind="integer"),
        Column("Mã bài", 11, align="center"),
        Column("Tên ý tưởng, giải pháp", 52),
        Column("Tác giả, đơn vị", 50),
        Column("Số GK", 10, kind="integer"),
        *middle,
        *((Column("Chấm thêm", 20),) if rules.marks_further else ()),
        Column("Điểm" if rules.marks_further else "Điểm TB", 12, kind="points"),
        Column("Hạng", 11, kind="integer"),
        Column("Kết quả", 19),
    )


def _fits(panel: Panel, rules: RoundRules) -> bool:
    """Whether each juror's column is wide enough on A4; a larger jury shares one column."""
    return len(panel.jurors) + (_COLUMNS_OF_FURTHER if rules.marks_further else 0) <= _COLUMNS_OF_JURORS


def _totals(sheets: Sequence[CountedSheet], rules: RoundRules, *, marking: Marking) -> dict[int, dict[int, Fraction]]:
    """Entry → juror → total of one marking, in hundredths of a point."""
    units = units_per_point(rules)
    totals: dict[int, dict[int, Fraction]] = {}
    for counted in sheets:
        if counted.marking != marking:
            continue
        assert counted.sheet.total_units is not None
        marks = totals.setdefault(counted.entry_id, {})
        marks[counted.juror_id] = Fraction(counted.sheet.total_units * _HUNDREDTHS, units)
    return totals


def _mark_cells(marks: Mapping[int, Fraction], panel: Panel, rules: RoundRules) -> tuple[Cell, ...]:
    by_number = {number: marks[juror] for juror, number in panel.numbers.items() if juror in marks}
    if _fits(panel, rules):
        return tuple(by_number.get(number) for number in range(1, len(panel.jurors) + 1))
    return (_listed(by_number),)


def _listed(by_number: Mapping[int, Fraction]) -> str:
    return "; ".join(f"GK{number}: {format_points(mark)}" for number, mark in sorted(by_number.items()))


def _further_cells(
    standing: Standing, further: Mapping[int, Mapping[int, Fraction]], panel: Panel, rules: RoundRules
) -> tuple[Cell, ...]:
    """The further sheet and whose it is, where it counted."""
    if not rules.marks_further:
        return ()
    marks = further.get(standing.entry_id, {}) if standing.further else {}
    return (_listed({panel.numbers[juror]: mark for juror, mark in marks.items()}),)


def _gap_note(rules: RoundRules) -> tuple[Paragraph, ...]:
    if rules.gap is None or not rules.marks_further:
        return ()
    policy = GAP_OUTCOME_LABELS[rules.gap.outcome].text
    return (Paragraph(f"Bài chênh lệch điểm được chấm thêm một lượt độc lập; cách tính theo quy chế: «{policy}»."),)


def panel_legend(panel: Panel, *, issue: Issue) -> Paper:
    """Build the sheet that says who GK1, GK2… are: for the organisers alone."""
    columns = (
        Column("Ký hiệu", 20, align="center"),
        Column("Họ và tên", 55),
        Column("Chức vụ", 60),
        Column("Đơn vị", 60),
    )
    rows = tuple(
        Row((f"GK{number}", row.user.full_name, row.juror.position, row.unit.name if row.unit else ""))
        for number, row in enumerate(panel.jurors, start=1)
    )
    return Paper(
        None,
        kind="Ký hiệu giám khảo",
        title="Chỉ dùng trong cơ quan Thường trực; không gửi kèm bảng tổng hợp điểm",
        blocks=(Table(columns, rows),),
        notice=issue.notice,
        size=13,
    )


# ---- what papers share -----------------------------------------------------------------------------------


def _attached_to_decision(issue: Issue) -> str:
    """The decision gets its number and day by hand: there is room before the slash, as in the plan itself."""
    host = issue.plan.host
    day = format_date_line("", None).removeprefix(", ")
    leader = host.leader_title.capitalize()
    return f"(Kèm theo Quyết định số{ROOM}/QĐ-{host.symbol} {day} của {leader} {host.authority})"


def _leader(issue: Issue) -> Signature:
    """The leader in their own right: to award a Giấy khen is the chairman's power, not the Committee's («TM.»)."""
    plan = issue.plan
    name = _SAMPLE_LEADER if issue.is_sample else plan.host.leader_name or plan.document.signer
    return Signature(plan.host.leader_title, name=name)
