"""Invented people: a clerk and a head for every unit, the contest's own officials, and names for authors.

Names are drawn from banks by a fixed walk, so the hundredth person is the same one on every machine.
"""

from collections.abc import Iterator
from functools import cache

from app.demo.shapes import Juror, Person, Roster, Seat, Unit
from app.demo.units import units

HOST_OFFICE = "Trụ sở UBND quận Thanh Xuân, Hà Nội"

# Nguyễn stands several times because a third of Hà Nội is called so.
_FAMILIES = (
    "Nguyễn", "Trần", "Phạm", "Nguyễn", "Đặng", "Lê", "Vũ", "Nguyễn", "Hoàng", "Bùi", "Đỗ", "Nguyễn", "Ngô",
    "Dương", "Đinh", "Nguyễn", "Trịnh", "Phan", "Lê", "Mai", "Cao", "Nguyễn", "Tạ", "Lưu", "Đoàn", "Kiều",
    "Nghiêm", "Nguyễn", "Chu", "Trần", "Khuất",
)  # fmt: skip
_WOMEN = (
    "Thu Hương", "Bích Ngọc", "Thị Thanh Nga", "Phương Thảo", "Thị Hồng Vân", "Minh Nguyệt", "Thùy Dung",
    "Thị Kim Oanh", "Diệu Linh", "Thị Lan Anh", "Thanh Huyền", "Thị Mai Hiên", "Hải Yến", "Thị Ngọc Bích",
    "Quỳnh Trang", "Thị Thu Thủy", "Hồng Nhung", "Thị Bảo Châm", "Khánh Ly", "Thị Việt Hà", "Thúy Hằng",
    "Ngọc Diệp", "Thị Hoài Thương", "Tường Vi", "Thị Minh Tâm", "Hà My", "Thị Như Quỳnh", "Vân Khanh",
    "Thị Tuyết Mai", "Cẩm Tú", "Thị Hạnh Nguyên", "Thanh Bình", "Thị Phương Liên", "Mỹ Duyên",
    "Thị Ánh Tuyết", "Thu Trà", "Thị Xuân Hòa",
)  # fmt: skip
_MEN = (
    "Quang Huy", "Đức Thịnh", "Văn Khải", "Tuấn Kiệt", "Minh Quân", "Hữu Nghĩa", "Xuân Trường", "Công Vinh",
    "Văn Lâm", "Thành Đạt", "Trung Hiếu", "Ngọc Sơn", "Văn Toản", "Bá Lộc", "Hải Đăng", "Đình Phong",
    "Quốc Bảo", "Văn Thuận", "Anh Tuấn", "Mạnh Cường", "Văn Hiệp", "Duy Khánh", "Tiến Dũng", "Gia Bách",
    "Thanh Tùng", "Văn Quyết", "Hoài Nam", "Viết Thắng", "Đăng Khoa", "Văn Chiến", "Trọng Nhân",
)  # fmt: skip

_HEAD_TITLES = {
    "van-phong-hdnd-ubnd": "Chánh Văn phòng HĐND và UBND quận",
    "thanh-tra-quan": "Chánh Thanh tra quận",
    "ban-quan-ly-du-an": "Giám đốc Ban Quản lý dự án đầu tư xây dựng quận",
    "trung-tam-van-hoa-the-thao": "Giám đốc Trung tâm Văn hóa - Thông tin và Thể thao quận",
    "doi-trat-tu-xay-dung": "Đội trưởng Đội Quản lý trật tự xây dựng đô thị quận",
}

# Index, unit, position, expertise and severity in points: the panel holds both strict and lenient markers.
_JURORS = (
    (1, "phong-noi-vu", "Phó Trưởng phòng Nội vụ", ("leadership", "apparatus", "civil_service"), -0.5),
    (
        2,
        "van-phong-hdnd-ubnd",
        "Phó Chánh Văn phòng HĐND và UBND quận",
        ("leadership", "one_stop", "it"),
        1.5,
    ),
    (3, "phong-tu-phap", "Phó Trưởng phòng Tư pháp", ("institutions", "procedures"), -2.5),
    (4, "phong-van-hoa-thong-tin", "Phó Trưởng phòng Văn hóa và Thông tin", ("it", "one_stop"), 2.0),
    (5, "phong-tai-chinh-ke-hoach", "Phó Trưởng phòng Tài chính - Kế hoạch", ("public_finance",), -1.5),
    (6, "phong-kinh-te", "Phó Trưởng phòng Kinh tế", ("public_finance", "institutions", "procedures"), 0.5),
    (7, "phong-quan-ly-do-thi", "Phó Trưởng phòng Quản lý đô thị", ("procedures", "it"), 0.0),
    (
        8,
        "phong-giao-duc-dao-tao",
        "Phó Trưởng phòng Giáo dục và Đào tạo",
        ("civil_service", "apparatus"),
        2.5,
    ),
    (9, "thanh-tra-quan", "Phó Chánh Thanh tra quận", ("leadership", "civil_service", "one_stop"), -2.0),
)

_WOMEN_JURORS = frozenset({1, 3, 5, 8})


class _Names:
    """Hands out names in a fixed order and never the same one twice."""

    def __init__(self) -> None:
        self._women = self._walk(_WOMEN, stride=7)
        self._men = self._walk(_MEN, stride=12)

    def draw(self, *, female: bool) -> str:
        return next(self._women if female else self._men)

    @staticmethod
    def _walk(given: tuple[str, ...], *, stride: int) -> Iterator[str]:
        seen: set[str] = set()
        for step in range(len(given) * len(_FAMILIES)):
            family = _FAMILIES[(step * stride + step // len(given)) % len(_FAMILIES)]
            name = f"{family} {given[step % len(given)]}"
            if name not in seen:
                seen.add(name)
                yield name


def office_address(unit: Unit, *, office: str = "") -> str:
    """Where somebody of `unit` is found: "Bộ phận Một cửa, UBND phường Hạ Đình, quận Thanh Xuân, Hà Nội"."""
    joint = " " if unit.category == "department" else ", "
    place = f"{unit.name.removesuffix(' quận')}{joint}quận Thanh Xuân, Hà Nội"
    return f"{office}, {place}" if office else place


def _head_title(unit: Unit) -> str:
    if unit.category == "ward":
        return f"Chủ tịch UBND phường {unit.short}"
    if unit.category == "school":
        return "Hiệu trưởng"
    return _HEAD_TITLES.get(unit.key, f"Trưởng {unit.name[0].lower()}{unit.name[1:]}")


def _clerk_title(unit: Unit) -> str:
    titles = {
        "ward": "Công chức Văn phòng - Thống kê",
        "department": "Chuyên viên",
        "school": "Nhân viên Văn thư",
    }
    return titles[unit.category]


@cache
def officials() -> tuple[Person, ...]:
    """Everybody with an account: the contest's own officials, the jurors, and two people a unit."""
    names, known = _Names(), {unit.key: unit for unit in units()}
    made: list[Person] = []

    def add(login: str, position: str, unit: Unit | None, *, female: bool) -> None:
        made.append(
            Person(
                key=login,
                full_name=names.draw(female=female),
                female=female,
                position=position,
                unit=unit.key if unit else None,
                address=office_address(unit) if unit else HOST_OFFICE,
                phone=f"0988000{len(made) + 1:03d}",
                login=login,
            )
        )

    add("truongban", "Phó Chủ tịch UBND quận Thanh Xuân", None, female=False)
    add("thuky", "Chuyên viên Phòng Nội vụ", known["phong-noi-vu"], female=True)
    add("quantri", "Chuyên viên Công nghệ thông tin", known["van-phong-hdnd-ubnd"], female=False)
    add("thuky2", "Chuyên viên Văn phòng HĐND và UBND quận", known["van-phong-hdnd-ubnd"], female=True)
    add("thuky3", "Chuyên viên Phòng Tư pháp", known["phong-tu-phap"], female=False)
    for index, unit_key, position, _, _ in _JURORS:
        add(f"giamkhao{index}", position, known[unit_key], female=index in _WOMEN_JURORS)
    for number, unit in enumerate(units()):
        add(f"thutruong.{unit.key}", _head_title(unit), unit, female=number % 3 == 1)
        add(f"canbo.{unit.key}", _clerk_title(unit), unit, female=number % 4 != 2)
    return tuple(made)


def official(login: str) -> Person:
    return next(person for person in officials() if person.login == login)


class AuthorBook:
    """Makes authors whose names nobody among the officials bears."""

    def __init__(self) -> None:
        self._names = _Names()
        self._taken = {person.full_name for person in officials()}
        self._made = 0

    def add(self, *, key: str, position: str, unit: Unit, office: str, female: bool) -> Person:
        name = self._names.draw(female=female)
        while name in self._taken:
            name = self._names.draw(female=female)
        self._made += 1
        return Person(
            key=key,
            full_name=name,
            female=female,
            position=position,
            unit=unit.key,
            address=office_address(unit, office=office),
            phone=f"0912000{self._made:03d}",
        )


def jurors() -> tuple[Juror, ...]:
    """The nine of the Ban Giám khảo, in the order of their logins."""
    return tuple(
        Juror(index=index, person=official(f"giamkhao{index}"), expertise=expertise, severity=severity)
        for index, _, _, expertise, severity in _JURORS
    )


def rosters() -> tuple[Roster, ...]:
    """Ban Tổ chức, Ban Giám khảo and Tổ thư ký, with the role of each member."""
    return (
        Roster("organizing_committee", "Ban Tổ chức cuộc thi", _organizing_committee()),
        Roster("jury", "Ban Giám khảo cuộc thi", _jury()),
        Roster("secretariat", "Tổ thư ký cuộc thi", _secretariat()),
    )


def _organizing_committee() -> tuple[Seat, ...]:
    members = (
        "van-phong-hdnd-ubnd",
        "phong-tu-phap",
        "phong-van-hoa-thong-tin",
        "phong-tai-chinh-ke-hoach",
        "phong-kinh-te",
    )
    return (
        Seat(official("truongban"), "Trưởng ban"),
        Seat(official("thutruong.phong-noi-vu"), "Phó Trưởng ban Thường trực"),
        *(Seat(official(f"thutruong.{unit}"), "Ủy viên") for unit in members),
    )


def _jury() -> tuple[Seat, ...]:
    roles = {1: "Trưởng Ban Giám khảo", 2: "Phó Trưởng Ban Giám khảo"}
    return tuple(Seat(juror.person, roles.get(juror.index, "Giám khảo")) for juror in jurors())


def _secretariat() -> tuple[Seat, ...]:
    return (
        Seat(official("thuky"), "Tổ trưởng"),
        Seat(official("thuky2"), "Thành viên"),
        Seat(official("thuky3"), "Thành viên"),
    )
