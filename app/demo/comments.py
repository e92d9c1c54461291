"""Short remarks under a score sheet: what this idea does well or badly, and what the marks say of it."""

from collections.abc import Mapping
from random import Random

from app.demo.marks import RUBRIC
from app.demo.shapes import Entry, Juror

_PRAISE: Mapping[str, tuple[str, ...]] = {
    "novelty": ("Cách tiếp cận mới, chưa thấy trong các bài khác.", "Tính sáng tạo rõ.", "Ý tưởng lạ mà hợp lý."),
    "effectiveness": ("Lợi ích cho người dân cụ thể.", "Hiệu quả có số liệu chứng minh.", "Tác động tốt tới SIPAS."),
    "feasibility": ("Có thể làm ngay trong thẩm quyền.", "Các bước thực hiện rõ.", "Ít tốn kém, dễ bắt tay làm."),
    "replication": ("Đơn vị khác áp dụng được.", "Nên nhân rộng toàn quận.", "Mẫu biểu dùng chung được."),
    "presentation": ("Trình bày mạch lạc.", "Bài viết gọn, dễ theo dõi.", "Minh chứng đầy đủ."),
}
_DOUBT: Mapping[str, tuple[str, ...]] = {
    "novelty": ("Tính mới ở mức vừa phải.", "Cần nêu rõ khác gì cách đang làm.", "Ý tưởng có nét quen thuộc."),
    "effectiveness": ("Số liệu hiệu quả còn mỏng.", "Chưa lượng hóa hết lợi ích.", "Cần đo thêm sau khi áp dụng."),
    "feasibility": ("Nguồn lực thực hiện chưa rõ.", "Còn vướng khâu phối hợp.", "Cần dự kiến kinh phí chi tiết hơn."),
    "replication": ("Khó nhân rộng nguyên trạng.", "Phạm vi áp dụng hơi hẹp.", "Chưa bàn kỹ việc nhân rộng."),
    "presentation": ("Bố cục nên gọn hơn.", "Thiếu minh chứng kèm theo.", "Nên có bảng biểu minh họa."),
}
_OUTLIER = "Tôi cho rằng giải pháp gần với quy trình thẩm định hiện hành, tính mới và hiệu quả chưa được chứng minh."


def comment_of(entry: Entry, juror: Juror, marks: Mapping[str, int], *, outlier: bool = False) -> str:
    """One or two sentences; which ones depends on the juror, so a panel does not speak with one voice."""
    if outlier:
        return _OUTLIER
    random = Random(f"comment {entry.key} {juror.index}")
    share = {criterion: marks[criterion] / (most * 50) for criterion, most in RUBRIC.items()}
    praise = random.choice(_PRAISE[max(share, key=lambda criterion: share[criterion])])
    doubt = random.choice(_DOUBT[min(share, key=lambda criterion: share[criterion])])
    plus, minus = _sentence(entry.strength), _sentence(entry.weakness)
    choices = (f"{plus} {doubt}", f"{praise} Tuy nhiên {entry.weakness}.", plus, f"{praise} {doubt}", minus, praise)
    return choices[(juror.index + len(entry.key)) % len(choices)]


def _sentence(phrase: str) -> str:
    return f"{phrase[0].upper()}{phrase[1:]}."
