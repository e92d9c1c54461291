"""The units of quận Thanh Xuân in 2024: eleven wards, the departments, and schools that do not exist."""

from app.demo.shapes import Unit

_WARDS = (
    ("ha-dinh", "Hạ Đình"),
    ("khuong-dinh", "Khương Đình"),
    ("khuong-mai", "Khương Mai"),
    ("khuong-trung", "Khương Trung"),
    ("kim-giang", "Kim Giang"),
    ("nhan-chinh", "Nhân Chính"),
    ("phuong-liet", "Phương Liệt"),
    ("thanh-xuan-bac", "Thanh Xuân Bắc"),
    ("thanh-xuan-nam", "Thanh Xuân Nam"),
    ("thanh-xuan-trung", "Thanh Xuân Trung"),
    ("thuong-dinh", "Thượng Đình"),
)

_DEPARTMENTS = (
    ("van-phong-hdnd-ubnd", "Văn phòng HĐND và UBND quận", "Văn phòng"),
    ("phong-noi-vu", "Phòng Nội vụ", "Nội vụ"),
    ("phong-tu-phap", "Phòng Tư pháp", "Tư pháp"),
    ("phong-van-hoa-thong-tin", "Phòng Văn hóa và Thông tin", "Văn hóa - Thông tin"),
    ("phong-tai-chinh-ke-hoach", "Phòng Tài chính - Kế hoạch", "Tài chính - Kế hoạch"),
    ("phong-kinh-te", "Phòng Kinh tế", "Kinh tế"),
    ("phong-quan-ly-do-thi", "Phòng Quản lý đô thị", "Quản lý đô thị"),
    ("phong-tai-nguyen-moi-truong", "Phòng Tài nguyên và Môi trường", "Tài nguyên - Môi trường"),
    ("phong-giao-duc-dao-tao", "Phòng Giáo dục và Đào tạo", "Giáo dục - Đào tạo"),
    ("phong-lao-dong-thuong-binh-xa-hoi", "Phòng Lao động - Thương binh và Xã hội", "Lao động - TBXH"),
    ("phong-y-te", "Phòng Y tế", "Y tế"),
    ("thanh-tra-quan", "Thanh tra quận", "Thanh tra"),
    ("ban-quan-ly-du-an", "Ban Quản lý dự án đầu tư xây dựng quận", "Ban Quản lý dự án"),
    ("trung-tam-van-hoa-the-thao", "Trung tâm Văn hóa - Thông tin và Thể thao quận", "Trung tâm VH-TT-TT"),
    ("doi-trat-tu-xay-dung", "Đội Quản lý trật tự xây dựng đô thị quận", "Đội Trật tự xây dựng"),
)

# The schools say "(mẫu)", sample, in their names so that nobody looks for them.
_SCHOOLS = (
    ("thcs-hoa-ban", "THCS Hoa Ban"),
    ("thcs-phong-lan", "THCS Phong Lan"),
    ("thcs-thach-thao", "THCS Thạch Thảo"),
    ("thcs-hoa-sua", "THCS Hoa Sữa"),
    ("tieu-hoc-huong-duong", "Tiểu học Hướng Dương"),
    ("tieu-hoc-bang-lang", "Tiểu học Bằng Lăng"),
    ("mam-non-vanh-khuyen", "Mầm non Vành Khuyên"),
    ("mam-non-hoa-cuc", "Mầm non Hoa Cúc"),
)


def units() -> tuple[Unit, ...]:
    """Every unit, wards first, in the order in which the plan lists them."""
    wards = (Unit(key, f"UBND phường {short}", "ward", short) for key, short in _WARDS)
    departments = (Unit(key, name, "department", short) for key, name, short in _DEPARTMENTS)
    schools = (Unit(key, f"Trường {short} (mẫu)", "school", short) for key, short in _SCHOOLS)
    return (*wards, *departments, *schools)
