"""What stands on each paper, and that nothing a person typed can break one."""

import io
import re
import subprocess
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date
from fractions import Fraction

import docx
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from app.accounts.models import User
from app.core.papers import Table, find_fonts, render_docx, render_pdf, render_xlsx
from app.documents.builders import (
    Issue,
    UnequalPayoutsError,
    make_panel,
    panel_legend,
    payout_list,
    prize_list,
    score_summary,
)
from app.entries.models import Author, Category, Consent, Entry, Purpose
from app.jury.models import Juror, Marking, ScoreSheet
from app.jury.queries import JurorRow
from app.jury.rubric import units_per_point
from app.plans import FOLDER
from app.programmes.plan import load_plan
from app.results.models import Award, Payout, Standing
from app.results.queries import CountedSheet, PendingTie, Prize, Ranked
from tests.support.contest import with_further_marking
from tests.support.factories import NOW
from tests.support.needs import office

PLAN = load_plan(FOLDER / "thanh_xuan_2024.yaml")
RULES = PLAN.round_rules("written")
ISSUE = Issue(PLAN, is_sample=True, approved_on=date(2024, 7, 5), result_sha256="ab" * 32)
REAL = replace(ISSUE, is_sample=False)
DRAFT = replace(ISSUE, approved_on=None)

LONG = "Xây dựng quy trình liên thông điện tử một cửa giữa phường và quận " * 6
INJECTION = '=HYPERLINK("http://x","bấm")'
DECOMPOSED = unicodedata.normalize("NFD", "Nguyễn Thị Hòa")


def make_author(number, name, *, position="Chuyên viên", represents=False, consents=tuple(Purpose)):
    author = Author(
        id=number, entry_id=1, ordinal=number, full_name=name, name_key="", name_folded="", position=position,
        is_representative=represents,
    )  # fmt: skip
    author.consents = [Consent(author_id=number, purpose=p, given_at=NOW, recorded_by=1) for p in consents]
    return author


def make_entry(number, *names, title="Số hóa hồ sơ một cửa", unit="UBND phường Hạ Đình", **author):
    entry = Entry(
        id=number, programme_id=1, unit_id=1, unit_name=unit, number=number, title=title, field="one_stop",
        category=Category.GROUP if len(names) > 1 else Category.INDIVIDUAL, format="essay", created_at=NOW,
        created_by=1, updated_at=NOW,
    )  # fmt: skip
    entry.authors = [make_author(100 * number + i, name, represents=i == 0, **author) for i, name in enumerate(names)]
    return entry


def make_prize(entry, tier="first", *, amount=None, parts=None, score=9017):
    amount = PLAN.prize_rules.amount_for(tier, entry.category) if amount is None else amount
    count = len(entry.authors)
    parts = parts or [amount // count + (amount % count if i == 0 else 0) for i in range(count)]
    award = Award(
        id=entry.id, result_id=1, entry_id=entry.id, category=entry.category, tier=tier, amount=amount, why=""
    )
    payouts = [
        Payout(award_id=award.id, author_id=a.id, ordinal=i, payee=a.full_name, amount=part)
        for i, (a, part) in enumerate(zip(entry.authors, parts, strict=True), start=1)
    ]
    return Prize(award, entry, make_standing(entry, score=score), payouts)


def make_standing(entry, *, score=9017, rank=1):
    return Standing(
        result_id=1, entry_id=entry.id, category=entry.category, rank=rank, sheets=3, mean_numerator=score,
        mean_denominator=100, score=score,
    )  # fmt: skip


GROUP = make_entry(7, "Phạm Minh Đăng", "Lê Ánh", "Vũ Hoàng Dũng")
ONE = make_entry(12, "Trần Thị Ánh", title="Hẹn giờ theo ngõ")
PRIZES = [make_prize(ONE), make_prize(GROUP), make_prize(make_entry(3, "Đỗ Thị Ân"), "second", score=8550)]


def table_of(paper):
    return next(block for block in paper.blocks if isinstance(block, Table))


def headings(paper):
    return [column.heading for column in table_of(paper).columns]


def rows_of(paper, kind="plain"):
    return [row for row in table_of(paper).rows if row.kind == kind]


def words_of(paper):
    return " ".join(str(getattr(block, "text", "")) for block in paper.blocks)


# ---- the prize list --------------------------------------------------------------------------------------


def test_prize_list_has_the_columns_of_the_domain():
    assert headings(prize_list(PRIZES, issue=ISSUE)) == [
        "STT", "Tên ý tưởng, giải pháp", "Tác giả/nhóm tác giả (đại diện)", "Chức vụ, đơn vị", "Lĩnh vực", "Điểm",
        "Giải", "Mức thưởng (đồng)",
    ]  # fmt: skip


def test_prize_list_stands_groups_before_individuals_with_sums():
    paper = prize_list(PRIZES, issue=ISSUE)

    assert [row.label for row in rows_of(paper, "group")] == ["I. Tập thể", "II. Cá nhân"]
    assert [row.cells[-1] for row in rows_of(paper, "subtotal")] == [4_000_000, 3_000_000]
    assert [row.cells[-1] for row in rows_of(paper, "total")] == [7_000_000]
    assert "(Bằng chữ: Bảy triệu đồng)" in words_of(paper)


def test_prize_list_without_groups_numbers_its_only_section_first():
    paper = prize_list([PRIZES[0]], issue=ISSUE)

    assert [row.label for row in rows_of(paper, "group")] == ["I. Cá nhân"]


def test_prize_list_names_every_member_and_marks_the_representative():
    cells = rows_of(prize_list(PRIZES, issue=ISSUE))[0].cells

    assert cells[2] == "Phạm Minh Đăng (đại diện), Lê Ánh, Vũ Hoàng Dũng"
    assert cells[3] == "Chuyên viên, UBND phường Hạ Đình"
    assert cells[5:] == (9017, "Giải Nhất", 4_000_000)


def test_prize_list_says_the_unit_once_where_the_position_names_it():
    entry = make_entry(1, "Lê Đức Bình", unit="Phòng Nội vụ", position="Phó Trưởng phòng Nội vụ")

    assert rows_of(prize_list([make_prize(entry)], issue=ISSUE))[0].cells[3] == "Phó Trưởng phòng Nội vụ"


def test_prize_list_for_everybody_hides_names_where_one_author_has_not_agreed():
    entry = make_entry(1, "Lê Đức Bình", "Bùi Văn Hậu", position="Chủ tịch UBND phường Hạ Đình")
    entry.authors[1].consents = []

    paper = prize_list([make_prize(entry)], issue=ISSUE, with_all_names=False)

    cells = rows_of(paper)[0].cells
    assert cells[2:4] == ("(không công bố tên)", "UBND phường Hạ Đình")


def test_prize_list_of_a_draft_tells_of_open_ties():
    assert "Còn 2 trường hợp bằng điểm" in words_of(prize_list(PRIZES, issue=DRAFT, pending=2))


def test_head_follows_the_host_and_leaves_room_for_the_number():
    paper = prize_list(PRIZES, issue=ISSUE)

    head = paper.letterhead
    assert (head.parent_agency, head.agency) == ("", "Ủy ban nhân dân\nquận Thanh Xuân")
    assert (head.place, head.date) == ("Thanh Xuân", date(2024, 7, 5))
    assert re.search(r"Quyết định số\xa0+/QĐ-UBND ngày\xa0+tháng\xa0+năm\xa0+ của Chủ tịch Ủy ban", paper.attached_to)


@pytest.mark.parametrize("build", [prize_list, payout_list])
def test_sample_papers_never_carry_a_real_name(build):
    paper = build(PRIZES, issue=ISSUE)

    assert paper.notice == "MẪU – DỮ LIỆU GIẢ ĐỊNH"
    assert PLAN.document.signer == "Võ Đăng Dũng"
    assert "Võ Đăng Dũng" not in repr(paper)
    assert paper.signatures[-1].name.endswith(" Mẫu")


def test_real_papers_are_signed_by_the_host_s_leader_in_their_own_right():
    signature = prize_list(PRIZES, issue=REAL).signatures[0]

    # The plan is signed for the Committee («TM.»); the decision that this list goes with is the chairman's own.
    assert PLAN.document.signed_for == "TM. ỦY BAN NHÂN DÂN"
    assert (signature.authority, signature.title, signature.name) == ((), "CHỦ TỊCH", "Võ Đăng Dũng")
    assert prize_list(PRIZES, issue=REAL).notice == ""


def test_draft_is_marked_and_has_no_date():
    paper = prize_list(PRIZES, issue=DRAFT)

    assert paper.notice == "DỰ THẢO · MẪU – DỮ LIỆU GIẢ ĐỊNH"
    assert paper.letterhead.date is None
    assert replace(DRAFT, is_sample=False).notice == "DỰ THẢO"


# ---- the payout list -------------------------------------------------------------------------------------


def test_payout_list_has_a_line_per_payee_with_their_part():
    paper = payout_list(PRIZES, issue=ISSUE)

    assert headings(paper) == [
        "STT", "Họ và tên", "Chức vụ, đơn vị", "Giải", "Bài dự thi", "Số tiền (đồng)", "Ký nhận", "Ghi chú",
    ]  # fmt: skip
    lines = [(c[0], c[1], c[5], c[7]) for c in (row.cells for row in rows_of(paper))]
    assert lines == [
        (1, "Phạm Minh Đăng", 1_333_334, "Đại diện nhóm"),
        (2, "Lê Ánh", 1_333_333, ""),
        (3, "Vũ Hoàng Dũng", 1_333_333, ""),
        (4, "Trần Thị Ánh", 2_000_000, ""),
        (5, "Đỗ Thị Ân", 1_000_000, ""),
    ]


def test_payout_list_total_in_figures_and_words_and_three_signatures():
    paper = payout_list(PRIZES, issue=ISSUE)

    assert rows_of(paper, "total")[0].cells[5] == 7_000_000
    assert "(Tổng số tiền bằng chữ: Bảy triệu đồng)" in words_of(paper)
    assert [s.title for s in paper.signatures] == ["Người lập biểu", "Kế toán trưởng", "Thủ trưởng đơn vị"]
    assert "Quỹ khen thưởng của quận" in words_of(paper)


@pytest.mark.parametrize("parts", [[2_000_000, 1_000_000, 999_999], [2_000_000, 2_000_000, 1]])
def test_payout_list_whose_parts_differ_from_the_award_is_refused(parts):
    with pytest.raises(UnequalPayoutsError, match="cộng lại không bằng") as refused:
        payout_list([make_prize(GROUP, parts=parts)], issue=ISSUE)

    assert "bài 007" in str(refused.value.message)


def test_payout_list_wrongs_that_cancel_out_are_refused():
    more = make_prize(ONE, parts=[2_000_001])
    less = make_prize(make_entry(4, "Hoàng Văn Ẩn"), parts=[1_999_999])

    with pytest.raises(UnequalPayoutsError):
        payout_list([more, less], issue=ISSUE)


def test_payout_list_marks_who_has_not_agreed_to_be_paid():
    others = tuple(p for p in Purpose if p != Purpose.PAYMENT)
    prize = make_prize(make_entry(8, "Ngô Thị Hòa", "Bùi Văn Hậu", consents=others))

    notes = [row.cells[7] for row in rows_of(payout_list([prize], issue=ISSUE))]

    assert notes == ["Đại diện nhóm; chưa ghi nhận đồng ý chi trả", "chưa ghi nhận đồng ý chi trả"]


def test_payout_list_pays_the_name_that_stood_at_approval():
    prize = make_prize(make_entry(5, "Trần Thị Ánh"))
    prize.payouts[0].payee = "Trần Thị Ánh Tuyết"

    assert rows_of(payout_list([prize], issue=ISSUE))[0].cells[1] == "Trần Thị Ánh Tuyết"


# ---- the score summary -----------------------------------------------------------------------------------


def make_jurors(count):
    return [
        JurorRow(
            Juror(id=i, programme_id=1, user_id=i, position="Phó Trưởng phòng"),
            User(id=i, login=f"gk{i}", full_name=f"Giám khảo {i}", name_key="", folded="", created_at=NOW),
            None,
        )
        for i in range(1, count + 1)
    ]


def make_sheet(entry, juror, points):
    units = int(points * units_per_point(RULES))
    sheet = ScoreSheet(assignment_id=1, status="locked", total_units=units, saved_at=NOW, submitted_at=NOW)
    return CountedSheet(sheet, entry.id, juror.juror.id)


def make_summary(jurors, *, issue=ISSUE):
    sheets = [make_sheet(GROUP, j, 90) for j in jurors] + [make_sheet(ONE, jurors[0], Fraction(177, 2))]
    ranked = [Ranked(make_standing(GROUP), GROUP, 0, 0), Ranked(make_standing(ONE, score=8850), ONE, 0, 0)]
    panel = make_panel(jurors, sheets, secret="s" * 40, round_id=1)
    paper = score_summary(ranked, sheets, PRIZES[1:2], panel=panel, rules=RULES, issue=issue)
    return panel, paper


def make_further_summary(count):
    """A jury of so many; the first three marked GROUP with a gap, the fourth once more."""
    rules = with_further_marking("replace_farthest").round_rules("written")
    jurors = make_jurors(count)
    sheets = [make_sheet(GROUP, j, total) for j, total in zip(jurors, (80, 58, 76, 74), strict=False)]
    sheets[3] = replace(sheets[3], marking=Marking.FURTHER)
    sheets += [make_sheet(ONE, j, 90) for j in jurors[4:]]
    standing = make_standing(GROUP, score=7667)
    standing.sheets, standing.further, standing.gap_policy = 4, 1, "replace_farthest"
    ranked = [Ranked(standing, GROUP, 0, 0), Ranked(make_standing(ONE), ONE, 0, 0)]
    panel = make_panel(jurors, sheets, secret="s" * 40, round_id=1)
    return panel, score_summary(ranked, sheets, [], panel=panel, rules=rules, issue=ISSUE)


def test_score_summary_tells_the_further_sheet_apart_and_how_it_counts():
    panel, paper = make_further_summary(4)

    assert headings(paper)[-5:] == ["GK4", "Chấm thêm", "Điểm", "Hạng", "Kết quả"]
    line, other = (row.cells for row in rows_of(paper))
    assert sorted(c for c in line[5:9] if c is not None) == [5800, 7600, 8000]
    assert line[4] == 4
    assert line[9:11] == (f"GK{panel.numbers[4]}: 74,00", 7667)
    assert other[9] == ""
    assert "cách tính theo quy chế: «Điểm chấm thêm thay cho điểm lệch xa nhất»" in words_of(paper)


@pytest.mark.parametrize("count", [4, 9, 10])
def test_score_summary_with_a_further_marking_is_drawn_whole(count):
    _, paper = make_further_summary(count)

    assert ("GK1" in headings(paper)) == (count <= 9)
    text = pdf_words(render_pdf(paper, find_fonts()))
    assert "76,67" in text
    assert ":74,00" in text
    assert render_docx(paper).startswith(b"PK")
    assert render_xlsx(paper).startswith(b"PK")


def test_score_summary_has_a_column_per_juror_and_hides_who_they_are():
    jurors = make_jurors(3)

    panel, paper = make_summary(jurors)

    assert headings(paper) == [
        "STT", "Mã bài", "Tên ý tưởng, giải pháp", "Tác giả, đơn vị", "Số GK", "GK1", "GK2", "GK3", "Điểm TB", "Hạng",
        "Kết quả",
    ]  # fmt: skip
    group, one = (row.cells for row in rows_of(paper))
    assert group[5:] == (9000, 9000, 9000, 9017, 1, "Giải Nhất")
    number = panel.numbers[1]
    assert [cell for cell in one[5:8] if cell is not None] == [8850]
    assert one[4 + number] == 8850
    assert one[8:] == (8850, 1, "Không đạt giải")
    assert "Giám khảo" not in repr(paper).replace("Trưởng Ban Giám khảo", "").replace("Ban Giám khảo", "")


def test_score_summary_says_of_nobody_that_they_lost_while_a_tie_waits():
    jurors = make_jurors(3)
    ranked = [Ranked(make_standing(entry), entry, 0, 0) for entry in (GROUP, ONE)]
    sheets = [make_sheet(entry, juror, 80) for entry in (GROUP, ONE) for juror in jurors]
    panel = make_panel(jurors, sheets, secret="s" * 40, round_id=1)
    tie = PendingTie("first", "individual", (2, 3), 1, "Đồng hạng 1.")

    paper = score_summary(ranked, sheets, [], panel=panel, rules=RULES, issue=DRAFT, pending=[tie])

    assert [row.cells[-1] for row in rows_of(paper)] == ["Không đạt giải", "Chưa xếp giải"]
    assert "Còn 1 trường hợp bằng điểm chờ Trưởng Ban Tổ chức quyết định." in words_of(paper)


def test_panel_order_is_known_to_the_secret_alone():
    jurors = make_jurors(9)
    sheets = [make_sheet(ONE, juror, 80) for juror in jurors]

    orders = {tuple(make_panel(jurors, sheets, secret=secret, round_id=1).numbers) for secret in ("a" * 40, "b" * 40)}

    assert len(orders) == 2
    assert tuple(range(1, 10)) not in orders


def test_panel_holds_only_jurors_whose_sheets_count():
    jurors = make_jurors(3)

    panel = make_panel(jurors, [make_sheet(ONE, jurors[1], 80)], secret="s" * 40, round_id=1)

    assert panel.numbers == {2: 1}


def test_panel_legend_names_the_jurors():
    panel, _ = make_summary(make_jurors(3))

    cells = [row.cells for row in rows_of(panel_legend(panel, issue=ISSUE))]

    assert [c[0] for c in cells] == ["GK1", "GK2", "GK3"]
    assert {c[1] for c in cells} == {"Giám khảo 1", "Giám khảo 2", "Giám khảo 3"}


def test_score_summary_of_a_large_jury_shares_one_column():
    _, paper = make_summary(make_jurors(20))

    assert headings(paper)[5] == "Điểm của từng giám khảo"
    assert rows_of(paper)[0].cells[5].startswith("GK1: 90,00; GK2: 90,00")
    assert render_pdf(paper, find_fonts()).startswith(b"%PDF")


# ---- hostile and large input, through the eyes of other programs ------------------------------------------


def hostile_prizes():
    """Formula in a title, names decomposed, a title of 400 letters, a group of ten with an organisation."""
    ten = make_entry(9, *(f"{DECOMPOSED} {i}" for i in range(1, 11)), title=LONG)
    ten.organisation = "Tổ cải cách hành chính phường"
    return [
        make_prize(make_entry(1, "+84988123456", title=INJECTION), "third"),
        make_prize(ten, "second"),
        make_prize(make_entry(2, DECOMPOSED, title="@SUM(1+1)", position="-2+3"), "consolation"),
    ]


def hostile_papers():
    prizes = hostile_prizes()
    ranked = [Ranked(p.standing, p.entry, 0, 0) for p in prizes]
    jurors = make_jurors(3)
    sheets = [make_sheet(p.entry, j, 80) for p in prizes for j in jurors]
    panel = make_panel(jurors, sheets, secret="s" * 40, round_id=1)
    return {
        "prize-list": prize_list(prizes, issue=ISSUE),
        "payouts": payout_list(prizes, issue=ISSUE),
        "score-summary": score_summary(ranked, sheets, prizes, panel=panel, rules=RULES, issue=ISSUE),
    }


PAPERS = sorted(hostile_papers())
# A table with a column per juror names the first of ten and counts the others.
LAST_NAMED = {"score-summary": "Nguyễn Thị Hòa 1 và 9 tác giả khác"}


def squeezed(text):
    """Without the spaces and breaks that narrow columns make."""
    return re.sub(r"[\s\u200b\ufffe-]+", "", unicodedata.normalize("NFC", text))


def pdf_words(data):
    document = pypdfium2.PdfDocument(data)
    words = "".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return squeezed(words)


@pytest.mark.parametrize("name", PAPERS)
def test_xlsx_keeps_words_as_words(name):
    data = render_xlsx(hostile_papers()[name])

    cells = [
        c for row in CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python() for c in row
    ]
    assert any(INJECTION in str(c) for c in cells)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_xlsx_money_is_a_number_that_adds_up():
    data = render_xlsx(hostile_papers()["payouts"])

    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    head = next(i for i, row in enumerate(rows) if row[0] == "STT")
    lines = [row for row in rows[head + 1 :] if isinstance(row[0], float | int)]
    total = next(row for row in rows if row[0] == "Tổng cộng")
    assert len(lines) == 12
    assert sum(row[5] for row in lines) == total[5] == 800_000 + 2_000_000 + 500_000


@pytest.mark.parametrize("name", PAPERS)
def test_pdf_says_everything_composed(name):
    text = pdf_words(render_pdf(hostile_papers()[name], find_fonts()))

    for words in (LAST_NAMED.get(name, "Nguyễn Thị Hòa 10"), INJECTION, LONG, "MẪU – DỮ LIỆU GIẢ ĐỊNH"):
        assert squeezed(words) in text


@pytest.mark.parametrize("name", ["prize-list", "payouts"])
def test_docx_opens_again_with_every_member(name):
    document = docx.Document(io.BytesIO(render_docx(hostile_papers()[name])))

    table = max(document.tables, key=lambda t: len(t.rows))
    words = "\n".join(cell.text for row in table.rows for cell in row.cells)
    assert "Nguyễn Thị Hòa 10" in words
    assert INJECTION in words


WRITER, CALC = "txt:Text (encoded):UTF8", "csv:Text - txt - csv (StarCalc):44,34,76"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("prize-list", "docx"),
        ("payouts", "docx"),
        ("prize-list", "xlsx"),
        ("payouts", "xlsx"),
        ("score-summary", "xlsx"),
    ],
)
def test_libreoffice_opens_every_paper(name, kind, tmp_path):
    paper = hostile_papers()[name]
    source = tmp_path / f"{name}.{kind}"
    source.write_bytes(render_docx(paper) if kind == "docx" else render_xlsx(paper))
    wanted = WRITER if kind == "docx" else CALC

    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office(), "--headless", profile, "--convert-to", wanted, "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)

    text = squeezed((tmp_path / f"{name}.{wanted[:3]}").read_text("utf-8-sig"))
    said = INJECTION if kind == "docx" else INJECTION.replace('"', '""')
    for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", LAST_NAMED.get(name, "Nguyễn Thị Hòa 10"), said, LONG):
        assert squeezed(words) in text
