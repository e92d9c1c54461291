"""What people call the roles, the committees and the choices of a plan."""

from app.core.i18n import N_, Message
from app.programmes.models import Body, Role

ROLE_LABELS: dict[Role, Message] = {
    Role.ORGANISER: N_("Cơ quan Thường trực, Tổ thư ký"),
    Role.CHAIR: N_("Trưởng Ban Tổ chức"),
    Role.JUROR: N_("Giám khảo"),
    Role.UNIT_HEAD: N_("Thủ trưởng đơn vị"),
    Role.UNIT_CLERK: N_("Cán bộ đầu mối của đơn vị"),
}

BODY_LABELS: dict[Body, Message] = {
    Body.ORGANIZING_COMMITTEE: N_("Ban Tổ chức"),
    Body.JURY: N_("Ban Giám khảo"),
    Body.SECRETARIAT: N_("Tổ thư ký"),
}

AGGREGATE_LABELS: dict[str, Message] = {
    "mean": N_("Trung bình cộng điểm của các giám khảo"),
    "median": N_("Trung vị điểm của các giám khảo"),
    "trimmed_mean": N_("Trung bình cộng sau khi bỏ điểm cao nhất và thấp nhất"),
}

GAP_THEN_LABELS: dict[str, Message] = {
    "report": N_("Báo cáo Ban Tổ chức, không chấm lại"),
    "further_marking": N_("Chấm thêm một lượt độc lập"),
}

GAP_OUTCOME_LABELS: dict[str, Message] = {
    "mean_of_all": N_("Lấy trung bình tất cả các điểm"),
    "mean_of_two_closest": N_("Lấy trung bình hai điểm gần nhau nhất"),
    "replace_farthest": N_("Điểm chấm thêm thay cho điểm lệch xa nhất"),
    "further_official": N_("Điểm chấm thêm là điểm chính thức"),
    "drop_high_low": N_("Bỏ điểm cao nhất và thấp nhất"),
}
