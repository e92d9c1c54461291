"""The plans that we know load and say what their sources say."""

from datetime import datetime

import pytest

from app.plans import FOLDER
from app.programmes.plan import Plan, load_plan

FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))


def plan_of(name: str) -> Plan:
    return load_plan(FOLDER / f"{name}.yaml")


def test_five_plans_are_known() -> None:
    assert FILES == [
        "cu_chi_2020.yaml",
        "ninh_hoa_2022.yaml",
        "quan_12_2022.yaml",
        "thanh_xuan_2024.yaml",
        "tp_hcm_2022.yaml",
    ]


@pytest.mark.parametrize(
    ("name", "fields", "kind", "standing"),
    [
        ("thanh_xuan_2024", 8, "contest", "Phòng Nội vụ"),
        ("quan_12_2022", 6, "movement", "Phòng Nội vụ"),
        ("cu_chi_2020", 7, "movement", "Phòng Nội vụ huyện"),
        ("ninh_hoa_2022", 7, "movement", "Phòng Nội vụ"),
        ("tp_hcm_2022", 6, "movement", "Sở Nội vụ"),
    ],
)
def test_fields_kind_and_standing_agency(name: str, fields: int, kind: str, standing: str) -> None:
    plan = plan_of(name)
    assert (len(plan.fields), plan.kind, plan.host.standing_agency) == (fields, kind, standing)
    assert Plan.from_canonical(plan.canonical()) == plan
    assert plan.slug == name.replace("_", "-")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("thanh_xuan_2024", "a b c d đ e f g"),
        ("quan_12_2022", "1 2 3 4 5 6"),
        ("cu_chi_2020", "1 2 3 4 5 6 7"),
        ("ninh_hoa_2022", ""),
        ("tp_hcm_2022", "1 2 3 4 5 6"),
    ],
)
def test_fields_are_numbered_as_in_the_source(name: str, letters: str) -> None:
    assert " ".join(field.letter for field in plan_of(name).fields).strip() == letters


def test_thanh_xuan_has_eleven_wards_and_its_deadlines() -> None:
    plan = plan_of("thanh_xuan_2024")
    assert sum(unit.category == "ward" for unit in plan.units) == 11
    deadline = plan.deadline("intake")
    assert deadline is not None
    assert deadline.isoformat() == "2024-06-10T00:00:00+07:00"
    assert [c.max for c in plan.rounds[0].rubric] == [30, 30, 20, 10, 10]
    assert {c.key: (c.min_entries, c.required) for c in plan.unit_categories} == {
        "department": (1, True),
        "ward": (1, True),
        "school": (1, False),
    }


def test_quan_12_deadlines_and_annex() -> None:
    plan = plan_of("quan_12_2022")
    closes = {phase.key: phase.closes for phase in plan.phases}
    assert closes["registration"] == datetime(2022, 5, 5)  # noqa: DTZ001 - plans hold local times
    assert closes["survey"] == datetime(2022, 7, 1)  # noqa: DTZ001
    assert closes["report"] == datetime(2022, 12, 1)  # noqa: DTZ001
    assert plan.document.number == "2626/KH-UBND-NV"
    assert [basis.number for basis in plan.legal_bases] == ["1018/KH-UBND"]
    assert plan.fields[5].label == "Xây dựng và phát triển chính quyền điện tử, chính quyền số"
    assert any("nhân rộng" in use and "Thành phố khen thưởng" in use for use in plan.uses_of_results)


def test_cu_chi_keeps_the_three_dates_that_do_not_agree() -> None:
    plan = plan_of("cu_chi_2020")
    days = {phase.key: phase.closes.day for phase in plan.phases if phase.closes and phase.closes.month == 5}
    assert days == {"schools_summary": 11, "registration": 12, "schools_registration": 15}
    assert plan.fields[4].label == "Xây dựng và nâng cao chất lượng đội ngũ cán bộ, công chức, viên chức"


def test_ninh_hoa_slogan_thresholds_and_quota() -> None:
    plan = plan_of("ninh_hoa_2022")
    assert plan.slogan.startswith("Đẩy mạnh cải cách hành chính; thực hiện đạo đức và văn hóa công vụ")
    collective = " ".join(plan.standards[0].items)
    assert "trên 90%" in collective
    assert "đạt trên 98%" in collective
    assert any("không quá 10 tập thể và 10 cá nhân" in use for use in plan.uses_of_results)


def test_tp_hcm_names_the_press() -> None:
    plan = plan_of("tp_hcm_2022")
    assert "press" in {audience.key for audience in plan.audiences}
    assert plan.standards[2].audience == "Đối với báo, đài, phóng viên, biên tập viên"


@pytest.mark.parametrize("name", [file.removesuffix(".yaml") for file in FILES])
def test_every_plan_has_the_common_part(name: str) -> None:
    plan = plan_of(name)
    assert all((plan.title, plan.purposes, plan.audiences, plan.unit_categories, plan.phases, plan.duties))
