"""What a sheet of units or of people would change, row by row, before anything is saved."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.accounts.forms import UserForm
from app.core.errors import Invalid
from app.core.i18n import N_, Message
from app.core.text import fold, sort_key
from app.programmes.labels import ROLE_LABELS
from app.programmes.models import Role, Unit
from app.programmes.plan import Plan
from app.programmes.sheets import Cells, Record, find_records

UNIT_COLUMNS: dict[str, Sequence[str]] = {
    "name": ("Tên đơn vị", "Tên", "Đơn vị", "Tên cơ quan, đơn vị", "name", "unit"),
    "category": ("Nhóm đơn vị", "Nhóm", "Loại", "Loại đơn vị", "category"),
    "key": ("Mã", "Mã đơn vị", "key", "code"),
}
PEOPLE_COLUMNS: dict[str, Sequence[str]] = {
    "full_name": ("Họ và tên", "Họ tên", "Tên", "full name", "name"),
    "unit": ("Đơn vị", "Tên đơn vị", "Cơ quan, đơn vị", "unit"),
    "role": ("Vai trò", "role"),
    "phone": ("Điện thoại", "Số điện thoại", "SĐT", "phone"),
    "email": ("Thư điện tử", "Email", "E-mail"),
    "login": ("Tên đăng nhập", "Tài khoản", "login"),
}
IMPORTED_ROLES = (Role.UNIT_CLERK, Role.UNIT_HEAD)
_ROLE_WORDS: dict[str, Role] = {
    "can bo": Role.UNIT_CLERK,
    "can bo dau moi": Role.UNIT_CLERK,
    "dau moi": Role.UNIT_CLERK,
    "can bo nhap bai": Role.UNIT_CLERK,
    "clerk": Role.UNIT_CLERK,
    "thu truong": Role.UNIT_HEAD,
    "lanh dao": Role.UNIT_HEAD,
    "head": Role.UNIT_HEAD,
} | {fold(ROLE_LABELS[role].text): role for role in (Role.UNIT_CLERK, Role.UNIT_HEAD)}
_LONGEST_NAME = 200
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,59}")


@dataclass(slots=True)
class UnitRow:
    """A unit that a sheet names: new, known already, or faulty."""

    number: int
    name: str
    category: str
    category_label: str
    key: str
    known: bool = False
    errors: list[Message] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether confirming adds it."""
        return not self.known and not self.errors


@dataclass(slots=True)
class PersonRow:
    """A unit's clerk or head that a sheet names."""

    number: int
    full_name: str
    unit_name: str
    role_text: str
    phone: str | None
    email: str | None
    login: str
    unit: Unit | None = None
    role: Role | None = None
    known: bool = False
    errors: list[Message] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether confirming adds it."""
        return not self.known and not self.errors


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has an account: what is needed to tell a namesake from the same person."""

    user_id: int
    login: str
    full_name: str
    places: frozenset[tuple[Role, int | None]] = frozenset()


def slug(name: str) -> str:
    """Make a key of a unit's name: «UBND phường Hạ Đình» → ubnd-phuong-ha-dinh."""
    made = "-".join(fold(name).split())[:60].strip("-")
    return made if made[:1].isalpha() else f"dv-{made}".strip("-")


def free_key(wanted: str, *, taken: set[str]) -> str:
    """Give `wanted`, numbered where it is in use, and remember it as taken."""
    key, number = wanted, 2
    while key in taken:
        key, number = f"{wanted[:55]}-{number}", number + 1
    taken.add(key)
    return key


def suggest_login(full_name: str, *, taken: set[str]) -> str:
    """Make a login as offices do: given name and initials, «Nguyễn Thị Thu Hương» → huongntt."""
    words = fold(full_name).split()
    base = (words[-1] + "".join(word[0] for word in words[:-1]))[:50] if words else "nguoidung"
    login, number = base if len(base) > 1 else f"{base}1", 2
    while login in taken:
        login, number = f"{base}{number}", number + 1
    taken.add(login)
    return login


def _filled(records: Sequence[Record], columns: Sequence[str]) -> list[Record]:
    """Leave out the lines of our own template that nobody filled in."""
    return [record for record in records if any(record.values.get(column) for column in columns)]


def _by_name(units: Sequence[Unit], *, keys: bool = False) -> dict[str, Unit]:
    """Units by what tells names apart: «Hòa» is «Hoà» but not «Hoa»; and without accents, for who types none."""
    plain = {fold(unit.name): unit for unit in units}
    named = {sort_key(unit.name): unit for unit in units}
    return plain | named | ({unit.key: unit for unit in units} if keys else {})


def _find_unit(text: str, by_name: Mapping[str, Unit]) -> Unit | None:
    if not fold(text):
        return None
    found = by_name.get(sort_key(text)) or by_name.get(text)
    typed_plainly = fold(text) == " ".join(text.casefold().split())
    return found or (by_name.get(fold(text)) if typed_plainly else None)


def check_units(cells: Cells, *, plan: Plan, present: Sequence[Unit]) -> list[UnitRow]:
    """Say what each row would do. `present` are the units there are, dissolved ones too."""
    records = _filled(find_records(cells, columns=UNIT_COLUMNS, needed=("name", "category")), ("name", "key"))
    categories = {fold(word): c for c in plan.unit_categories for word in (c.key, c.label)}
    by_name = _by_name(present)
    keys = {unit.key for unit in present}
    seen: dict[str, int] = {}
    rows: list[UnitRow] = []
    for record in records:
        name, wanted, key = record.values["name"], record.values["category"], record.values.get("key", "")
        category = categories.get(fold(wanted))
        row = UnitRow(
            record.number, name, category.key if category else "", category.label if category else wanted, key
        )
        row.errors += _name_errors(name)
        if category is None:
            known = ", ".join(c.label for c in plan.unit_categories)
            row.errors.append(N_("Không có nhóm «%(name)s»; các nhóm: %(known)s.", name=wanted, known=known))
        if sort_key(name) in seen:
            row.errors.append(N_("Trùng với dòng %(n)s của tệp.", n=seen[sort_key(name)]))
        elif name:
            seen[sort_key(name)] = record.number
        unit = _find_unit(name, by_name)
        row.known = unit is not None
        row.errors += [] if unit else _key_errors(key, taken=keys)
        if row.is_new:
            row.key = free_key(key or slug(name), taken=keys)
        elif unit is not None:
            row.key = unit.key
        rows.append(row)
    return rows


def _name_errors(name: str) -> list[Message]:
    if not name:
        return [N_("Thiếu tên đơn vị.")]
    if len(name) > _LONGEST_NAME or not fold(name):
        return [N_("Tên đơn vị không hợp lệ.")]
    return []


def _key_errors(key: str, *, taken: set[str]) -> list[Message]:
    if key and not _KEY.fullmatch(key):
        return [N_("Mã «%(key)s» chưa đúng: chữ thường không dấu, chữ số, gạch nối, bắt đầu bằng chữ.", key=key)]
    if key in taken:
        return [N_("Mã «%(key)s» đã có đơn vị khác dùng.", key=key)]
    return []


def check_people(
    cells: Cells, *, units: Sequence[Unit], members: Sequence[Holder], accounts: Mapping[str, Holder]
) -> list[PersonRow]:
    """Say what each row would do.

    `members` are the people of the programme; `accounts` are the site's accounts by login, for every login in use.
    """
    records = find_records(cells, columns=PEOPLE_COLUMNS, needed=("full_name", "unit"))
    records = _filled(records, ("full_name", "phone", "email", "login"))
    by_name = _by_name(units, keys=True)
    taken = set(accounts)
    seen: dict[tuple[str, Role | None, int | None], int] = {}
    rows: list[PersonRow] = []
    for record in records:
        row = _person_row(record, by_name=by_name)
        place = (sort_key(row.full_name), row.role, row.unit.id if row.unit else None)
        if not row.errors and place in seen:
            row.errors.append(N_("Trùng với dòng %(n)s của tệp.", n=seen[place]))
        seen.setdefault(place, record.number)
        if not row.errors:
            _settle_account(row, members=members, accounts=accounts, taken=taken, before=rows)
        rows.append(row)
    return rows


def _person_row(record: Record, *, by_name: Mapping[str, Unit]) -> PersonRow:
    values = {key: record.values.get(key, "") for key in PEOPLE_COLUMNS}
    row = PersonRow(
        record.number, values["full_name"], values["unit"], values["role"], values["phone"] or None,
        values["email"] or None, values["login"].casefold(),
    )  # fmt: skip
    row.unit = _find_unit(row.unit_name, by_name)
    if row.unit is None:
        row.errors.append(N_("Không có đơn vị «%(name)s» trong danh sách đơn vị.", name=row.unit_name))
    row.role = _ROLE_WORDS.get(fold(row.role_text)) if row.role_text else Role.UNIT_CLERK
    if row.role is None:
        row.errors.append(
            N_("Vai trò «%(role)s» không rõ: ghi «Cán bộ đầu mối» hoặc «Thủ trưởng».", role=row.role_text)
        )
    try:
        form = UserForm.parse(
            {"full_name": row.full_name, "login": row.login or "tam", "email": row.email, "phone": row.phone}
        )
    except Invalid as error:
        row.errors += list(error.fields.values())
    else:
        row.phone, row.email = form.phone, form.email
    return row


def _settle_account(
    row: PersonRow,
    *,
    members: Sequence[Holder],
    accounts: Mapping[str, Holder],
    taken: set[str],
    before: Sequence[PersonRow],
) -> None:
    """Decide between an account there is and a new one; a login of somebody else's is a fault."""
    assert row.unit is not None
    assert row.role is not None
    unit_id, name = row.unit.id, sort_key(row.full_name)
    if not row.login:
        # The same name in the same unit is the same person in another role.
        here = [m.login for m in members if sort_key(m.full_name) == name and unit_id in {u for _, u in m.places}]
        above = [
            r.login for r in before if r.is_new and sort_key(r.full_name) == name and r.unit and r.unit.id == unit_id
        ]
        row.login = next(iter([*here, *above]), "") or suggest_login(row.full_name, taken=taken)
    elif row.login in accounts and sort_key(accounts[row.login].full_name) != name:
        row.errors.append(N_("Tên đăng nhập «%(login)s» đã có người khác dùng.", login=row.login))
    elif any(r.login == row.login and sort_key(r.full_name) != name for r in before):
        row.errors.append(N_("Tên đăng nhập «%(login)s» có hai lần trong tệp.", login=row.login))
    holder = accounts.get(row.login)
    row.known = holder is not None and (row.role, unit_id) in holder.places
    taken.add(row.login)
