import zipfile
from io import BytesIO

import av
import docx
import python_calamine

from app.demo.content import sample
from app.demo.media import SampleFile, files_of, video_mp4
from app.demo.shapes import Entry


def _files(entry: Entry) -> dict[str, SampleFile]:
    unit = next(unit for unit in sample().units if unit.key == entry.unit)
    return {file.kind: file for file in files_of(entry, unit)}


def test_video_is_a_short_film_in_h264() -> None:
    entry = next(entry for entry in sample().entries if entry.format == "video")

    with av.open(BytesIO(video_mp4(entry)), "r", format="mov") as film:
        stream = film.streams.video[0]
        frames = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]

    assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 640, 360)
    assert 2 <= len(frames) / 20 <= 3
    assert (frames[0] != frames[len(frames) // 2]).any()


def test_video_entry_carries_a_word_extract() -> None:
    entry = sample().entry("quay-so-khong")

    files = _files(entry)

    assert list(files) == ["video", "text_extract", "image"]
    words = "\n".join(line.text for line in docx.Document(BytesIO(files["text_extract"].data)).paragraphs)
    assert entry.title in words
    assert entry.representative.phone in words
    assert all(block in words for block in entry.text.split("\n\n"))


def test_group_essay_names_every_author() -> None:
    entry = sample().entry("danh-muc-khong-hoi-lai")

    paragraphs = docx.Document(BytesIO(_files(entry)["essay"].data)).paragraphs

    words = "\n".join(line.text for line in paragraphs)
    assert all(author.person.full_name in words for author in entry.authors)


def test_sheet_holds_eight_weeks() -> None:
    sheet = _files(sample().entry("chi-so-hen-lai"))["sheet"]

    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(sheet.data))

    rows = book.get_sheet_by_name("Theo dõi").to_python()
    assert [row[0] for row in rows[4:12]] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_software_exists_for_every_entry_that_promises_it() -> None:
    promising = [entry for entry in sample().entries if "software" in entry.attachments]

    for entry in promising:
        with zipfile.ZipFile(BytesIO(_files(entry)["software"].data)) as archive:
            assert archive.namelist() == ["DOC_TRUOC.txt", "index.html"]
    assert len(promising) == 4


def test_files_come_out_the_same_twice() -> None:
    for key in ("quay-so-khong", "so-hoa-theo-nhu-cau", "tro-ly-tra-cuu-noi-bo"):
        assert _files(sample().entry(key)) == _files(sample().entry(key))


def test_image_is_a_png() -> None:
    assert _files(sample().entry("danh-muc-khong-hoi-lai"))["image"].data.startswith(b"\x89PNG")
