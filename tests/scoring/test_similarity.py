"""Similar texts: every way to hide a copy fails, and nothing else is called one."""

import re
import unicodedata
from itertools import chain, combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import InvalidTextError, Passage, ScoringError, Similarity, find_similar
from scoring.similarity import collection, join, lookup
from scoring.similarity.syllables import fold_character
from tests.scoring import ideas

COPIES = 3
IDEA = (
    "Người dân gửi hồ sơ hộ tịch qua cổng dịch vụ công, cán bộ phường kiểm tra trong ngày và nhắn tin hẹn giờ. "
    "Ai không rành máy tính thì đến tổ công nghệ số cộng đồng của khu phố, có thanh niên trực mỗi tối. "
    "Kết quả được mang đến tận nhà cho người già, người khuyết tật và phụ nữ mới sinh."
)
OTHER = (
    "Thư viện quận mở thêm góc đọc sách nói dành cho học sinh khiếm thị vào cuối tuần. "
    "Mỗi trường cử một giáo viên thu âm các bài học, tình nguyện viên ghép nhạc nền rồi tải lên kho chung."
)


def fold(text):
    """Syllables by the plain definition."""
    apart = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(one for one in apart if not unicodedata.combining(one)).replace("đ", "d")
    return re.findall(r"[^\W_]+", plain)


def shingles(text):
    syllables = fold(text)
    return {tuple(syllables[place : place + 3]) for place in range(len(syllables) - 2)}


def pairs(found):
    return {(one.a, one.b) for one in found}


def shown(texts, similarity):
    """The passages as they stand in both texts."""
    a, b = texts[similarity.a], texts[similarity.b]
    return [(a[one.a_start : one.a_end], b[one.b_start : one.b_end]) for one in similarity.passages]


# ---- recall and precision ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def planted():
    """A thousand ideas on one form; some are copied in every way there is."""
    rng = np.random.default_rng(11)
    sources = ideas.write_ideas(1000, seed=7)
    texts = {f"idea{number:04}": ideas.on_form(source) for number, source in enumerate(sources)}
    for number, (edit, hide) in enumerate(ideas.EDITS.items()):
        for copy in range(COPIES):
            source = COPIES * number + copy
            texts[f"copy{source:04} {edit}"] = hide(sources[source], rng)
    return texts


@pytest.fixture(scope="module", params=[False, True], ids=["form unknown", "form known"])
def found(request, planted):
    return find_similar(planted, boilerplate=[ideas.form()] if request.param else ())


@pytest.mark.parametrize("edit", ideas.EDITS)
def test_copy_is_found_however_it_was_hidden(planted, found, edit):
    due = {(name, name.replace("copy", "idea")[:8]) for name in planted if name[9:] == edit}
    assert len(due) == COPIES
    assert due <= pairs(found)


def test_nothing_but_the_copies_is_found(planted, found):
    assert pairs(found) == {(name, name.replace("copy", "idea")[:8]) for name in planted if name.startswith("copy")}


def test_containment_is_the_share_of_distinct_shingles(planted):
    for one in find_similar(planted)[:: COPIES + 1]:
        a, b = shingles(planted[one.a]), shingles(planted[one.b])
        assert (one.share_a, one.share_b) == (len(a & b) / len(a), len(a & b) / len(b))
        assert one.containment == max(one.share_a, one.share_b)


def test_passages_are_the_same_syllables_in_both_texts(planted, found):
    for one in found:
        for here, there in shown(planted, one):
            assert fold(here) == fold(there) != []


def test_passages_stand_in_order_and_do_not_overlap_in_the_first_text(found):
    for one in found:
        spans = [(passage.a_start, passage.a_end) for passage in one.passages]
        assert spans == sorted(spans)
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def test_passages_cover_the_copied_half():
    rng = np.random.default_rng(3)
    [source] = ideas.write_ideas(1, seed=3)
    texts = {"copy": ideas.print_text(ideas.copy_half(source, rng)), "source": ideas.print_text(source)}
    [one] = find_similar(texts)
    copied = ideas.print_text(source[: len(source) // 2])
    assert shown(texts, one)[0][1] + "." == copied
    assert one.share_a == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("kind", ["exact", "5 % replaced", "half copied"])
def test_sixty_clones_among_a_thousand_are_all_found(kind):
    rng = np.random.default_rng(60)
    *others, source = ideas.write_ideas(941, seed=60)
    hide = {
        "exact": lambda: source,
        "5 % replaced": lambda: ideas.replace(source, rng, 0.05),
        "half copied": lambda: ideas.copy_half(source, rng),
    }[kind]
    texts = {f"idea{number:03}": ideas.on_form(other) for number, other in enumerate(others)}
    texts |= {f"clone{number:02}": ideas.on_form(hide()) for number in range(60)}
    clones = sorted(name for name in texts if name.startswith("clone"))
    assert pairs(find_similar(texts)) == set(combinations(clones, 2))


@pytest.mark.parametrize("edit", ["three tenths replaced", "phrases of four syllables moved"])
def test_copies_of_short_texts_are_found(edit):
    rng = np.random.default_rng(1)
    texts = {}
    for number in range(100):
        source = ideas.write_sentences(rng, syllables=60 if edit.startswith("three") else 24)
        syllables = list(chain.from_iterable(source))
        phrases = [syllables[place : place + 4] for place in range(0, len(syllables), 4)]
        copy = ideas.replace(source, rng, 0.3) if edit.startswith("three") else ideas.shuffle(phrases, rng)
        texts |= {number: ideas.print_text(source), 1000 + number: ideas.print_text(copy)}
    assert pairs(find_similar(texts)) == {(number, 1000 + number) for number in range(100)}


def test_ten_thousand_unrelated_texts_on_one_form_are_not_similar():
    texts = {number: ideas.on_form(idea) for number, idea in enumerate(ideas.write_ideas(10_000, seed=13))}
    assert find_similar(texts) == []


def test_large_mass_of_copies_is_tied_together(monkeypatch):
    monkeypatch.setattr(collection, "MASS_LIMIT", 20)
    rng = np.random.default_rng(61)
    [source] = ideas.write_ideas(1, seed=61, syllables=300)
    texts = {number: ideas.print_text(ideas.replace(source, rng, 0.02)) for number in range(120)}
    found = pairs(find_similar(texts))
    assert {number for pair in found for number in pair} == set(range(120))
    assert 119 <= len(found) < 1000


def test_clones_that_are_most_of_the_collection_are_found():
    rng = np.random.default_rng(62)
    *others, source = ideas.write_ideas(21, seed=62, syllables=400)
    texts = {number: ideas.print_text(other) for number, other in enumerate(others)}
    texts |= {100 + number: ideas.print_text(ideas.replace(source, rng, 0.05)) for number in range(60)}
    assert pairs(find_similar(texts)) == set(combinations(range(100, 160), 2))


def test_two_masses_of_exact_copies_that_are_alike_meet_in_every_pair():
    texts = {f"a{number}": IDEA for number in range(4)} | {f"b{number}": IDEA + OTHER for number in range(3)}
    assert len(find_similar(texts)) == 7 * 6 // 2


def test_many_exact_copies_are_tied_to_the_first():
    texts = dict.fromkeys(range(lookup.MASS_LIMIT + 44), IDEA)
    assert pairs(find_similar(texts)) == {(0, number) for number in range(1, len(texts))}


# ---- what hides nothing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "copied"),
    [
        ("Hòa giải ở cơ sở", "Hoà giải ở cơ sở"),
        ("thủ tục ủy quyền", "THỦ TỤC UỶ QUYỀN"),
        ("Đăng ký đất đai", "Ðăng ký đất đai"),
        ("một cửa liên thông", "một cửa\u00a0li\u00adên\u200b thông"),
        ("hồ sơ hộ tịch", "hồ  sơ...\n\thộ – tịch!"),
        ("quy trình nội bộ", "quу trình nội bộ"),  # a Cyrillic у
        ("số 06 năm 2022", "số ０６ năm ２０２２"),
        ("phí 5 m2 một tháng", "phí 5 m² một tháng"),
        ("office 365 của sở", "oﬃce 365 của sở"),
        ("Straße mới của xã", "STRASSE mới của xã"),
        ("tiếng Việt có dấu", "ti\u00eang\u0301 Vi\u1ec7t c\u00f3 d\u00e2\u0301u".replace("ang\u0301", "\u0301ng")),
    ],
)
def test_spelling_hides_nothing(written, copied):
    texts = {"a": f"x {written} y.", "b": f"« x {copied} y »"}
    [one] = find_similar(texts)
    assert (one.exact, one.containment) == (True, 1.0)
    assert shown(texts, one) == [(f"x {written} y", f"x {copied} y")]


def test_offsets_hold_in_decomposed_text():
    texts = {"a": IDEA, "b": unicodedata.normalize("NFD", f"{OTHER} {IDEA}").upper()}
    [one] = find_similar(texts)
    [(here, there)] = shown(texts, one)
    assert here == IDEA.rstrip(".")
    assert there == unicodedata.normalize("NFD", IDEA.rstrip(".")).upper()


def test_passage_ends_after_the_accents_of_its_last_letter():
    texts = {"a": "Nhận hồ sơ và lệ phí ở xã", "b": unicodedata.normalize("NFD", "(nhận hồ sơ và lệ phí ở xã)")}
    [one] = find_similar(texts)
    assert shown(texts, one) == [(texts["a"], texts["b"][1:-1])]


def test_offsets_hold_after_emoji_and_letters_that_expand():
    texts = {"a": f"👩‍👩‍👧 ½ ﬁ ß 𝟙 {IDEA}", "b": f"🏆🏆 {IDEA} ☎️"}
    [one] = find_similar(texts)
    assert shown(texts, one) == [(IDEA.rstrip("."),) * 2]


def test_moved_sentences_are_shown_where_they_stand_now():
    first, second, third = (f"{one.strip()}." for one in IDEA.rstrip(".").split("."))
    texts = {"a": f"{first} {second} {third}", "b": f"{third} {first} {second}"}
    [one] = find_similar(texts)
    assert shown(texts, one) == [(f"{first} {second}".rstrip("."),) * 2, (third.rstrip("."),) * 2]


def test_chance_run_gives_way_to_the_passage_that_begins_within_it():
    begin = " ".join(IDEA.split()[:2])
    texts = {"a": f"Theo ý tôi {IDEA}", "b": f"theo ý tôi {begin} cũng được. {OTHER} {IDEA}"}
    [one] = find_similar(texts)
    assert shown(texts, one) == [("Theo ý tôi", "theo ý tôi"), (IDEA.rstrip("."),) * 2]


def test_phrase_said_again_is_shown_where_the_copy_says_it_again():
    copied = " ".join(f"tieng{number}" for number in range(30))
    source = f"{copied} cải cách hành chính một cải cách hành chính hai cải cách hành chính"
    copy = f"{'lời mở đầu ' * 9}{copied} cải cách hành chính ba cải cách hành chính bốn cải cách hành chính"

    [found] = find_similar({"a": source, "b": copy})

    said = [(source[p.a_start : p.a_end], copy[p.b_start : p.b_end]) for p in found.passages]
    assert said == [(f"{copied} cải cách hành chính",) * 2, ("cải cách hành chính",) * 2, ("cải cách hành chính",) * 2]
    assert [copy.count("cải", 0, p.b_start) for p in found.passages] == [0, 1, 2]


def test_folding_a_character_agrees_with_the_plain_definition():
    for code in [*range(0x250), *range(0x300, 0x370), *range(0x1E00, 0x1F00)]:
        character = chr(code)
        if unicodedata.normalize("NFKD", character) == unicodedata.normalize("NFD", character) and code != 0xAD:
            assert fold_character(character).split() == fold(re.sub("[ðÐɖƉ]", "đ", character)), code


# ---- boilerplate ------------------------------------------------------------------------------------------


def test_form_alone_makes_no_two_texts_similar():
    texts = {"a": f"{ideas.form()} {IDEA}", "b": f"{OTHER} {ideas.form()}"}
    assert pairs(find_similar(texts)) == {("a", "b")}
    assert find_similar(texts, boilerplate=[ideas.form()]) == []


@pytest.mark.parametrize("boilerplate", [ideas.form(), [ideas.form()], (ideas.form().upper(), OTHER)])
def test_form_is_neither_counted_nor_shown(boilerplate):
    begin, end = IDEA[:150], IDEA[150:]
    interrupted, whole = f"{begin}\n{ideas.form()}\n{end}", f"{ideas.form()} {IDEA}"
    for texts in ({"a": interrupted, "b": whole}, {"a": whole, "b": interrupted}):
        [one] = find_similar(texts, boilerplate=boilerplate)
        assert [fold(here) for here, _ in shown(texts, one)] == [fold(begin), fold(end)]
        assert [fold(there) for _, there in shown(texts, one)] == [fold(begin), fold(end)]
        assert one.exact


def test_passage_does_not_run_on_through_a_form():
    begin, end = IDEA[:150], IDEA[150:]
    texts = {name: f"{begin} {ideas.form()} {end} {own}" for name, own in {"a": OTHER, "b": OTHER[::-1]}.items()}
    [one] = find_similar(texts, boilerplate=ideas.form())
    assert [fold(here) for here, _ in shown(texts, one)] == [fold(begin), fold(end)]


def test_text_that_is_all_form_is_like_no_other():
    assert find_similar({"a": ideas.form(), "b": ideas.form(), "c": IDEA}, boilerplate=[ideas.form()]) == []


def test_form_of_two_syllables_hides_nothing():
    assert len(find_similar({"a": IDEA, "b": IDEA}, boilerplate=["hồ sơ", ""])) == 1


# ---- edges and bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"a": IDEA},
        {"a": "", "b": ""},
        {"a": " \n", "b": "…", "c": "🙂", "d": "\u0301"},
        {"a": "Một", "b": "Hai"},
        {"a": "Số hóa", "b": "Số hóa hồ sơ hộ tịch"},
        {"a": IDEA, "b": OTHER},
        {"a": IDEA, "b": ""},
    ],
)
def test_nothing_to_find(texts):
    assert find_similar(texts) == []


@pytest.mark.parametrize(("one", "other"), [("Có", "CÓ"), ("Đồng ý", "đồng  ý."), ("Một hai ba", "mot hai ba")])
def test_short_text_is_only_ever_equal_to_another(one, other):
    texts = {1: one, 2: other, 3: "Không"}
    [found] = find_similar(texts)
    assert (found.a, found.b, found.containment, found.exact) == (1, 2, 1.0, True)
    assert shown(texts, found) == [(one, other.rstrip("."))]


def test_text_inside_another_is_contained_in_it():
    [one] = find_similar({"long": f"{OTHER} {IDEA} {OTHER[::-1]}", "short": IDEA[:120]})
    assert one == Similarity("long", "short", 1.0, one.passages, one.share_a, 1.0, exact=False)
    assert one.share_a < 0.5
    assert one.strong


def test_phrase_in_common_is_no_copy():
    phrase = "Ủy ban nhân dân Thành phố Hồ Chí Minh"
    assert find_similar({"a": f"{IDEA} {phrase} đã duyệt.", "b": f"Theo {phrase}: {OTHER}"}) == []


@pytest.mark.parametrize(
    "bad", [{"a": None}, {"a": b"Vi\xe1\xbb\x87t"}, {"a": 1, "b": "x"}, {"a": ["x"]}, [("a", "x")], "abc", None]
)
def test_what_is_no_text_is_refused(bad):
    with pytest.raises(InvalidTextError) as caught:
        find_similar(bad)
    assert isinstance(caught.value, (ScoringError, TypeError))


@pytest.mark.parametrize("bad", [[None], [b"x"], (1,)])
def test_form_that_is_no_text_is_refused(bad):
    with pytest.raises(InvalidTextError):
        find_similar({"a": IDEA}, boilerplate=bad)


def test_half_a_surrogate_pair_separates():
    texts = {"a": IDEA.replace(" ", "\ud800"), "b": IDEA}
    [one] = find_similar(texts)
    assert one.exact


def test_very_long_texts():
    sentences = ideas.write_sentences(np.random.default_rng(8), syllables=150_000)
    texts = {"a": ideas.print_text(sentences), "b": ideas.print_text(sentences[200:]), "c": IDEA}
    [one] = find_similar(texts)
    assert one.share_b == 1.0
    assert texts["b"].rstrip(".") in [there for _, there in shown(texts, one)]


def test_text_that_says_one_thing_over_and_over():
    texts = {"a": "vâng " * 30_000, "b": "vâng " * 20_000 + "không " * 10, "c": "x" * 600_000}
    [one] = find_similar(texts)
    assert (one.a, one.b, one.share_a) == ("a", "b", 1.0)
    assert one.passages[0] == Passage(0, 99_999, 0, 99_999)
    assert (len(one.passages), one.passages[1].a_end) == (2, 149_999)


def test_ids_of_several_kinds_have_one_order():
    texts = {"b": IDEA, 2: IDEA, 10: IDEA, "a": IDEA}
    assert [(one.a, one.b) for one in find_similar(texts)] == [
        (2, 10), (2, "a"), (2, "b"), (10, "a"), (10, "b"), ("a", "b"),
    ]  # fmt: skip


def test_most_alike_come_first(planted, found):
    assert [one.containment for one in found] == sorted((one.containment for one in found), reverse=True)


def test_ranges_and_blocks_change_nothing(monkeypatch, planted):
    some = dict(list(planted.items())[-300:] + list(planted.items())[:60])
    before = find_similar(some)
    monkeypatch.setattr(join, "_RANGE", 1000)
    monkeypatch.setattr(join, "_BLOCK", 10)
    assert before
    assert find_similar(some) == before


# ---- properties -------------------------------------------------------------------------------------------

seeds = st.integers(0, 10**6)


@given(seeds, st.permutations(range(6)))
def test_order_of_texts_is_irrelevant(seed, order):
    rng = np.random.default_rng(seed)
    sources = ideas.write_ideas(4, seed=seed, syllables=200)
    texts = [ideas.on_form(one) for one in [*sources, ideas.replace(sources[0], rng, 0.2), sources[1]]]
    assert find_similar({place: texts[place] for place in order}) == find_similar(dict(enumerate(texts)))


@given(seeds, st.sampled_from(sorted(ideas.EDITS)))
def test_similarity_is_symmetric(seed, edit):
    [source] = ideas.write_ideas(1, seed=seed, syllables=400)
    here, there = ideas.on_form(source), ideas.EDITS[edit](source, np.random.default_rng(seed))
    [one] = find_similar({"a": here, "b": there})
    [other] = find_similar({"a": there, "b": here})
    assert (one.containment, one.share_a, one.share_b) == (other.containment, other.share_b, other.share_a)


@given(seeds, st.booleans(), st.booleans(), st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_moved_sentences_accents_case_and_form_do_not_hide_a_copy(seed, bare, upper, form):
    [source] = ideas.write_ideas(1, seed=seed, syllables=200)
    moved = ideas.print_text(ideas.shuffle(source, np.random.default_rng(seed)))
    moved = ideas.without_accents(moved) if bare else moved
    texts = {"a": ideas.print_text(source), "b": unicodedata.normalize(form, moved.upper() if upper else moved)}
    [one] = find_similar(texts)
    assert one.containment > 0.7
    assert all(fold(here) == fold(there) for here, there in shown(texts, one))


@given(st.text(), st.text(), st.text())
def test_any_text_is_contained_in_what_quotes_it(text, before, after):
    texts = {"a": text, "b": f"{before} {text} {after}"}
    found = find_similar(texts)
    if len(fold(text)) > 2 and all(one.isascii() for one in text):
        assert [one.share_a for one in found] == [1.0]
    for one in found:
        for passage in one.passages:
            assert 0 <= passage.a_start < passage.a_end <= len(texts["a"])
            assert 0 <= passage.b_start < passage.b_end <= len(texts["b"])


words = st.lists(st.sampled_from(["mot", "hai", "ba"]), max_size=40)


@given(words, words)
def test_shares_are_exact_in_texts_that_repeat_themselves(one, other):
    texts = {"a": " ".join(one), "b": " ".join(other)}
    a, b = shingles(texts["a"]), shingles(texts["b"])
    for found in find_similar(texts):
        if not found.exact:
            assert (found.share_a, found.share_b) == (len(a & b) / len(a), len(a & b) / len(b))
        assert all(fold(here) == fold(there) for here, there in shown(texts, found))
