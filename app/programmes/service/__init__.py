"""What changes a programme: its plan and rounds, its units, its people, its rosters, the clock of a demonstration."""

from app.programmes.service.clock import set_clock, turn_clock
from app.programmes.service.people import (
    AddedPerson,
    RoleChange,
    add_person,
    grant_role,
    import_people,
    invite_member,
    revoke_role,
    watch_roles,
)
from app.programmes.service.plans import close_round, create_programme, open_round, save_plan, sealed_plan
from app.programmes.service.rosters import add_committee_member, move_committee_member, remove_committee_member
from app.programmes.service.units import (
    add_unit,
    create_unit,
    dissolve_unit,
    import_units,
    restore_unit,
    update_unit,
)

__all__ = [
    "AddedPerson",
    "RoleChange",
    "add_committee_member",
    "add_person",
    "add_unit",
    "close_round",
    "create_programme",
    "create_unit",
    "dissolve_unit",
    "grant_role",
    "import_people",
    "import_units",
    "invite_member",
    "move_committee_member",
    "open_round",
    "remove_committee_member",
    "restore_unit",
    "revoke_role",
    "save_plan",
    "sealed_plan",
    "set_clock",
    "turn_clock",
    "update_unit",
    "watch_roles",
]
