"""Parts of a plan while an organiser edits them: what was typed, kept as text, until the plan's own checks accept it.

A draft comes from the plan in force or from a posted form, fills the page either way, and becomes the next plan.
The faults of the plan come back under the names of the fields on the page.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.core.forms import FORM_REFUSED, unpack
from app.core.i18n import N_, Message
from app.core.money import InvalidAmountError, format_dong, parse_dong
from app.core.text import clean, clean_block, fold
from app.programmes.plan import Plan, PlanError, Prizes, RoundRules, validate_plan

Row = dict[str, str]
_MOMENT = "%Y-%m-%dT%H:%M"


def number_text(number: Decimal) -> str:
    """Write a number as people type it: a decimal comma, no idle zeros."""
    return format(number.normalize(), "f").replace(".", ",")


def _number(text: str) -> str:
    return text.strip().replace(",", ".")


def _amount(text: str) -> int | str:
    # What is no sum stays as it was typed, and the plan's own check refuses it.
    try:
        return parse_dong(text)
    except InvalidAmountError:
        return text


def _new_key(label: str, *, taken: set[str]) -> str:
    """Make a key of a label: «Tính mới» → tinh_moi, numbered where that is in use."""
    base = re.sub(r"[^a-z0-9]+", "_", fold(label)).strip("_")[:40]
    base = base if base[:1].isalpha() else f"k_{base}".rstrip("_")
    key, number = base, 2
    while key in taken:
        key, number = f"{base}_{number}", number + 1
    return key


def _rows(tree: Mapping[str, Any], name: str, columns: tuple[str, ...], *, keep_if: tuple[str, ...]) -> list[Row]:
    """Read repeated rows; a row whose `keep_if` columns are all empty was added and left."""
    listed = tree.get(name)
    found = [_row(row, columns) for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    return [row for row in found if any(row[column] for column in keep_if)]


def _row(row: Mapping[str, Any], columns: tuple[str, ...]) -> Row:
    return {c: _text(row.get(c)) for c in columns}


def _text(value: Any) -> str:
    return clean_block(value) if isinstance(value, str) else ""


def _with_keys(rows: list[Row]) -> list[Row]:
    taken = {row["key"] for row in rows if row["key"]}
    for row in rows:
        if not row["key"]:
            row["key"] = _new_key(row["label"], taken=taken)
            taken.add(row["key"])
    return rows


def _revise(plan: Plan, changes: Mapping[str, Any], *, name_of: Callable[[str], str]) -> Plan:
    """Give the plan with `changes`, or raise Invalid with the faults under the names of the page's fields."""
    try:
        return validate_plan(plan.model_dump(mode="json") | dict(changes))
    except PlanError as error:
        fields: dict[str, Message] = {}
        for fault in error.faults:
            fields.setdefault(name_of(fault.where) or "form", fault.message)
        raise Invalid(FORM_REFUSED, fields=fields) from error


def _labels(
    prefix: str, rows: list[Row], row_label: Message, columns: Mapping[str, Message], others: Mapping[str, Message]
) -> dict[str, Message]:
    """Name every field for the summary of faults: «Tiêu chí 2, điểm tối đa»."""
    named = {
        f"{prefix}.{i}.{column}": N_("%(row)s %(n)s, %(column)s", row=row_label, n=i + 1, column=label)
        for i in range(len(rows))
        for column, label in columns.items()
    }
    return named | dict(others) | {"reason": N_("Lý do sửa")}


# ---- the score sheet and how a round is judged -------------------------------------------------------------

_CRITERION = ("key", "label", "max", "step", "weight", "description", "levels")
_TIES = 4


@dataclass(frozen=True, slots=True)
class RulesDraft:
    """How one round is judged."""

    round_key: str
    values: Mapping[str, str]
    rubric: list[Row]
    ties: list[str]

    @classmethod
    def of(cls, rules: RoundRules) -> Self:
        """Start from the rules in force."""
        gap = rules.gap
        measure = "" if gap is None else "points" if gap.points is not None else "percent"
        size = "" if gap is None else number_text(gap.points) if gap.points is not None else str(gap.percent)
        return cls(
            round_key=rules.key,
            values={
                "label": rules.label,
                "jurors_per_entry": str(rules.jurors_per_entry),
                "blind": "true" if rules.blind else "",
                "scale": number_text(rules.scale),
                "aggregate": rules.aggregate,
                "decimals": str(rules.decimals),
                "gap.measure": measure,
                "gap.size": size,
                "gap.then": gap.then if gap else "report",
                "gap.outcome": gap.outcome if gap else "mean_of_all",
            },
            rubric=[
                {
                    "key": c.key,
                    "label": c.label,
                    "max": number_text(c.max),
                    "step": number_text(c.step),
                    "weight": number_text(c.weight),
                    "description": c.description,
                    "levels": "\n".join(c.levels),
                }
                for c in rules.rubric
            ],
            ties=[*rules.ties, *[""] * (_TIES - len(rules.ties))],
        )

    @classmethod
    def typed(cls, round_key: str, data: FormData) -> Self:
        """Take what was posted."""
        tree = unpack(data)
        gap, ties = tree.get("gap"), tree.get("ties")
        names = ("label", "jurors_per_entry", "blind", "scale", "aggregate", "decimals")
        parts = ("measure", "size", "then", "outcome")
        gap_values = {f"gap.{n}": _text(gap.get(n)) for n in parts} if isinstance(gap, dict) else {}
        listed = [_text(tie) for tie in ties][: _TIES * 2] if isinstance(ties, list) else []
        return cls(
            round_key=round_key,
            values={n: _text(tree.get(n)) for n in names} | dict.fromkeys((f"gap.{n}" for n in parts), "") | gap_values,
            rubric=_with_keys(_rows(tree, "rubric", _CRITERION, keep_if=("label", "max", "description"))),
            ties=[*listed, *[""] * (_TIES - len(listed))],
        )

    def labels(self) -> dict[str, Message]:
        """Give what the page calls its fields."""
        columns = {
            "label": N_("tên tiêu chí"),
            "max": N_("điểm tối đa"),
            "step": N_("bước điểm"),
            "weight": N_("hệ số"),
            "description": N_("nội dung đánh giá"),
            "levels": N_("gợi ý mức điểm"),
        }
        others = {
            "label": N_("Tên vòng chấm"),
            "jurors_per_entry": N_("Số giám khảo chấm mỗi bài"),
            "scale": N_("Thang điểm"),
            "decimals": N_("Điểm chính thức làm tròn đến"),
            "aggregate": N_("Điểm của bài dự thi"),
            "gap.measure": N_("Chênh lệch điểm"),
            "gap.size": N_("Mức chênh lệch"),
            "gap.then": N_("Khi có chênh lệch"),
            "gap.outcome": N_("Điểm của bài khi đó"),
        } | {f"ties.{i}": N_("Ưu tiên %(n)s", n=i + 1) for i in range(len(self.ties))}
        return _labels("rubric", self.rubric, N_("Tiêu chí"), columns, others)

    def apply(self, plan: Plan) -> Plan:
        """Give the plan with these rules."""
        index = next(i for i, r in enumerate(plan.rounds) if r.key == self.round_key)
        rules = {
            "key": self.round_key,
            "label": clean(self.values["label"]),
            "jurors_per_entry": self.values["jurors_per_entry"],
            "blind": self.values["blind"] == "true",
            "rubric": [self._criterion(row) for row in self.rubric],
            "scale": _number(self.values["scale"]),
            "aggregate": self.values["aggregate"],
            "decimals": self.values["decimals"],
            "gap": self._gap(),
            "ties": [tie for tie in self.ties if tie] or ["chair"],
        }
        rounds = [r.model_dump(mode="json") for r in plan.rounds]
        rounds[index] = rules
        return _revise(plan, {"rounds": rounds}, name_of=lambda where: self._name_of(where, f"rounds.{index}."))

    @staticmethod
    def _criterion(row: Row) -> dict[str, Any]:
        return {
            "key": row["key"],
            "label": clean(row["label"]),
            "max": _number(row["max"]),
            "step": _number(row["step"]),
            "weight": _number(row["weight"]) or "1",
            "description": clean(row["description"]),
            "levels": [line for line in row["levels"].splitlines() if line],
        }

    def _gap(self) -> dict[str, Any] | None:
        measure = self.values["gap.measure"]
        if not measure:
            return None
        size = _number(self.values["gap.size"])
        then, outcome = self.values["gap.then"], self.values["gap.outcome"]
        return {measure if measure in {"points", "percent"} else "points": size, "then": then, "outcome": outcome}

    @staticmethod
    def _name_of(where: str, prefix: str) -> str:
        name = where.removeprefix(prefix)
        if name == "rubric":
            return "form"
        if name == "gap":
            return "gap.measure"
        return re.sub(r"^gap\.(points|percent)$", "gap.size", re.sub(r"^(rubric\.\d+)\.key$", r"\1.label", name))


# ---- prizes ----------------------------------------------------------------------------------------------

_TIER = ("key", "label", "amount", "individual", "group", "floor")


@dataclass(frozen=True, slots=True)
class PrizesDraft:
    """Tiers from the top, and what groups get."""

    values: Mapping[str, str]
    tiers: list[Row]

    @classmethod
    def of(cls, prizes: Prizes) -> Self:
        """Start from the prizes in force."""
        slots = prizes.slots
        return cls(
            values={
                "group_multiplier": str(prizes.group_multiplier),
                "fund": prizes.fund,
                "award": prizes.award,
            },
            tiers=[
                {
                    "key": tier,
                    "label": prizes.labels[tier],
                    "amount": format_dong(prizes.amounts[tier]),
                    "individual": str(slots.get("individual", {}).get(tier, 0)),
                    "group": str(slots.get("group", {}).get(tier, 0)),
                    "floor": number_text(prizes.floors[tier]) if tier in prizes.floors else "",
                }
                for tier in prizes.order
            ],
        )

    @classmethod
    def typed(cls, data: FormData) -> Self:
        """Take what was posted."""
        tree = unpack(data)
        return cls(
            values={n: _text(tree.get(n)) for n in ("group_multiplier", "fund", "award")},
            tiers=_with_keys(_rows(tree, "tiers", _TIER, keep_if=("label", "amount"))),
        )

    def labels(self) -> dict[str, Message]:
        """Give what the page calls its fields."""
        columns = {
            "label": N_("tên giải"),
            "amount": N_("mức thưởng"),
            "individual": N_("số giải cá nhân"),
            "group": N_("số giải tập thể"),
            "floor": N_("điểm sàn"),
        }
        others = {"group_multiplier": N_("Mức thưởng tập thể bằng mấy lần cá nhân")}
        return _labels("tiers", self.tiers, N_("Hạng"), columns, others)

    def apply(self, plan: Plan) -> Plan:
        """Give the plan with these prizes."""
        categories = [c for c, open_ in (("individual", plan.entrants and plan.entrants.individual),
                                         ("group", plan.entrants and plan.entrants.group)) if open_]  # fmt: skip
        prizes = {
            "order": [tier["key"] for tier in self.tiers],
            "amounts": {tier["key"]: _amount(tier["amount"]) for tier in self.tiers},
            "labels": {tier["key"]: clean(tier["label"]) for tier in self.tiers},
            "slots": {c: {tier["key"]: tier[c] or "0" for tier in self.tiers} for c in categories},
            "floors": {tier["key"]: _number(tier["floor"]) for tier in self.tiers if tier["floor"]},
            "group_multiplier": self.values["group_multiplier"],
            "fund": clean(self.values["fund"]),
            "award": clean(self.values["award"]),
        }
        return _revise(plan, {"prizes": prizes}, name_of=self._name_of)

    def _name_of(self, where: str) -> str:
        numbers = {tier["key"]: i for i, tier in enumerate(self.tiers)}
        parts = where.removeprefix("prizes.").split(".")
        if parts[0] == "slots" and len(parts) >= 3 and parts[2] in numbers:
            return f"tiers.{numbers[parts[2]]}.{parts[1]}"
        column = {"amounts": "amount", "labels": "label", "floors": "floor"}.get(parts[0])
        if column and len(parts) >= 2 and parts[1] in numbers:
            return f"tiers.{numbers[parts[1]]}.{column}"
        if parts[0] == "order" and len(parts) == 2 and parts[1].isdigit():
            return f"tiers.{parts[1]}.label"
        return parts[0] if parts[0] in self.values else "form"


# ---- phases ----------------------------------------------------------------------------------------------

_PHASE = ("key", "label", "opens", "closes", "note")


@dataclass(frozen=True, slots=True)
class PhasesDraft:
    """The dates of the phases. Phases are neither added nor dropped here: other rules name them by key."""

    phases: list[Row]

    @classmethod
    def of(cls, plan: Plan) -> Self:
        """Start from the phases in force."""
        return cls(
            [
                {
                    "key": p.key,
                    "label": p.label,
                    "opens": p.opens.strftime(_MOMENT) if p.opens else "",
                    "closes": p.closes.strftime(_MOMENT) if p.closes else "",
                    "note": p.note,
                }
                for p in plan.phases
            ]
        )

    @classmethod
    def typed(cls, plan: Plan, data: FormData) -> Self:
        """Take what was posted; the keys are the plan's own."""
        tree = unpack(data)
        posted = tree.get("phases")
        rows = [_row(row, _PHASE) for row in posted if isinstance(row, dict)] if isinstance(posted, list) else []
        missing: Row = dict.fromkeys(_PHASE, "")
        return cls(
            [(rows[i] if i < len(rows) else missing) | {"key": phase.key} for i, phase in enumerate(plan.phases)]
        )

    def labels(self) -> dict[str, Message]:
        """Give what the page calls its fields."""
        columns = {"label": N_("tên"), "opens": N_("mở lúc"), "closes": N_("đóng lúc"), "note": N_("ghi chú")}
        return _labels("phases", self.phases, N_("Giai đoạn"), columns, {})

    def apply(self, plan: Plan) -> Plan:
        """Give the plan with these dates."""
        phases = [
            {
                "key": row["key"],
                "label": clean(row["label"]),
                "opens": row["opens"] or None,
                "closes": row["closes"] or None,
                "note": clean(row["note"]),
            }
            for row in self.phases
        ]
        return _revise(plan, {"phases": phases}, name_of=lambda where: "form" if where == "phases" else where)
