"""The plan of a programme as data: what a YAML file may say, and the canonical text that is stored and sealed.

Numbers are read through Decimal, marks become integer hundredths of a point, money is integer đồng: no float enters.
The canonical text (RFC 8785, no floats: decimals are strings) round-trips: `Plan.from_canonical(plan.canonical())`.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from app.core.i18n import N_, Message
from app.core.text import clean, clean_block
from scoring import Criterion, Rubric, Tier, canonical_json

LEVELS = ("commune", "district", "city", "province")
_STORED: Any = object()  # the context in which a plan is read that was checked before
CONFIRMATIONS = ("effectiveness", "feasibility")
CONSENTS = ("participation", "publication", "payment", "handover")


class PlanError(ValueError):
    """The plan says something that cannot be run; `faults` are (line or None, where, what)."""

    def __init__(self, faults: list["Fault"]) -> None:
        super().__init__("; ".join(f"{f.where}: {f.message.text}" for f in faults))
        self.faults = faults


class Fault(BaseModel):
    """One fault of a plan file: the line that it stands on (if known), the path within the plan, the sentence."""

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True)

    line: int | None
    where: str
    message: Message


class _Refused(ValueError):  # noqa: N818 - private: pydantic carries it to the fault list
    def __init__(self, message: Message, *, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(message.text)
        self.message = message
        self.at = at


# Plain digits only: an exponent such as 9e99999999 would be a number of a hundred million digits.
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool | float):
        raise _Refused(N_("Phải là một số."))
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    if not _NUMBER.fullmatch(text):
        raise _Refused(N_("Phải là một số."))
    return Decimal(text)


def _hundredths(value: Any) -> Decimal:
    number = _decimal(value)
    if number != number.quantize(Decimal("0.01")):
        raise _Refused(N_("Nhiều nhất hai chữ số thập phân."))
    return number.normalize()


def _whole(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise _Refused(N_("Phải là một số nguyên."))
    return int(number)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _in_order(value: Any, order: Iterable[str]) -> Any:
    """Sort a mapping by `order`; what `order` does not name follows as it stood."""
    if not isinstance(value, Mapping):
        return value
    ranks = {key: i for i, key in enumerate(order)}
    return dict(sorted(value.items(), key=lambda item: ranks.get(str(item[0]), len(ranks))))


def _line(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value


def _block(value: Any) -> Any:
    return clean_block(value) if isinstance(value, str) else value


Points = Annotated[Decimal, BeforeValidator(_hundredths), PlainSerializer(_plain)]
Whole = Annotated[int, BeforeValidator(_whole)]
# The constraint stands inside the cleaning, or its fault would speak of items instead of letters.
Text = Annotated[str, StringConstraints(min_length=1), BeforeValidator(_line)]
MaybeText = Annotated[str, BeforeValidator(_block)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]


def hundredths(points: Decimal) -> int:
    """Integer hundredths of a point."""
    return int(points * 100)


class Part(BaseModel):
    """Base of all parts of a plan: unknown words are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Labelled(Part):
    """A key that rows refer to, and the words that people read."""

    key: Key
    label: Text


class LegalBasis(Part):
    """A document that the plan rests on."""

    number: Text
    date: dt.date
    issuer: Text
    title: MaybeText = ""


class Document(Part):
    """The plan as a paper: its number and date may be blank, as in the source."""

    number: MaybeText = ""
    date: dt.date | None = None
    date_text: MaybeText = ""
    signed_for: MaybeText = ""
    signer_title: MaybeText = ""
    signer: MaybeText = ""
    recipients: tuple[Text, ...] = ()


class Host(Part):
    """Who runs the programme, and how its papers name it."""

    authority: Text
    parent: MaybeText = ""
    place: Text
    standing_agency: Text
    level: Literal["commune", "district", "city", "province"]
    upper: MaybeText = ""
    upper_committee: MaybeText = ""
    symbol: MaybeText = "UBND"
    leader_title: MaybeText = "CHỦ TỊCH"
    leader_name: MaybeText = ""


class ReformField(Labelled):
    """A field of reform, lettered or numbered as in the plan, word for word."""

    letter: MaybeText = ""
    description: MaybeText = ""


class UnitCategory(Labelled):
    """A kind of unit, and what is expected of each of its units."""

    min_entries: Whole = 0
    required: bool = False


class UnitSpec(Part):
    """A unit that takes part."""

    key: Key
    name: Text
    category: Key


class Audience(Labelled):
    """Who may take part."""

    kind: Literal["individual", "collective"]


class GroupRules(Part):
    """What an author group is."""

    min_authors: Whole = 2
    max_authors: Whole | None = None
    one_representative: bool = True


class Entrants(Part):
    """Prize categories that are open."""

    individual: bool = True
    group: GroupRules | None = None


class Format(Part):
    """A form of entry."""

    label: Text
    needs_text_extract: bool = False


class FileRules(Part):
    """What may be uploaded."""

    max_megabytes: Whole = 1024
    main: dict[Literal["essay", "video"], tuple[str, ...]] = {
        "essay": ("docx", "doc", "pdf"),
        "video": ("mp4", "mov"),
    }
    text: tuple[str, ...] = ("docx", "doc")
    attachment: tuple[str, ...] = ("docx", "doc", "xlsx", "xls", "pptx", "pdf", "jpg", "png", "zip", "mp4")


class Phase(Labelled):
    """A span of the programme; times are local to the programme. «Trước ngày X» closes at X 00:00."""

    opens: dt.datetime | None = None
    closes: dt.datetime | None = None
    note: MaybeText = ""


class Screening(Part):
    """The unit's checklist, and what its head confirms with which grades."""

    unit: tuple[Labelled, ...] = ()
    head_confirms: tuple[Labelled, ...] = ()
    grades: tuple[Labelled, ...] = ()


class CriterionRules(Labelled):
    """A line of the score sheet; marks in points."""

    max: Points
    step: Points = Decimal(1)
    weight: Annotated[Decimal, BeforeValidator(_decimal), PlainSerializer(_plain)] = Decimal(1)
    description: MaybeText = ""
    levels: tuple[Text, ...] = ()


class Gap(Part):
    """When marks lie too far apart, and what then."""

    points: Points | None = None
    percent: Whole | None = None
    then: Literal["report", "further_marking"] = "report"
    outcome: Literal[
        "replace_farthest", "mean_of_all", "mean_of_two_closest", "further_official", "drop_high_low", "panel"
    ] = "mean_of_all"

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        if info.context is _STORED:
            return self
        if (self.points is None) == (self.percent is None):
            raise _Refused(N_("Ghi mức chênh lệch theo điểm hoặc theo phần trăm, chỉ một trong hai."), at=("points",))
        if self.points is not None and self.points <= 0:
            raise _Refused(N_("Mức chênh lệch phải dương."), at=("points",))
        if self.percent is not None and not 0 < self.percent <= 100:
            raise _Refused(N_("Mức chênh lệch từ 1 đến 100 phần trăm."), at=("percent",))
        if self.then == "report" and self.outcome != "mean_of_all":
            raise _Refused(
                N_(
                    "Chỉ báo cáo, không chấm thêm thì điểm của bài vẫn tính như thường; ở mục này hãy để "
                    "«Lấy trung bình tất cả các điểm» (mean_of_all)."
                ),
                at=("outcome",),
            )
        if self.outcome == "panel":
            raise _Refused(
                N_("Phần mềm chưa hỗ trợ để Ban Giám khảo thảo luận và chấm lại (panel); hãy chọn cách khác."),
                at=("outcome",),
            )
        return self


class RoundRules(Labelled):
    """How one round is judged."""

    jurors_per_entry: Whole = 3
    blind: bool = True
    rubric: tuple[CriterionRules, ...]
    scale: Points = Decimal(100)
    aggregate: Literal["mean", "median", "trimmed_mean"] = "mean"
    decimals: Whole = 2
    gap: Gap | None = None
    ties: tuple[Key, ...] = ("chair",)

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        if info.context is _STORED:
            return self
        keys = [c.key for c in self.rubric]
        _unique(keys, "rubric")
        total = sum((c.max * c.weight for c in self.rubric), Decimal(0))
        if total != self.scale:
            raise _Refused(
                N_(
                    "Tổng điểm tối đa của các tiêu chí là %(total)s, phải bằng thang điểm %(scale)s.",
                    total=_plain(total),
                    scale=_plain(self.scale),
                ),
                at=("rubric",),
            )
        for i, c in enumerate(self.rubric):
            if c.max <= 0 or c.step <= 0 or c.max % c.step:
                raise _Refused(N_("Điểm tối đa phải dương và chia hết cho bước điểm."), at=("rubric", i, "step"))
            if c.weight < 0:
                raise _Refused(N_("Hệ số không được âm."), at=("rubric", i, "weight"))
        if self.jurors_per_entry < 1:
            raise _Refused(N_("Mỗi bài cần ít nhất một giám khảo."), at=("jurors_per_entry",))
        if self.decimals not in range(3):
            raise _Refused(N_("Số chữ số thập phân từ 0 đến 2."), at=("decimals",))
        for i, tie in enumerate(self.ties):
            if tie != "chair" and tie not in keys:
                raise _Refused(N_("Không có tiêu chí «%(key)s» trong thang điểm.", key=tie), at=("ties", i))
        return self

    @model_validator(mode="after")
    def _check_computable(self, info: ValidationInfo) -> Self:
        """What could not be computed once the sheets are in is refused before anybody relies on it."""
        if info.context is _STORED:
            return self
        if self.scale <= 0:
            raise _Refused(N_("Thang điểm phải dương."), at=("scale",))
        if self.aggregate == "trimmed_mean" and self.jurors_per_entry < 3:
            raise _Refused(N_("Bỏ điểm cao nhất và thấp nhất thì mỗi bài cần ít nhất ba giám khảo."), at=("aggregate",))
        if self.gap is not None and self.jurors_per_entry < 2:
            raise _Refused(N_("Xét chênh lệch thì mỗi bài cần ít nhất hai giám khảo."), at=("gap",))
        if self.gap is not None and self.gap.points is not None and self.gap.points > self.scale:
            raise _Refused(
                N_("Mức chênh lệch không vượt quá thang điểm %(scale)s.", scale=_plain(self.scale)),
                at=("gap", "points"),
            )
        return self

    @property
    def marks_further(self) -> bool:
        """Whether an entry whose marks lie too far apart is marked once more.

        Not where people would have to settle it: such a plan is refused now, one stored before reports the gap.
        """
        return self.gap is not None and self.gap.then == "further_marking" and self.gap.outcome != "panel"

    @cached_property
    def units_per_point(self) -> int:
        """How many units one point is, so that every weighted total is an integer of them (app.jury.rubric)."""
        return 100 * lcm(*(Fraction(c.weight).denominator for c in self.rubric))

    @cached_property
    def judging_rubric(self) -> Rubric:
        """The rubric as scoring understands it: hundredths of a point, exact weights."""
        return Rubric(
            tuple(
                Criterion(c.key, maximum=hundredths(c.max), step=hundredths(c.step), weight=_exact(Fraction(c.weight)))
                for c in self.rubric
            )
        )


class Prizes(Part):
    """Tiers from the top: amounts for one person, slots per category, floors, what groups get."""

    order: tuple[Key, ...]
    amounts: dict[Key, Whole]
    labels: dict[Key, Text]
    slots: dict[Literal["individual", "group"], dict[Key, Whole]]
    floors: dict[Key, Points] = {}
    group_multiplier: Whole = 1
    fund: MaybeText = ""
    award: MaybeText = ""

    @model_validator(mode="before")
    @classmethod
    def _keep_order(cls, data: Any) -> Any:
        """Canonical text sorts the keys of a mapping, so the order of the tiers is a list of its own."""
        if not isinstance(data, Mapping) or not isinstance(data.get("amounts"), Mapping):
            return data
        order = data.get("order") or tuple(data["amounts"])
        ordered = {
            name: _in_order(data[name], order) for name in ("amounts", "labels", "floors") if data.get(name) is not None
        }
        if isinstance(data.get("slots"), Mapping):
            slots = _in_order(data["slots"], ("individual", "group"))
            ordered["slots"] = {category: _in_order(tiers, order) for category, tiers in slots.items()}
        return {**data, "order": order, **ordered}

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        if info.context is _STORED:
            return self
        if sorted(self.order) != sorted(self.amounts):
            raise _Refused(N_("Thứ tự giải phải nêu mỗi giải có mức thưởng đúng một lần."), at=("order",))
        for category, slots in self.slots.items():
            for tier, count in slots.items():
                if tier not in self.amounts:
                    raise _Refused(
                        N_("Có suất giải «%(tier)s» nhưng chưa có mức thưởng.", tier=tier),
                        at=("slots", category, tier),
                    )
                if count < 0:
                    raise _Refused(N_("Số suất không được âm."), at=("slots", category, tier))
        for tier, amount in self.amounts.items():
            if amount < 0:
                raise _Refused(N_("Mức thưởng không được âm."), at=("amounts", tier))
            if tier not in self.labels:
                raise _Refused(N_("Giải «%(tier)s» chưa có tên gọi.", tier=tier), at=("labels",))
        unknown = sorted(set(self.floors) - set(self.amounts))
        if unknown:
            raise _Refused(N_("Không có giải «%(tier)s».", tier=unknown[0]), at=("floors", unknown[0]))
        if self.group_multiplier < 1:
            raise _Refused(N_("Hệ số thưởng tập thể phải từ 1 trở lên."), at=("group_multiplier",))
        return self

    def tiers(self) -> list[Tier]:
        """The tiers from the top as scoring understands them."""
        return [
            Tier(
                key,
                amount=amount,
                slots={category: slots.get(key, 0) for category, slots in self.slots.items()},
                floor=Fraction(self.floors[key]) if key in self.floors else None,
                group_multiplier=self.group_multiplier,
                label=self.labels[key],
            )
            for key, amount in ((key, self.amounts[key]) for key in self.order)
        ]

    def amount_for(self, tier: str, category: str) -> int:
        """Money of one prize in đồng."""
        return self.amounts[tier] * (self.group_multiplier if category == "group" else 1)

    def total(self) -> int:
        """Money of all slots in đồng, if every one is filled."""
        return sum(
            self.amount_for(tier, category) * count
            for category, slots in self.slots.items()
            for tier, count in slots.items()
        )


class Standard(Part):
    """What is asked of one kind of participant of a movement."""

    audience: Text
    items: tuple[Text, ...]


class Duty(Part):
    """What a body has to do under the plan."""

    body: Text
    tasks: tuple[Text, ...]


class Plan(Part):
    """A contest or a movement as data."""

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    kind: Literal["contest", "movement"]
    title: Text
    short_title: Text
    slogan: MaybeText = ""
    time_zone: str = "Asia/Ho_Chi_Minh"
    document: Document = Document()
    host: Host
    legal_bases: tuple[LegalBasis, ...] = ()
    purposes: tuple[Text, ...] = ()
    principles: tuple[Text, ...] = ()
    scope: MaybeText = ""
    audiences: tuple[Audience, ...] = ()
    unit_categories: tuple[UnitCategory, ...] = ()
    units: tuple[UnitSpec, ...] = ()
    fields: tuple[ReformField, ...]
    contents: tuple[Text, ...] = ()
    standards: tuple[Standard, ...] = ()
    requirements: tuple[Text, ...] = ()
    how_to_enter: tuple[Text, ...] = ()
    entrants: Entrants | None = None
    formats: dict[Literal["essay", "video"], Format] = {}
    files: FileRules = FileRules()
    phases: tuple[Phase, ...]
    screening: Screening = Screening()
    rounds: tuple[RoundRules, ...] = ()
    prizes: Prizes | None = None
    uses_of_results: tuple[Text, ...] = ()
    use_clause: MaybeText = ""
    consents: Annotated[
        dict[Literal["participation", "publication", "payment", "handover"], Text],
        BeforeValidator(lambda value: _in_order(value, CONSENTS)),
    ] = {}
    funding: tuple[Text, ...] = ()
    duties: tuple[Duty, ...] = ()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Self:
        if info.context is _STORED:
            return self
        for name in ("fields", "unit_categories", "units", "phases", "rounds", "audiences"):
            _unique([row.key for row in getattr(self, name)], name)
        categories = {c.key for c in self.unit_categories}
        for i, unit in enumerate(self.units):
            if unit.category not in categories:
                raise _Refused(N_("Không có nhóm đơn vị «%(key)s».", key=unit.category), at=("units", i, "category"))
        for i, phase in enumerate(self.phases):
            for name, moment in (("opens", phase.opens), ("closes", phase.closes)):
                if moment is not None and moment.tzinfo is not None:
                    raise _Refused(N_("Ghi giờ địa phương, không kèm múi giờ."), at=("phases", i, name))
            if phase.opens and phase.closes and phase.opens >= phase.closes:
                raise _Refused(N_("Thời điểm đóng phải sau thời điểm mở."), at=("phases", i, "closes"))
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise _Refused(N_("Không có múi giờ này."), at=("time_zone",)) from error
        if self.kind == "contest":
            self._check_contest()
        return self

    def _check_contest(self) -> None:
        needed: list[tuple[str, Any]] = [
            ("entrants", self.entrants),
            ("rounds", self.rounds),
            ("prizes", self.prizes),
            ("formats", self.formats),
        ]
        for name, value in needed:
            if not value:
                raise _Refused(N_("Kế hoạch của một cuộc thi phải có mục «%(name)s».", name=name), at=(name,))
        if not any(p.key == "intake" and p.closes for p in self.phases):
            raise _Refused(N_("Chưa có hạn nộp bài (phases: intake, closes)."), at=("phases",))
        # Without these no head could confirm an entry, and none could be forwarded.
        if sorted(c.key for c in self.screening.head_confirms) != sorted(CONFIRMATIONS):
            raise _Refused(
                N_("Thủ trưởng đơn vị xác nhận đúng hai nội dung: %(keys)s.", keys=", ".join(CONFIRMATIONS)),
                at=("screening", "head_confirms"),
            )
        if not self.screening.grades:
            raise _Refused(N_("Chưa có các mức để thủ trưởng đơn vị xác nhận."), at=("screening", "grades"))

    # ---- reading ----

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the programme's times are written and shown."""
        return ZoneInfo(self.time_zone)

    def phase(self, key: str) -> Phase | None:
        """The phase of that key, or None."""
        return next((p for p in self.phases if p.key == key), None)

    def deadline(self, key: str) -> dt.datetime | None:
        """When a phase closes, as an aware moment, or None."""
        phase = self.phase(key)
        return phase.closes.replace(tzinfo=self.zone) if phase and phase.closes else None

    def opening(self, key: str) -> dt.datetime | None:
        """When a phase opens, as an aware moment, or None."""
        phase = self.phase(key)
        return phase.opens.replace(tzinfo=self.zone) if phase and phase.opens else None

    def field_label(self, key: str) -> str:
        """What people call a field; the key itself where an amendment dropped it."""
        return next((f.label for f in self.fields if f.key == key), key)

    def category_of_unit(self, key: str) -> UnitCategory | None:
        """The unit category of that key, or None."""
        return next((c for c in self.unit_categories if c.key == key), None)

    def round_rules(self, key: str) -> RoundRules:
        """The rules of a round. KeyError if the plan has no such round."""
        for rules in self.rounds:
            if rules.key == key:
                return rules
        raise KeyError(key)

    @property
    def prize_rules(self) -> Prizes:
        """The prizes of a contest."""
        assert self.prizes is not None
        return self.prizes

    # ---- storing ----

    def canonical(self) -> str:
        """The canonical text of the plan."""
        return canonical_json(_stringify(self.model_dump(mode="json"))).decode()

    @classmethod
    def from_canonical(cls, text: str) -> Self:
        """Read a stored plan back.

        What it may say was decided when it was stored: a rule that came later does not make it unreadable.
        """
        return cls.model_validate(json.loads(text), context=_STORED)


def sha256_of(canonical: str) -> str:
    """The fingerprint that jurors and the public are shown."""
    return hashlib.sha256(canonical.encode()).hexdigest()


def _exact(value: Fraction) -> Fraction | int:
    """An integer where the fraction is one: sums of integers cost a twentieth."""
    return value.numerator if value.denominator == 1 else value


def _stringify(value: Any) -> Any:
    # Sums of money and counts are integers already; nothing else may be a number.
    if isinstance(value, Mapping):
        return {k: _stringify(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_stringify(v) for v in value]
    return value


def _unique(keys: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for i, key in enumerate(keys):
        if key in seen:
            raise _Refused(N_("«%(key)s» có hai lần.", key=key), at=(where, i, "key"))
        seen.add(key)


# ---- YAML with line numbers --------------------------------------------------------------------------------

_Lines = dict[tuple[str | int, ...], int]


def load_plan(path: Path) -> Plan:
    """Read and check a plan file. PlanError tells every fault with its line."""
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PlanError([Fault(line=None, where="", message=N_("Tệp kế hoạch phải là văn bản UTF-8."))]) from error
    return parse_plan(text)


def parse_plan(text: str) -> Plan:
    """Read and check a plan's YAML text."""
    lines: _Lines = {}
    try:
        # An alias may contain itself; no plan needs one.
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else None
                raise PlanError([Fault(line=line, where="", message=N_("Không dùng bí danh (*tên) trong kế hoạch."))])
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise PlanError([Fault(line=line, where="", message=N_("Không đúng cú pháp YAML."))]) from error
    if root is None:
        raise PlanError([Fault(line=1, where="", message=N_("Tệp kế hoạch rỗng."))])
    return validate_plan(_plain_value(root, (), lines), lines=lines)


def validate_plan(data: Any, *, lines: _Lines | None = None) -> Plan:
    """Check a plan that is plain data already: what a screen edited. PlanError names every fault by its path."""
    try:
        return Plan.model_validate(data)
    except ValidationError as error:
        raise PlanError([_fault(e, lines or {}) for e in error.errors()]) from error


def _plain_value(node: yaml.Node, path: tuple[str | int, ...], lines: _Lines) -> Any:
    """Scalars stay text (numbers are read through Decimal later); every path remembers its line."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                where = ".".join(str(p) for p in (*path, key))
                message = N_("«%(key)s» có hai lần.", key=key)
                raise PlanError([Fault(line=key_node.start_mark.line + 1, where=where, message=message)])
            result[key] = _plain_value(value_node, (*path, key), lines)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain_value(child, (*path, i), lines) for i, child in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool":
        return node.value.lower() in {"true", "yes", "on"}
    return node.value


_SENTENCES = {
    "missing": N_("Thiếu mục này."),
    "extra_forbidden": N_("Không có mục nào tên như vậy."),
    "string_too_short": N_("Không được để trống."),
    "string_too_long": N_("Quá dài."),
    "string_type": N_("Phải là một dòng chữ."),
    "string_pattern_mismatch": N_("Chỉ dùng chữ thường không dấu, chữ số và gạch nối, bắt đầu bằng chữ."),
    "model_type": N_("Phải là một nhóm các mục."),
    "model_attributes_type": N_("Phải là một nhóm các mục."),
    "dict_type": N_("Phải là một nhóm các mục."),
    "tuple_type": N_("Phải là một danh sách."),
    "bool_type": N_("Phải là true hoặc false."),
    "bool_parsing": N_("Phải là true hoặc false."),
    **dict.fromkeys(
        ("date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact", "date_type"),
        N_("Phải là một ngày có thật, viết như 2024-06-10."),
    ),
    **dict.fromkeys(
        ("datetime_parsing", "datetime_from_date_parsing", "datetime_type"),
        N_("Phải là một thời điểm có thật, viết như 2024-06-10T00:00."),
    ),
}


def _unusual(error: Any) -> Message:
    if error["type"] == "literal_error":
        return N_("Phải là một trong: %(expected)s.", expected=error["ctx"]["expected"].replace(" or ", ", "))
    return N_("Giá trị không hợp lệ: %(detail)s", detail=error["msg"])


def _fault(error: Any, lines: _Lines) -> Fault:
    cause = (error.get("ctx") or {}).get("error")
    path: tuple[str | int, ...] = tuple(error["loc"])
    if isinstance(cause, _Refused):
        path, message = (*path, *cause.at), cause.message
    else:
        message = _SENTENCES.get(error["type"]) or _unusual(error)
    known = path
    while known and known not in lines:
        known = known[:-1]
    return Fault(line=lines.get(known), where=".".join(str(p) for p in path), message=message)
