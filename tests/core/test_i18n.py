"""Vietnamese is the source, English is complete, and the reader chooses."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from babel.messages.catalog import Catalog
from jinja2 import Environment
from sqlmodel import Session

from app.accounts.models import User
from app.core import i18n
from app.core.i18n import N_
from tests.support.client import Client
from tests.support.contest import PLAN, make_contest
from tests.support.signing import sign_in
from tools import translations

ACCOUNTS = "%(n)s tài khoản"
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


@pytest.fixture
def english() -> Iterator[None]:
    """Read as one who chose English."""
    before = i18n.language.set("en")
    yield
    i18n.language.reset(before)


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Every message that code and templates say now, and where."""
    return translations.messages()


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    """The English of every message."""
    return translations.read()


def _words(html: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", html)).split())


# ---- a message ---------------------------------------------------------------------------------------------------


def test_message_is_vietnamese_by_default():
    assert str(N_("Mật khẩu cần ít nhất %(n)s ký tự.", n=10)) == "Mật khẩu cần ít nhất 10 ký tự."


@pytest.mark.usefixtures("english")
def test_message_is_translated_when_it_is_shown():
    message = N_("Mật khẩu cần ít nhất %(n)s ký tự.", n=10)
    assert str(message) == "The password needs at least 10 characters."
    i18n.language.set("vi")
    assert str(message) == "Mật khẩu cần ít nhất 10 ký tự."


@pytest.mark.usefixtures("english")
def test_message_in_a_message_is_translated_too():
    assert str(N_("từ %(opens)s", opens=N_("ngày %(day)s", day="13/05/2024"))) == "from 13/05/2024"


@pytest.mark.usefixtures("english")
def test_message_without_translation_stays_vietnamese():
    assert str(N_("Câu này không ai dịch: %(what)s", what="ý tưởng")) == "Câu này không ai dịch: ý tưởng"


@pytest.mark.usefixtures("english")
def test_message_without_parameters_is_no_format_string():
    assert str(N_("100 % bài")) == "100 % bài"


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("n", "shown"),
    [(0, "0 accounts"), (1, "1 account"), ("1", "1 account"), (2, "2 accounts"), ("1.000", "1.000 accounts")],
)
def test_message_picks_singular_or_plural_by_n(n, shown):
    assert str(N_(ACCOUNTS, n=n)) == shown


@pytest.mark.parametrize("n", [0, 1, 2])
def test_message_has_one_form_in_vietnamese(n):
    assert str(N_(ACCOUNTS, n=n)) == f"{n} tài khoản"


@pytest.mark.usefixtures("english")
def test_gettext_without_a_number_is_plural():
    assert i18n.gettext(ACCOUNTS) == "%(n)s accounts"


@pytest.mark.parametrize(
    ("code", "n", "shown"), [("vi", 1, "Tác giả"), ("vi", 3, "Tác giả"), ("en", 1, "Author"), ("en", 3, "Entries")]
)
@pytest.mark.usefixtures("english")
def test_ngettext_picks_between_two_sources_except_in_vietnamese(code, n, shown):
    i18n.language.set(code)
    assert i18n.ngettext("Tác giả", "Bài dự thi", n) == shown


# ---- in a template -----------------------------------------------------------------------------------------------


@pytest.fixture
def env() -> Environment:
    made = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    i18n.install(made)
    return made


@pytest.mark.usefixtures("english")
def test_template_picks_singular_or_plural_by_n(env):
    template = env.from_string("{{ _('%(n)s tài khoản', n=n) }}{% trans %}; {{ n }} tài khoản{% endtrans %}")
    assert template.render(n=1).startswith("1 account;")
    assert template.render(n=12).startswith("12 accounts;")
    assert env.from_string("{% trans %}{{ n }} tài khoản{% endtrans %}").render(n=1) == "1 account"


@pytest.mark.usefixtures("english")
def test_template_escapes_what_is_put_into_a_sentence(env):
    page = env.from_string("{{ _('Đã nhận tệp «%(name)s».', name=name) }}").render(name="<b>.docx")
    assert page == "The file “&lt;b&gt;.docx” has been received."


@pytest.mark.usefixtures("english")
def test_template_writes_a_percent_sign_once(env):
    assert env.from_string("{{ _('Tỷ lệ đóng góp (%%)') }}").render() == "Share (%)"


# ---- the catalogue -----------------------------------------------------------------------------------------------


def test_catalogue_is_complete_and_holds_nothing_else(sources, catalogue):
    assert list(translations.faults(sources, catalogue)) == []


def test_extraction_reads_code_and_templates(sources):
    places = {place.split(":")[0] for place in sources.values()}
    assert {"app/jury/policy.py", "app/core/web.py", "frontend/templates/base.html"} <= places
    assert "Đã đăng xuất." in sources
    assert len(sources) > 1000


def test_english_keeps_placeholders_and_the_blanks_at_the_ends(sources, catalogue):
    drifted = [
        (text, form)
        for text in sources
        for form in translations.forms(catalogue.get(text))
        if sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(form))
        or (text[0] == " ", text[-1] == " ") != (form[0] == " ", form[-1] == " ")
        or len(re.findall(r"</?\w", text)) != len(re.findall(r"</?\w", form))
    ]
    assert drifted == []


def test_english_ends_a_sentence_where_vietnamese_does(sources, catalogue):
    abbreviations = {"Số", "STT"}
    drifted = [
        (text, form)
        for text in sources.keys() - abbreviations
        for form in translations.forms(catalogue.get(text))
        if (text[-1] if text[-1] in ".?:…" else "") != (form[-1] if form[-1] in ".?:…" else "")
    ]
    assert drifted == []


def test_english_says_nothing_with_vietnamese_quotation_marks(catalogue):
    assert [m.id for m in catalogue for form in translations.forms(m) if re.search("[«»]", form)] == []


def _catalogue(**english: str) -> Catalog:
    catalogue = Catalog(locale="en", fuzzy=False)
    for text, form in english.items():
        catalogue.add(text.replace("_", " "), form)
    return catalogue


@pytest.mark.parametrize(
    ("catalogue", "fault"),
    [
        (_catalogue(), "a.py:1: no English for «Có %(n)s bài»"),
        (_catalogue(**{"Có %(n)s bài": ""}), "a.py:1: no English for «Có %(n)s bài»"),
        (_catalogue(**{"Có %(n)s bài": "%(m)s"}), "a.py:1: other parameters in «Có %(n)s bài» than in «%(m)s»"),
        (_catalogue(**{"Có %(n)s bài": "%(n)s", "Cũ": "Old"}), "app/core/locale/en.po: nothing says «Cũ» any more"),
    ],
)
def test_faults_finds_what_is_missing_lost_or_left_over(catalogue, fault):
    assert list(translations.faults({"Có %(n)s bài": "a.py:1"}, catalogue)) == [fault]


def test_faults_wants_every_form():
    catalogue = Catalog(locale="en", fuzzy=False)
    catalogue.add(("Có %(n)s bài", "Có %(n)s bài"), ("%(n)s entry", "entries"))
    assert list(translations.faults({"Có %(n)s bài": "a.py:1"}, catalogue)) == [
        "a.py:1: other parameters in «Có %(n)s bài» than in «entries»"
    ]


def test_update_adds_what_is_new_drops_what_is_gone_and_keeps_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "PO", tmp_path / "en.po")
    old = _catalogue(**{"Có %(n)s bài": "", "Cũ": "Old"})
    old.add((ACCOUNTS, ACCOUNTS), ("%(n)s account", "%(n)s accounts"))
    translations.update({"Mới": "a.py:1", ACCOUNTS: "a.py:2"}, old)
    kept = translations.read()
    assert {translations.source(m): translations.forms(m) for m in kept if m.id} == {
        "Mới": (),
        ACCOUNTS: ("%(n)s account", "%(n)s accounts"),
    }
    before = translations.PO.read_bytes()
    translations.update({"Mới": "a.py:1", ACCOUNTS: "a.py:2"}, kept)
    assert translations.PO.read_bytes() == before


# ---- the reader --------------------------------------------------------------------------------------------------


def test_choosing_english_turns_every_following_page(client: Client):
    assert "Đăng nhập" in client.get("/sign-in").text
    answer = client.post("/language", data={"lang": "en", "next": "/sign-in"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    page = client.get("/sign-in").text
    assert '<html lang="en">' in page
    assert "Sign-in name" in page
    assert "Tên đăng nhập" not in page
    client.post("/language", data={"lang": "vi", "next": "/sign-in"})
    assert "Tên đăng nhập" in client.get("/sign-in").text


def test_unknown_language_in_the_cookie_is_vietnamese(client: Client):
    client.cookies.set("lang", "../../etc/passwd")
    assert '<html lang="vi">' in client.get("/sign-in").text


def test_refusal_is_in_the_readers_language(client: Client):
    client.cookies.set("lang", "en")
    answer = client.get("/c/khong-co")
    assert answer.status_code == 404
    assert "There is no such page, or you may not see it." in unescape(answer.text)


def test_language_of_one_reader_does_not_reach_another(client: Client):
    client.cookies.set("lang", "en")
    client.get("/sign-in")
    with client.another() as other:
        assert '<html lang="vi">' in other.get("/sign-in").text


def _untranslated(page: str, sources: dict[str, str], catalogue: Catalog) -> list[str]:
    """Sources of several words that a page in English still says, in a text node or an attribute of their own."""
    parts = {part.strip() for part in re.split(r"[<>\"\n]", unescape(page))}
    return sorted(
        text
        for text in parts & sources.keys()
        if " " in text and translations.forms(catalogue.get(text)) != (text,) and text not in DATA
    )


# What the plan says in the words of a label.
DATA = {"Ban Giám khảo", "Ban Tổ chức", "Tổ thư ký", "Cá nhân", "Tập thể", "Cơ quan Thường trực", "Đơn vị", "Bài viết"}


def test_public_page_in_english_keeps_the_plan_in_its_own_words(session: Session, client: Client, sources, catalogue):
    contest = make_contest(session, slug="cuoc-thi")
    client.cookies.set("lang", "en")
    page = client.get(f"/c/{contest.slug}").text
    words = _words(page)
    assert "Marking scheme and judging rules" in words
    for own in (PLAN.title, PLAN.host.standing_agency, *(field.label for field in PLAN.fields)):
        assert " ".join(own.split()) in words
    assert _untranslated(page, sources, catalogue) == []


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("clerk", "desk"),
        ("clerk", "entries"),
        ("clerk", "entries/new"),
        ("clerk", "screening"),
        ("organiser", "desk"),
        ("organiser", "entries/participation"),
        ("organiser", "screening"),
        ("organiser", "jury/members"),
        ("organiser", "documents"),
        ("organiser", "settings"),
        ("organiser", "settings/rules"),
        ("organiser", "settings/prizes"),
        ("organiser", "settings/people"),
        ("chair", "desk"),
    ],
)
def test_working_pages_in_english_say_nothing_in_vietnamese(
    role, path, session: Session, client: Client, sources, catalogue
):
    contest = make_contest(session, slug="cuoc-thi", jurors=3)
    user: User = getattr(contest, role)
    sign_in(session, client, user).cookies.set("lang", "en")
    answer = client.get(contest.url(path))
    assert answer.status_code == 200
    assert _untranslated(answer.text, sources, catalogue) == []
