"""Making a programme, editing and sealing its plan, its units, people and rosters."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.accounts import service as accounts
from app.accounts.models import Invitation, User
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.journal.models import JournalEvent
from app.programmes import queries, service
from app.programmes.access import Actor
from app.programmes.drafts import PhasesDraft
from app.programmes.forms import PersonForm, UnitForm
from app.programmes.imports import check_people, check_units
from app.programmes.models import Body, Membership, PlanVersion, Role
from app.programmes.plan import Plan, sha256_of
from tests.support.contest import PLAN, Contest, make_contest, open_round
from tests.support.factories import make_user

NOW = datetime(2024, 5, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session)


@pytest.fixture
def organiser(contest: Contest) -> Actor:
    return contest.actor_of(contest.organiser)


def edited(plan: Plan, *, note: str = "gia hạn") -> Plan:
    draft = PhasesDraft.of(plan)
    return PhasesDraft([draft.phases[0] | {"note": note}, *draft.phases[1:]]).apply(plan)


def kinds(session: Session) -> list[str]:
    return list(session.exec(select(JournalEvent.kind).order_by(JournalEvent.id)).all())  # type: ignore[arg-type]


# ---- plans


def test_create_programme_makes_units_rounds_and_the_first_version(session: Session, contest: Contest) -> None:
    scene = contest.scene
    assert len(queries.list_units(session, programme_id=scene.programme_id)) == len(PLAN.units)
    assert [(r.key, r.ordinal) for r in scene.rounds] == [("written", 1)]
    assert (scene.version.number, scene.version.sha256) == (1, sha256_of(scene.version.canonical))
    assert {"programme.created", "plan.version_added"} <= set(kinds(session))


def test_create_programme_refuses_a_slug_in_use(session: Session, contest: Contest) -> None:
    with pytest.raises(Conflict):
        service.create_programme(session, plan=contest.plan, now=NOW)


def test_save_plan_adds_a_numbered_version_with_its_reason(session: Session, organiser: Actor) -> None:
    version = service.save_plan(session, actor=organiser, plan=edited(organiser.plan), now=NOW, reason=" gia hạn ")
    assert (version.number, version.reason, version.created_by) == (2, "gia hạn", organiser.user_id)
    assert version.sealed_at is None


def test_save_plan_refuses_what_changes_nothing(session: Session, organiser: Actor) -> None:
    with pytest.raises(Conflict):
        service.save_plan(session, actor=organiser, plan=organiser.plan, now=NOW, reason="x")


def test_save_plan_refuses_to_overwrite_another_editors_version(
    session: Session, contest: Contest, organiser: Actor
) -> None:
    service.save_plan(session, actor=organiser, plan=edited(organiser.plan), now=NOW, reason="x", base=1)
    late = contest.actor_of(contest.organiser)
    with pytest.raises(Conflict) as refused:
        service.save_plan(session, actor=late, plan=edited(late.plan, note="khác"), now=NOW, reason="y", base=1)
    assert "bản số 2" in str(refused.value.message)


def test_save_plan_sees_a_version_saved_after_the_scene_was_read(contest: Contest, organiser: Actor) -> None:
    late = contest.actor_of(contest.organiser)
    service.save_plan(contest.session, actor=organiser, plan=edited(organiser.plan), now=NOW, reason="x", base=1)

    with pytest.raises(Conflict):
        service.save_plan(contest.session, actor=late, plan=edited(late.plan, note="khác"), now=NOW, reason="y", base=1)


def test_save_plan_keeps_slug_and_kind(session: Session, organiser: Actor) -> None:
    with pytest.raises(Invalid):
        service.save_plan(session, actor=organiser, plan=organiser.plan.model_copy(update={"slug": "khac"}), now=NOW)


def test_opening_a_round_seals_the_plan_for_good(session: Session, contest: Contest) -> None:
    open_round(contest)
    scene = contest.scene
    assert scene.version.sealed_at is not None
    assert scene.rounds[0].plan_version_id == scene.version.id
    actor = contest.actor_of(contest.organiser)
    with pytest.raises(Conflict) as refused:
        service.save_plan(session, actor=actor, plan=edited(actor.plan), now=NOW, reason="x")
    assert "niêm phong" in str(refused.value.message)
    assert len(session.exec(select(PlanVersion)).all()) == 1


def test_opening_a_round_twice_is_refused(session: Session, contest: Contest) -> None:
    round_ = open_round(contest)
    with pytest.raises(Conflict):
        service.open_round(session, actor=contest.actor_of(contest.organiser), round_=round_, now=NOW)


def test_closing_needs_an_open_round(session: Session, contest: Contest) -> None:
    actor = contest.actor_of(contest.organiser)
    with pytest.raises(Conflict):
        service.close_round(session, actor=actor, round_=contest.round, now=NOW)
    round_ = open_round(contest)
    service.close_round(session, actor=actor, round_=round_, now=NOW + timedelta(days=60))
    with pytest.raises(Conflict):
        service.close_round(session, actor=actor, round_=round_, now=NOW + timedelta(days=61))


def test_sealed_plan_is_the_one_a_round_was_opened_under(session: Session, contest: Contest, organiser: Actor) -> None:
    service.save_plan(session, actor=organiser, plan=edited(organiser.plan), now=NOW, reason="x")
    assert service.sealed_plan(session, round_=contest.round).phases[0].note == "gia hạn"
    round_ = open_round(contest)
    assert service.sealed_plan(session, round_=round_) == contest.plan


# ---- units


def test_create_unit_makes_a_key_and_refuses_a_second_of_the_name(session: Session, organiser: Actor) -> None:
    form = UnitForm(name="Trạm Y tế phường Hạ Đình", category="department")
    assert service.create_unit(session, actor=organiser, form=form, now=NOW).key == "tram-y-te-phuong-ha-dinh"
    with pytest.raises(Conflict) as refused:
        service.create_unit(session, actor=organiser, form=form, now=NOW)
    assert set(refused.value.fields) == {"name"}


def test_create_unit_of_an_unknown_category_is_refused(session: Session, organiser: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        service.create_unit(session, actor=organiser, form=UnitForm(name="Trạm", category="làng"), now=NOW)
    assert set(refused.value.fields) == {"category"}


def test_update_unit_moves_it_in_order_and_search(session: Session, contest: Contest, organiser: Actor) -> None:
    form = UnitForm(name="UBND phường Ánh Dương", category="ward")
    service.update_unit(session, actor=organiser, unit=contest.unit, form=form, now=NOW)
    assert contest.unit.folded == "ubnd phuong anh duong"
    units = queries.list_units(session, programme_id=organiser.programme_id)
    assert [u.name for u in units if u.category == "ward"][0] == "UBND phường Ánh Dương"  # noqa: RUF015


def test_dissolved_unit_leaves_the_list_and_may_come_back(session: Session, contest: Contest, organiser: Actor) -> None:
    service.dissolve_unit(session, actor=organiser, unit=contest.unit, now=NOW)
    assert contest.unit not in queries.list_units(session, programme_id=organiser.programme_id)
    with pytest.raises(Conflict):
        service.dissolve_unit(session, actor=organiser, unit=contest.unit, now=NOW)
    service.restore_unit(session, actor=organiser, unit=contest.unit, now=NOW)
    assert contest.unit in queries.list_units(session, programme_id=organiser.programme_id)


def test_import_units_adds_only_the_new_and_faultless(session: Session, organiser: Actor) -> None:
    cells = [["Tên đơn vị", "Nhóm"], ["UBND phường Hạ Đình", "ward"], ["Trạm Y tế", "department"], ["", "ward"]]
    present = queries.list_units(session, programme_id=organiser.programme_id)
    rows = check_units(cells, plan=organiser.plan, present=present)
    made = service.import_units(session, actor=organiser, rows=rows, now=NOW)
    assert [unit.name for unit in made] == ["Trạm Y tế"]


def test_unit_of_another_programme_is_not_found(session: Session, contest: Contest) -> None:
    other = make_contest(session)
    with pytest.raises(NotFound):
        queries.get_unit(session, programme_id=other.scene.programme_id, unit_id=contest.unit.id or 0)


# ---- people


def person(**values: object) -> PersonForm:
    return PersonForm(**({"full_name": "Nguyễn Thị Thu Hương", "role": Role.JUROR} | values))  # type: ignore[arg-type]


def test_add_person_makes_an_account_and_a_link_that_works(session: Session, organiser: Actor) -> None:
    added = service.add_person(session, actor=organiser, form=person(), now=NOW)
    assert added.user.login == "huongntt"
    assert added.token is not None
    assert accounts.get_invitation(session, token=added.token, now=NOW)[1].id == added.user.id
    assert queries.get_actor(session, scene=organiser.scene, user=added.user).judges


def test_add_person_takes_the_account_there_is(session: Session, organiser: Actor) -> None:
    user = make_user(session, login="huong", full_name="Nguyễn Thị Thu Hương")
    added = service.add_person(session, actor=organiser, form=person(login="huong"), now=NOW)
    assert (added.user.id, added.token) == (user.id, None)
    assert session.exec(select(Invitation)).all() == []


def test_add_person_refuses_somebody_elses_login(session: Session, organiser: Actor) -> None:
    make_user(session, login="huong", full_name="Trần Thị Hường")
    with pytest.raises(Conflict) as refused:
        service.add_person(session, actor=organiser, form=person(login="huong"), now=NOW)
    assert set(refused.value.fields) == {"login"}


def test_add_person_of_a_unit_needs_the_unit(session: Session, contest: Contest, organiser: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        service.add_person(session, actor=organiser, form=person(role=Role.UNIT_CLERK), now=NOW)
    assert set(refused.value.fields) == {"unit"}
    added = service.add_person(
        session, actor=organiser, form=person(role=Role.UNIT_CLERK, unit=contest.unit.id), now=NOW
    )
    assert added.unit is contest.unit


def test_add_person_to_a_unit_of_another_programme_is_not_found(session: Session, organiser: Actor) -> None:
    other = make_contest(session)
    form = person(role=Role.UNIT_HEAD, unit=other.unit.id)
    with pytest.raises(NotFound):
        service.add_person(session, actor=organiser, form=form, now=NOW)


def test_nobody_gives_themselves_a_role_but_an_administrator(
    session: Session, contest: Contest, organiser: Actor
) -> None:
    with pytest.raises(Forbidden):
        service.grant_role(
            session, scene=contest.scene, user_id=organiser.user_id, role=Role.CHAIR, actor=organiser, now=NOW
        )
    admin = contest.actor_of(contest.admin)
    service.grant_role(session, scene=contest.scene, user_id=admin.user_id, role=Role.ORGANISER, actor=admin, now=NOW)
    assert contest.actor_of(contest.admin).organises


def test_grant_role_twice_changes_nothing(session: Session, contest: Contest, organiser: Actor) -> None:
    def grant() -> Membership:
        return service.grant_role(
            session, scene=contest.scene, user_id=contest.stranger.id or 0, role=Role.JUROR, actor=organiser, now=NOW
        )

    assert grant().id == grant().id


def test_revoke_role_keeps_the_last_organiser(session: Session, contest: Contest, organiser: Actor) -> None:
    rows = queries.list_members(session, programme_id=organiser.programme_id)
    [own] = [m for m, user, _ in rows if m.role == Role.ORGANISER and user.id == contest.organiser.id]
    with pytest.raises(Conflict):
        service.revoke_role(session, actor=organiser, membership=own, now=NOW)
    [clerk] = [m for m, user, _ in rows if user.id == contest.clerk.id]
    service.revoke_role(session, actor=organiser, membership=clerk, now=NOW)
    assert contest.actor_of(contest.clerk).roles == frozenset()


def test_invite_member_refuses_the_chair_who_has_a_password(
    session: Session, contest: Contest, organiser: Actor
) -> None:
    contest.chair.password_hash = "x"
    contest.clerk.password_hash = "x"
    session.flush()
    assert service.invite_member(session, actor=organiser, user=contest.clerk, now=NOW)
    with pytest.raises(Forbidden):
        service.invite_member(session, actor=organiser, user=contest.chair, now=NOW)


def test_import_people_makes_one_account_for_two_roles(session: Session, contest: Contest, organiser: Actor) -> None:
    cells = [
        ["Họ và tên", "Đơn vị", "Vai trò"],
        ["Lê Văn An", contest.unit.name, "Cán bộ"],
        ["Lê Văn An", contest.unit.name, "Thủ trưởng"],
    ]
    holders = queries.list_holders(session, programme_id=organiser.programme_id)
    rows = check_people(
        cells,
        units=[contest.unit],
        members=[h for h in holders if h.places],
        accounts={h.login: h for h in holders},
    )
    added = service.import_people(session, actor=organiser, rows=rows, now=NOW)
    assert [(a.user.login, a.role, a.token is None) for a in added] == [
        ("anlv", Role.UNIT_CLERK, False),
        ("anlv", Role.UNIT_HEAD, True),
    ]
    assert len(session.exec(select(User).where(User.login == "anlv")).all()) == 1


# ---- rosters


def names(session: Session, actor: Actor) -> list[str]:
    rows = queries.list_committee(session, programme_id=actor.programme_id, body=Body.ORGANIZING_COMMITTEE)
    return [row.full_name for row in rows]


def test_roster_is_added_to_ordered_and_shortened(session: Session, organiser: Actor) -> None:
    ids = [
        service.add_committee_member(
            session,
            actor=organiser,
            body=Body.ORGANIZING_COMMITTEE,
            full_name=name,
            position="",
            duty="",
            now=NOW,
        ).id
        for name in ("Ánh", "Bình", "Cường")
    ]
    service.move_committee_member(session, actor=organiser, member_id=ids[2] or 0, up=True, now=NOW)
    assert names(session, organiser) == ["Ánh", "Cường", "Bình"]
    service.move_committee_member(session, actor=organiser, member_id=ids[0] or 0, up=True, now=NOW)
    assert names(session, organiser) == ["Ánh", "Cường", "Bình"]
    service.remove_committee_member(session, actor=organiser, member_id=ids[0] or 0, now=NOW)
    assert names(session, organiser) == ["Cường", "Bình"]


def test_roster_of_another_programme_is_not_found(session: Session, organiser: Actor) -> None:
    other = make_contest(session)
    member = service.add_committee_member(
        session,
        actor=other.actor_of(other.organiser),
        body=Body.JURY,
        full_name="Ánh",
        position="",
        duty="",
        now=NOW,
    )
    with pytest.raises(NotFound):
        service.remove_committee_member(session, actor=organiser, member_id=member.id or 0, now=NOW)


def test_names_of_a_roster_stay_out_of_the_journal(session: Session, organiser: Actor) -> None:
    service.add_committee_member(
        session, actor=organiser, body=Body.JURY, full_name="Ánh Dương", position="", duty="", now=NOW
    )
    assert all("Ánh" not in text for text in session.exec(select(JournalEvent.canonical)).all())


def test_services_refuse_who_may_not(session: Session, contest: Contest) -> None:
    clerk = contest.actor_of(contest.clerk)
    with pytest.raises(Forbidden):
        service.save_plan(session, actor=clerk, plan=edited(clerk.plan), now=NOW)
    with pytest.raises(Forbidden):
        service.create_unit(session, actor=clerk, form=UnitForm(name="Trạm", category="ward"), now=NOW)
    with pytest.raises(Forbidden):
        service.add_person(session, actor=clerk, form=person(), now=NOW)
    with pytest.raises(Forbidden):
        service.set_clock(session, actor=clerk, shown_at=NOW, demo=True)
    organiser = contest.actor_of(contest.organiser)
    with pytest.raises(Forbidden):
        service.set_clock(session, actor=replace(organiser), shown_at=NOW, demo=False)


def test_setting_the_clock_is_in_the_journal(session: Session, contest: Contest) -> None:
    """Whoever reads the times of the other events must see when, and by whom, the clock was turned."""
    service.set_clock(session, actor=contest.actor_of(contest.organiser), shown_at=NOW, demo=True)
    event = session.exec(select(JournalEvent).where(JournalEvent.kind == "programme.clock_set")).one()
    assert event.actor_id == contest.organiser.id
    assert json.loads(event.canonical)["data"] == {"shown_at": NOW.isoformat()}
