"""Names inside the archive are of our own making; the index says who, what and where."""

import pytest

from app.core.papers import Table
from app.entries.models import Author, Category, Entry, EntryFile, FileRole
from app.files.models import File
from app.handover.bundle import Bundle, index_of, make_items, manifest_of
from app.handover.models import Mode
from app.handover.queries import Candidate
from app.plans import FOLDER
from app.programmes.plan import load_plan
from app.results.models import Standing
from tests.support.factories import NOW

PLAN = load_plan(FOLDER / "thanh_xuan_2024.yaml")


def make_file(number, name, role=FileRole.MAIN, *, extension="docx", removed=False):
    row = EntryFile(id=number, entry_id=1, file_id=number, role=role, removed_at=NOW if removed else None)
    row.file = File(
        id=number, programme_id=1, name=name, media_type="", extension=extension, size=number, sha256=f"{number:064x}",
        storage_key=f"{number:032x}", uploaded_by=1, uploaded_at=NOW,
    )  # fmt: skip
    return row


def make_candidate(*files, title="Số hóa hồ sơ một cửa", number=12, names=("Phạm Minh Đăng",), tier="first"):
    entry = Entry(
        id=1, programme_id=1, unit_id=1, unit_name="UBND phường Hạ Đình", number=number, title=title,
        field="one_stop", category=Category.GROUP, format="essay", created_at=NOW, created_by=1, updated_at=NOW,
    )  # fmt: skip
    entry.authors = [
        Author(
            id=i, entry_id=1, ordinal=i, full_name=name, name_key="", name_folded="", position="Chuyên viên",
            phone="+84988123456" if i == 0 else None, is_representative=i == 0,
        )
        for i, name in enumerate(names)
    ]  # fmt: skip
    entry.files = list(files)
    standing = Standing(
        result_id=1, entry_id=1, category="group", rank=2, sheets=3, mean_numerator=1, mean_denominator=1, score=8817
    )
    return Candidate(entry, standing, tier)


def paths_of(*files, **entry):
    (item,) = make_items([make_candidate(*files, **entry)], {1: Mode.WRITTEN})
    return [piece.path for piece in item.pieces]


def make_bundle(*candidates, is_sample=False):
    items = make_items(candidates, {1: Mode.PRESENTATION})
    return Bundle(1, "thanh-xuan-2024", PLAN, "a" * 64, "b" * 64, is_sample, NOW, items)


def test_names_are_plain_ascii_with_the_original_extension():
    assert paths_of(make_file(1, "Bài dự thi – Đặng Ánh.docx"), make_file(2, "clip.MP4", extension="mp4")) == [
        "bai/012-so-hoa-ho-so-mot-cua/bai-du-thi.docx",
        "bai/012-so-hoa-ho-so-mot-cua/bai-du-thi.mp4",
    ]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.docx", "..\\..\\x.docx", "/abs.docx", "CON.docx", "名前.docx", "=cmd.docx", "\u202ex.docx"],
)
def test_nothing_a_sender_calls_a_file_leaves_its_folder(name):
    (path,) = paths_of(make_file(1, name, FileRole.ATTACHMENT))

    folder, _, last = path.rpartition("/")
    assert folder == "bai/012-so-hoa-ho-so-mot-cua"
    assert last.isascii()
    assert last.startswith("kem-theo")
    assert last.endswith(".docx")
    assert not set(last) - set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_same_names_are_told_apart():
    names = ["Bảng tính.docx", "bang tinh.docx", "BẢNG-TÍNH.docx"]
    files = [make_file(i, name, FileRole.ATTACHMENT) for i, name in enumerate(names, start=1)]

    assert [path.rpartition("/")[2] for path in paths_of(*files)] == [
        "kem-theo-bang-tinh.docx", "kem-theo-bang-tinh-2.docx", "kem-theo-bang-tinh-3.docx",
    ]  # fmt: skip


def test_removed_files_stay_behind_and_the_entry_itself_comes_first():
    files = (
        make_file(1, "anh.png", FileRole.ATTACHMENT, extension="png"),
        make_file(2, "cu.docx", removed=True),
        make_file(3, "ban.docx", FileRole.TEXT),
        make_file(4, "moi.docx"),
    )

    assert [path.rpartition("/")[2] for path in paths_of(*files)] == [
        "bai-du-thi.docx", "ban-word.docx", "kem-theo-anh.png",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "folder"),
    [
        ("「名前」", "012-bai"),
        ("a" * 300, "012-" + "a" * 40),
        ("Xây dựng quy trình liên thông điện tử một cửa giữa phường và quận năm nay", None),
    ],
)
def test_folders_are_short_and_never_empty(title, folder):
    found = paths_of(make_file(1, "x.docx"), title=title)[0].split("/")[1]

    assert folder is None or found == folder
    assert len(found) <= 44
    assert not found.endswith("-")


def test_manifest_tells_what_was_chosen_and_lists_members_in_order():
    bundle = make_bundle(make_candidate(make_file(1, "Bài.docx")))

    manifest = manifest_of(bundle, [{"path": "b", "sha256": "2", "size": 2}, {"path": "a", "sha256": "1", "size": 1}])

    assert [m["path"] for m in manifest["files"]] == ["a", "b"]
    assert manifest["made_at"] == "2024-05-20T09:00:00+07:00"
    assert (manifest["plan_sha256"], manifest["result_sha256"]) == ("a" * 64, "b" * 64)
    assert manifest["receiver"] == "Ban Tổ chức tìm kiếm sáng kiến CCHC cấp Thành phố"
    (entry,) = manifest["entries"]
    assert {k: entry[k] for k in ("id", "number", "category", "field", "prize", "mode", "score", "rank")} == {
        "id": 1, "number": 12, "category": "group", "field": "one_stop", "prize": "first", "mode": "presentation",
        "score": "88.17", "rank": 2,
    }  # fmt: skip
    assert entry["files"] == [
        {"path": "bai/012-so-hoa-ho-so-mot-cua/bai-du-thi.docx", "name": "Bài.docx", "role": "main"}
    ]


def test_manifest_names_no_person():
    assert "Phạm" not in repr(manifest_of(make_bundle(make_candidate(make_file(1, "Bài.docx"))), []))


def test_index_says_who_what_and_where():
    candidate = make_candidate(make_file(1, "Bài.docx"), names=("Phạm Minh Đăng", "Lê Ánh"))

    paper = index_of(make_bundle(candidate, is_sample=True))

    table = next(block for block in paper.blocks if isinstance(block, Table))
    assert table.rows[0].cells == (
        1, "012", "Số hóa hồ sơ một cửa", "Phạm Minh Đăng (đại diện), Lê Ánh",
        "Chuyên viên, UBND phường Hạ Đình\nĐT: 0988 123 456",
        "Hoạt động của Bộ phận Một cửa các cấp", "Bài viết (tập thể)", 8817, 2, "Giải Nhất",
        "Thuyết trình", "bai/012-so-hoa-ho-so-mot-cua/\nbai-du-thi.docx",
    )  # fmt: skip
    assert paper.notice == "MẪU – DỮ LIỆU GIẢ ĐỊNH"
