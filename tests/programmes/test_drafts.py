"""Parts of a plan on their way through a form: what was typed stays, faults stand beside the fields."""

import pytest
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.programmes.drafts import PhasesDraft, PrizesDraft, RulesDraft
from tests.support.contest import PLAN


def rules_form(**changes: str) -> FormData:
    draft = RulesDraft.of(PLAN.rounds[0])
    fields = dict(draft.values) | {f"ties.{i}": tie for i, tie in enumerate(draft.ties)}
    for i, row in enumerate(draft.rubric):
        fields |= {f"rubric.{i}.{column}": text for column, text in row.items()}
    return FormData(fields | changes)


def prizes_form(**changes: str) -> FormData:
    assert PLAN.prizes is not None
    draft = PrizesDraft.of(PLAN.prizes)
    fields = dict(draft.values)
    for i, row in enumerate(draft.tiers):
        fields |= {f"tiers.{i}.{column}": text for column, text in row.items()}
    return FormData(fields | changes)


def phases_form(**changes: str) -> FormData:
    draft = PhasesDraft.of(PLAN)
    fields: dict[str, str] = {}
    for i, row in enumerate(draft.phases):
        fields |= {f"phases.{i}.{column}": text for column, text in row.items()}
    return FormData(fields | changes)


def test_untouched_forms_give_the_same_plan() -> None:
    assert RulesDraft.typed("written", rules_form()).apply(PLAN) == PLAN
    assert PrizesDraft.typed(prizes_form()).apply(PLAN) == PLAN
    assert PhasesDraft.typed(PLAN, phases_form()).apply(PLAN) == PLAN


def test_rules_read_a_decimal_comma() -> None:
    form = rules_form(**{"rubric.0.step": "0,25"})
    assert str(RulesDraft.typed("written", form).apply(PLAN).rounds[0].rubric[0].step) == "0.25"


def test_rules_new_row_gets_a_key_of_its_label() -> None:
    added = {"rubric.5.label": "Tính bền vững", "rubric.5.max": "10", "rubric.5.step": "1", "rubric.5.weight": ""}
    plan = RulesDraft.typed("written", rules_form(**added, **{"rubric.0.max": "20"})).apply(PLAN)
    assert plan.rounds[0].rubric[5].key == "tinh_ben_vung"


def test_rules_row_left_empty_is_dropped_and_order_kept() -> None:
    form = rules_form(**{"rubric.9.key": "", "rubric.9.label": "", "rubric.9.max": "", "rubric.9.step": "0,5"})
    assert RulesDraft.typed("written", form).apply(PLAN) == PLAN


def test_rules_levels_are_lines() -> None:
    form = rules_form(**{"rubric.0.levels": "27–30: hoàn toàn mới\r\n21–26: cải tiến khá\r\n"})
    plan = RulesDraft.typed("written", form).apply(PLAN)
    assert plan.rounds[0].rubric[0].levels == ("27–30: hoàn toàn mới", "21–26: cải tiến khá")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"rubric.0.max": "31"}, "form", "Tổng điểm tối đa của các tiêu chí là 101"),
        ({"rubric.1.max": "ba mươi"}, "rubric.1.max", "Phải là một số."),
        ({"rubric.1.step": "0"}, "rubric.1.step", "chia hết"),
        ({"rubric.1.label": ""}, "rubric.1.label", "Không được để trống."),
        ({"gap.size": ""}, "gap.size", "Phải là một số."),
        ({"gap.size": "0"}, "gap.size", "phải dương"),
        ({"gap.measure": "percent", "gap.size": "150"}, "gap.size", "100 phần trăm"),
        ({"gap.outcome": "x"}, "gap.outcome", "Phải là một trong"),
        ({"gap.outcome": "further_official"}, "gap.outcome", "vẫn tính như thường"),
        ({"gap.then": "further_marking", "gap.outcome": "panel"}, "gap.outcome", "chưa hỗ trợ"),
        ({"gap.size": "101"}, "gap.size", "không vượt quá thang điểm 100"),
        ({"jurors_per_entry": "1"}, "gap.measure", "ít nhất hai giám khảo"),
        ({"jurors_per_entry": "2", "aggregate": "trimmed_mean"}, "aggregate", "ít nhất ba giám khảo"),
        ({"aggregate": "best"}, "aggregate", "Phải là một trong"),
        ({"decimals": "7"}, "decimals", "từ 0 đến 2"),
        ({"jurors_per_entry": "0"}, "jurors_per_entry", "ít nhất một"),
        ({"ties.0": "charm"}, "ties.0", "Không có tiêu chí"),
        ({"label": " "}, "label", "Không được để trống."),
    ],
)
def test_rules_fault_stands_beside_its_field(changes: dict[str, str], field: str, sentence: str) -> None:
    draft = RulesDraft.typed("written", rules_form(**changes))
    with pytest.raises(Invalid) as refused:
        draft.apply(PLAN)
    assert sentence in str(refused.value.fields[field])


def test_rules_without_gap() -> None:
    plan = RulesDraft.typed("written", rules_form(**{"gap.measure": "", "gap.size": ""})).apply(PLAN)
    assert plan.rounds[0].gap is None


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"tiers.0.amount": "2,5 triệu"}, "tiers.0.amount", "Phải là một số."),
        ({"tiers.2.amount": ""}, "tiers.2.amount", "Phải là một số."),
        ({"tiers.1.group": "-1"}, "tiers.1.group", "Số suất không được âm."),
        ({"tiers.1.individual": "một"}, "tiers.1.individual", "Phải là một số."),
        ({"tiers.3.floor": "x"}, "tiers.3.floor", "Phải là một số."),
        ({"tiers.3.label": ""}, "tiers.3.label", "Không được để trống."),
        ({"group_multiplier": "0"}, "group_multiplier", "từ 1 trở lên"),
    ],
)
def test_prizes_fault_stands_beside_its_field(changes: dict[str, str], field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        PrizesDraft.typed(prizes_form(**changes)).apply(PLAN)
    assert sentence in str(refused.value.fields[field])


def test_prizes_read_money_as_people_write_it_and_keep_the_order() -> None:
    special = {"tiers.9.label": "Giải Phong trào", "tiers.9.amount": "300.000 đ", "tiers.9.individual": "2"}
    plan = PrizesDraft.typed(prizes_form(**{"tiers.0.amount": "3.000.000"}, **special)).apply(PLAN)
    prizes = plan.prize_rules
    assert prizes.amounts["first"] == 3_000_000
    assert prizes.order == ("first", "second", "third", "consolation", "giai_phong_trao")
    assert prizes.slots["group"]["giai_phong_trao"] == 0


def test_phases_are_neither_added_nor_renamed_by_key() -> None:
    plan = PhasesDraft.typed(PLAN, phases_form(**{"phases.0.key": "x", "phases.7.label": "Thêm"})).apply(PLAN)
    assert plan == PLAN


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"phases.0.closes": "2024-05-01T00:00"}, "phases.0.closes", "phải sau thời điểm mở"),
        ({"phases.0.closes": "mai"}, "phases.0.closes", "thời điểm có thật"),
        ({"phases.0.closes": ""}, "form", "hạn nộp bài"),
        ({"phases.1.label": ""}, "phases.1.label", "Không được để trống."),
    ],
)
def test_phases_fault_stands_beside_its_field(changes: dict[str, str], field: str, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        PhasesDraft.typed(PLAN, phases_form(**changes)).apply(PLAN)
    assert sentence in str(refused.value.fields[field])
