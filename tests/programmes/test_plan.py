"""The plan of a programme: what is refused and on which line, and the text that is stored."""

import json
import re
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from app.plans import FOLDER
from app.programmes.plan import Plan, PlanError, load_plan, parse_plan, sha256_of, validate_plan

TEXT = (FOLDER / "thanh_xuan_2024.yaml").read_text("utf-8")


def faults_of(text: str) -> list[tuple[int | None, str, str]]:
    with pytest.raises(PlanError) as refused:
        parse_plan(text)
    return [(fault.line, fault.where, str(fault.message)) for fault in refused.value.faults]


def line_of(text: str, needle: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if needle in line)


@pytest.mark.parametrize(
    ("old", "new", "where", "sentence"),
    [
        ("scope:", "scpoe:", "scpoe", "Không có mục nào tên như vậy."),
        ("kind: contest", "kind: race", "kind", "Phải là một trong: 'contest', 'movement'."),
        ("slug: thanh-xuan-2024", "slug: Thanh Xuân", "slug", "Chỉ dùng chữ thường không dấu"),
        ("title: Cuộc thi", 'title: "  " # Cuộc thi', "title", "Không được để trống."),
        ("max: 30, step: 0.5, d", "max: 31, step: 0.5, d", "rounds.0.rubric", "là 101, phải bằng thang điểm 100."),
        ("max: 30, step: 0.5", "max: 30, step: 0.7", "rounds.0.rubric.0.step", "chia hết cho bước điểm"),
        ("max: 30, step: 0.5", "max: 30, step: 0.005", "rounds.0.rubric.0.step", "hai chữ số thập phân"),
        ("max: 30, step: 0.5", "max: 30, step: nan", "rounds.0.rubric.0.step", "Phải là một số."),
        ("max: 30, step: 0.5", "max: -30, step: 0.5", "rounds.0.rubric", "phải bằng thang điểm 100."),
        ("jurors_per_entry: 3", "jurors_per_entry: 0", "rounds.0.jurors_per_entry", "ít nhất một giám khảo"),
        ("jurors_per_entry: 3", "jurors_per_entry: 2.5", "rounds.0.jurors_per_entry", "Phải là một số nguyên."),
        ("blind: true", "blind: perhaps", "rounds.0.blind", "true hoặc false"),
        ("ties: [effectiveness", "ties: [charm", "rounds.0.ties.0", "Không có tiêu chí «charm» trong thang điểm."),
        ("gap: {points: 20", "gap: {points: 20, percent: 20", "rounds.0.gap.points", "chỉ một trong hai"),
        ("gap: {points: 20", "gap: {points: 0", "rounds.0.gap.points", "phải dương"),
        ("gap: {points: 20", "gap: {percent: 120", "rounds.0.gap.percent", "từ 1 đến 100"),
        ("gap: {points: 20", "gap: {points: 100.5", "rounds.0.gap.points", "không vượt quá thang điểm 100"),
        ("mean_of_all}", "further_official}", "rounds.0.gap.outcome", "điểm của bài vẫn tính như thường"),
        ("mean_of_all}", "drop_high_low}", "rounds.0.gap.outcome", "điểm của bài vẫn tính như thường"),
        ("report, outcome: mean_of_all", "further_marking, outcome: panel", "rounds.0.gap.outcome", "chưa hỗ trợ"),
        ("amounts: {first: 2000000", "amounts: {first: 2000000.5", "prizes.amounts.first", "Phải là một số nguyên."),
        ("amounts: {first: 2000000", "amounts: {first: 2e6", "prizes.amounts.first", "Phải là một số."),
        ("amounts: {first: 2000000", "amounts: {first: 9e99999999", "prizes.amounts.first", "Phải là một số."),
        ("amounts: {first: 2000000", "amounts: {first: NaN", "prizes.amounts.first", "Phải là một số."),
        ("amounts: {first: 2000000", "amounts: {first: -1", "prizes.amounts.first", "Mức thưởng không được âm."),
        ("labels: {first: Giải Nhất, ", "labels: {", "prizes.labels", "Giải «first» chưa có tên gọi."),
        ("group_multiplier: 2", "group_multiplier: 0", "prizes.group_multiplier", "từ 1 trở lên"),
        ("key: ha-dinh", "key: khuong-dinh", "units.1.key", "«khuong-dinh» có hai lần."),
        ('Đình", category: ward', 'Đình", category: village', "units.0.category", "Không có nhóm đơn vị «village»."),
        ("date: 2024-02-08", "date: 2024-02-30", "legal_bases.0.date", "ngày có thật"),
        ('closes: "2024-06-10T00:00"', 'closes: "2024-06-31T00:00"', "phases.0.closes", "thời điểm có thật"),
        ('closes: "2024-06-10T00:00"', 'closes: "2024-05-01T00:00"', "phases.0.closes", "phải sau thời điểm mở"),
        ('closes: "2024-06-10T00:00"', 'closes: "2024-06-10T00:00+07:00"', "phases.0.closes", "không kèm múi giờ"),
        ("essay: {label: Bài viết}", "poem: {label: Thơ}", "formats.poem.[key]", "'essay', 'video'"),
        ("key: novelty,", "", "rounds.0.rubric.0.key", "Thiếu mục này."),
    ],
)
def test_fault_names_its_line_and_place(old: str, new: str, where: str, sentence: str) -> None:
    assert TEXT.count(old) >= 1
    faults = faults_of(TEXT.replace(old, new, 1))
    line = line_of(TEXT, old)
    assert [f for f in faults if f[1] == where and sentence in f[2] and abs((f[0] or 0) - line) <= 1], faults


def test_every_text_of_a_plan_is_cleaned_at_the_door() -> None:
    typed = unicodedata.normalize("NFD", "Quỹ  khen thưởng của quận ")
    plan = parse_plan(TEXT.replace("fund: Quỹ khen thưởng của quận", f'fund: "{typed}"'))
    assert plan.prize_rules.fund == "Quỹ khen thưởng của quận"
    assert _plain_texts(Plan) == {"Plan.time_zone"}


def _plain_texts(model: type[BaseModel]) -> set[str]:
    """Fields anywhere below `model` that take a text as it was typed."""
    found, seen, left = set(), set(), [model]
    while left:
        one = left.pop()
        seen.add(one)
        for name, field in one.model_fields.items():
            if field.annotation is str and not field.metadata:
                found.add(f"{one.__name__}.{name}")
            inner = {a for a in _arguments(field.annotation) if isinstance(a, type) and issubclass(a, BaseModel)}
            left.extend(inner - seen)
    return found


def _arguments(annotation: object) -> list[object]:
    return [annotation, *(inner for a in get_args(annotation) for inner in _arguments(a))]


@pytest.mark.parametrize(
    ("changes", "where", "sentence"),
    [
        ({"aggregate": "trimmed_mean", "jurors_per_entry": 2}, "aggregate", "ít nhất ba giám khảo"),
        ({"aggregate": "trimmed_mean", "jurors_per_entry": 1, "gap": None}, "aggregate", "ít nhất ba giám khảo"),
        ({"jurors_per_entry": 1}, "gap", "ít nhất hai giám khảo"),
        (
            {"jurors_per_entry": 1, "gap": {"points": 20, "then": "further_marking", "outcome": "drop_high_low"}},
            "gap",
            "ít nhất hai giám khảo",
        ),
        (
            {"rubric": [{"key": "a", "label": "A", "max": 10, "weight": 0}], "scale": 0},
            "scale",
            "Thang điểm phải dương",
        ),
        ({"rubric": [], "scale": 0}, "scale", "Thang điểm phải dương"),
    ],
)
def test_rules_that_could_never_be_computed_are_refused(changes: dict[str, Any], where: str, sentence: str) -> None:
    plan = parse_plan(TEXT).model_dump(mode="json")
    plan["rounds"][0] |= {"ties": ["chair"]} | changes
    with pytest.raises(PlanError) as refused:
        validate_plan(plan)
    assert [(f.where, sentence in str(f.message)) for f in refused.value.faults] == [(f"rounds.0.{where}", True)]


@pytest.mark.parametrize(
    "changes",
    [
        {"aggregate": "trimmed_mean", "jurors_per_entry": 3},
        {"jurors_per_entry": 2, "gap": {"points": 100, "then": "further_marking", "outcome": "drop_high_low"}},
        {"jurors_per_entry": 1, "gap": None},
    ],
)
def test_rules_at_the_edge_of_what_can_be_computed_are_taken(changes: dict[str, Any]) -> None:
    plan = parse_plan(TEXT).model_dump(mode="json")
    plan["rounds"][0] |= changes
    assert validate_plan(plan).rounds[0].aggregate == changes.get("aggregate", "mean")


def test_two_faults_are_both_told() -> None:
    text = TEXT.replace("scope:", "scpoe:").replace("group_multiplier: 2", "group_multiplier: hai")
    assert [(line, where) for line, where, _ in faults_of(text)] == [
        (line_of(TEXT, "group_multiplier"), "prizes.group_multiplier"),
        (line_of(TEXT, "scope:"), "scpoe"),
    ]


@pytest.mark.parametrize("name", ["entrants", "rounds", "prizes", "formats"])
def test_contest_without_a_needed_part_is_refused(name: str) -> None:
    plan = parse_plan(TEXT).model_dump(mode="json")
    del plan[name]
    with pytest.raises(PlanError) as refused:
        validate_plan(plan)
    assert [fault.where for fault in refused.value.faults] == [name]


@pytest.mark.parametrize("name", ["head_confirms", "grades"])
def test_contest_whose_heads_could_not_confirm_is_refused(name: str) -> None:
    plan = parse_plan(TEXT).model_dump(mode="json")
    plan["screening"][name] = []
    with pytest.raises(PlanError) as refused:
        validate_plan(plan)
    assert [fault.where for fault in refused.value.faults] == [f"screening.{name}"]


def test_slots_without_amounts_are_refused_where_the_slots_stand() -> None:
    text = TEXT.replace("amounts: {first: 2000000, ", "amounts: {")
    sentence = "Có suất giải «first» nhưng chưa có mức thưởng."
    assert faults_of(text) == [(line_of(text, "individual: {first: 1"), "prizes.slots.individual.first", sentence)]


def test_contest_without_an_intake_deadline_is_refused() -> None:
    plan = parse_plan(TEXT).model_dump(mode="json")
    plan["phases"][0]["closes"] = None
    with pytest.raises(PlanError) as refused:
        validate_plan(plan)
    assert "hạn nộp bài" in str(refused.value.faults[0].message)


def test_word_said_twice_is_refused_on_its_second_line() -> None:
    text = TEXT.replace("kind: contest", "kind: contest\nkind: movement")
    assert faults_of(text) == [(line_of(text, "kind: movement"), "kind", "«kind» có hai lần.")]


@pytest.mark.parametrize(
    ("text", "line"),
    [("slug: a\n  b: [", 2), ("a: 1\nb: &x [1]\nc: *x", 3), ("", 1), ("a: \x00", None)],
)
def test_text_that_is_no_plan_at_all(text: str, line: int | None) -> None:
    assert [fault[0] for fault in faults_of(text)] == [line]


@pytest.mark.parametrize("text", ["- a\n- b", "chỉ một câu"])
def test_plan_that_is_no_mapping_is_refused(text: str) -> None:
    assert [fault[2] for fault in faults_of(text)] == ["Phải là một nhóm các mục."]


def test_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_bytes("title: Cuộc thi".encode("utf-16"))
    with pytest.raises(PlanError):
        load_plan(path)


# ---- the stored text


def test_canonical_text_round_trips_and_its_hash_is_stable() -> None:
    plan = parse_plan(TEXT)
    again = Plan.from_canonical(plan.canonical())
    assert again == plan
    assert again.canonical() == plan.canonical()
    assert sha256_of(again.canonical()) == sha256_of(plan.canonical())


def test_a_stored_plan_is_read_although_a_later_rule_would_refuse_it() -> None:
    stored = parse_plan(TEXT).canonical().replace('"grades":[', '"grades":[],"unit":[],"_":[', 1)
    stored = re.sub(r'"grades":\[\],"unit":\[\],"_":\[.*?\]', '"grades":[]', stored, count=1)

    assert Plan.from_canonical(stored).screening.grades == ()
    with pytest.raises(PlanError):
        validate_plan(json.loads(stored))


def test_canonical_text_does_not_depend_on_order_or_way_of_writing() -> None:
    moved = TEXT.replace("kind: contest\n", "", 1) + "\nkind: contest\n"
    written = moved.replace("max: 30, step: 0.5", "max: 30.0, step: 0.50")
    assert parse_plan(written).canonical() == parse_plan(TEXT).canonical()


def test_canonical_text_holds_no_float() -> None:
    assert '"step":"0.5"' in parse_plan(TEXT).canonical()


def test_tiers_keep_their_order_although_the_text_sorts_keys() -> None:
    prizes = Plan.from_canonical(parse_plan(TEXT).canonical()).prize_rules
    assert list(prizes.amounts) == ["first", "second", "third", "consolation"]
    assert [tier.key for tier in prizes.tiers()] == ["first", "second", "third", "consolation"]
    assert list(prizes.slots) == ["individual", "group"]


def test_order_that_leaves_a_tier_out_is_refused() -> None:
    text = TEXT.replace("prizes:\n", "prizes:\n  order: [first, second, third]\n")
    assert [fault[1] for fault in faults_of(text)] == ["prizes.order"]


def test_consents_keep_their_order() -> None:
    plan = Plan.from_canonical(parse_plan(TEXT).canonical())
    assert list(plan.consents) == ["participation", "publication", "payment", "handover"]


def test_weights_count_in_the_scale() -> None:
    text = TEXT.replace("max: 30, step: 0.5, d", "max: 15, weight: 2, step: 0.5, d")
    assert parse_plan(text).rounds[0].rubric[0].weight == Decimal(2)


def test_all_prizes_of_thanh_xuan_cost_eighteen_million_three_hundred_thousand() -> None:
    prizes = parse_plan(TEXT).prize_rules
    assert prizes.total() == 18_300_000
    assert sum(prizes.amount_for(t, "individual") * n for t, n in prizes.slots["individual"].items()) == 6_100_000
    assert sum(prizes.amount_for(t, "group") * n for t, n in prizes.slots["group"].items()) == 12_200_000
