"""USR-3 and USR-4: one's own profile and time off, the workspace's settings, the audit log."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlmodel import Session, select

from crm_app.accounts import audit, jobs, queries, rate, service
from crm_app.core import access, db
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotAllowed, NotFound
from crm_app.core.hours import Hours
from crm_app.models import AuditEntry, RateWindow, TimeOff, User
from tests import factories
from tests.accounts.people import DAY, NOW, actions, founder


@pytest.fixture
def anna(session: Session) -> User:
    return founder(session)


@pytest.fixture
def ben(session: Session, anna: User) -> User:
    user: User = factories.user(session, slug="ben")
    return user


HOURS = {"weekly": {"0": [[540, 720], [780, 1020]]}, "overrides": {"2026-12-24": []}}


def test_usr4_a_user_describes_himself(session: Session, ben: User) -> None:
    service.update_profile(
        session,
        factories.actor(ben),
        ben,
        name=" Ben  Kowalski ",
        slug="ben-k",
        time_zone="America/New_York",
        locale="it",
        signature="Ben\nTandem",
        hours=HOURS,
        day_cap="8",
        week_cap="",
        color=3,
    )
    session.expire_all()
    assert (ben.name, ben.slug, ben.time_zone, ben.locale) == (
        "Ben Kowalski",
        "ben-k",
        "America/New_York",
        "it",
    )
    assert (ben.signature, ben.day_cap, ben.week_cap, ben.color) == ("Ben\nTandem", 8, None, 3)
    assert ben.hours == HOURS
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "user.profile")).one()
    assert entry.subject_id == ben.id
    assert "signature" in entry.detail["fields"]


def test_usr4_hours_are_taken_as_an_object_too(session: Session, ben: User) -> None:
    service.update_profile(session, factories.actor(ben), ben, hours=Hours({1: ((600, 700),)}))
    assert ben.hours == {"weekly": {"1": [[600, 700]]}, "overrides": {}}


def test_usr4_nothing_is_changed_when_something_is_wrong(session: Session, ben: User) -> None:
    with pytest.raises(Invalid) as raised:
        service.update_profile(
            session, factories.actor(ben), ben, name="New", slug="../x", time_zone="Mars", day_cap=0
        )
    assert set(raised.value.fields) == {"slug", "time_zone", "day_cap"}
    assert ben.name != "New"


def test_usr4_a_slug_belongs_to_one(session: Session, anna: User, ben: User) -> None:
    with pytest.raises(Invalid) as raised:
        service.update_profile(session, factories.actor(ben), ben, slug=anna.slug.upper())
    assert set(raised.value.fields) == {"slug"}
    service.update_profile(session, factories.actor(ben), ben, slug="ben")


@pytest.mark.parametrize("field", ["role", "email", "password_hash", "active", "id"])
def test_usr3_a_profile_changes_neither_rights_nor_secrets(
    session: Session, ben: User, field: str
) -> None:
    with pytest.raises(TypeError):
        service.update_profile(session, factories.actor(ben), ben, **{field: "admin"})


def test_usr3_profiles_are_ones_own_or_an_administrators(
    session: Session, anna: User, ben: User
) -> None:
    cleo = factories.user(session)
    for actor in (factories.actor(cleo), access.visitor()):
        with pytest.raises(NotFound):
            service.update_profile(session, actor, ben, name="X")
        with pytest.raises(NotFound):
            queries.get_user_to_manage(session, actor, ben.id or 0)
    service.update_profile(session, factories.actor(anna), ben, name="Benedikt")
    assert ben.name == "Benedikt"


def test_usr3_colleagues_see_each_other_and_visitors_nobody(
    session: Session, anna: User, ben: User
) -> None:
    actor = factories.actor(ben)
    assert queries.get_user(session, actor, anna.id or 0) is anna
    assert queries.list_users(session, actor) == [anna, ben]
    with pytest.raises(NotFound):
        queries.get_user(session, access.visitor(), anna.id or 0)
    with pytest.raises(NotFound):
        queries.list_users(session, access.visitor())
    for wrong in (0, -5, 99_999, 10**40):
        with pytest.raises(NotFound):
            queries.get_user(session, actor, wrong)


def test_usr4_time_off_is_kept_in_utc(session: Session, ben: User) -> None:
    actor = factories.actor(ben)
    east = timezone(timedelta(hours=2))
    row = service.add_time_off(
        session,
        actor,
        ben,
        starts_at=datetime(2026, 12, 24, 0, 0, tzinfo=east),
        ends_at=datetime(2026, 12, 27, 0, 0, tzinfo=east),
        reason="Family",
    )
    session.expire_all()
    assert row.starts_at == datetime(2026, 12, 23, 22, 0, tzinfo=UTC)
    assert queries.list_time_off(session, actor, ben.id or 0, since=NOW) == [row]
    assert queries.list_time_off(session, actor, ben.id or 0, since=NOW + 60 * DAY) == []
    service.remove_time_off(session, actor, queries.get_time_off(session, actor, row.id or 0))
    assert session.exec(select(TimeOff)).all() == []
    assert actions(session)[-2:] == ["time_off.added", "time_off.removed"]


@pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=-1), 800 * DAY])
def test_usr4_time_off_has_a_sensible_length(
    session: Session, ben: User, length: timedelta
) -> None:
    with pytest.raises(Invalid) as raised:
        service.add_time_off(
            session, factories.actor(ben), ben, starts_at=NOW, ends_at=NOW + length
        )
    assert set(raised.value.fields) == {"ends_at"}


def test_usr3_time_off_and_its_reasons_are_private(session: Session, anna: User, ben: User) -> None:
    cleo = factories.actor(factories.user(session))
    row = service.add_time_off(
        session, factories.actor(anna), ben, starts_at=NOW, ends_at=NOW + DAY, reason="Hospital"
    )
    for act in (
        lambda: queries.list_time_off(session, cleo, ben.id or 0),
        lambda: queries.get_time_off(session, cleo, row.id or 0),
        lambda: service.remove_time_off(session, cleo, row),
        lambda: service.add_time_off(session, cleo, ben, starts_at=NOW, ends_at=NOW + DAY),
        lambda: queries.list_identities(session, cleo, ben.id or 0),
    ):
        with pytest.raises(NotFound):
            act()
    assert session.exec(select(TimeOff)).one() is row


def test_own1_the_two_switches_are_kept(session: Session, anna: User) -> None:
    actor = queries.actor_of(anna)
    workspace = queries.get_workspace(session)
    assert (workspace.assign_owner_on_booking, workspace.keep_existing_owner) == (True, True)
    service.update_workspace(
        session, actor, assign_owner_on_booking=False, keep_existing_owner=False
    )
    session.expire_all()
    workspace = queries.get_workspace(session)
    assert (workspace.assign_owner_on_booking, workspace.keep_existing_owner) == (False, False)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "workspace.changed")).one()
    assert entry.detail["keep_existing_owner"] is False


def test_syn13_the_mail_servers_password_is_encrypted_and_never_logged(
    session: Session, anna: User
) -> None:
    url = "smtps://team:s3cret@mail.example:465"
    service.update_workspace(session, queries.actor_of(anna), smtp_url=url)
    session.commit()
    stored = session.connection().exec_driver_sql("SELECT smtp_url FROM workspace").scalar_one()
    assert "s3cret" not in stored
    assert "s3cret" not in str([row.detail for row in session.exec(select(AuditEntry))])
    session.expire_all()
    assert queries.get_workspace(session).smtp_url == url
    service.update_workspace(session, queries.actor_of(anna), smtp_url="")
    assert queries.get_workspace(session).smtp_url is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("time_zone", "Mars"),
        ("locale", "fr"),
        ("assign_owner_on_booking", "yes"),
        ("when_unreachable", "explode"),
        ("smtp_url", "https://mail.example"),
        ("accent", "red"),
        ("logo_path", "../../secret.key"),
        ("privacy_url", "javascript:alert(1)"),
        ("mail_from", "nobody"),
    ],
)
def test_q1_workspace_settings_are_checked(
    session: Session, anna: User, field: str, value: Any
) -> None:
    with pytest.raises(Invalid) as raised:
        service.update_workspace(session, queries.actor_of(anna), **{field: value})
    assert set(raised.value.fields) == {field}


def test_usr3_members_do_not_change_the_workspace(session: Session, ben: User) -> None:
    for actor in (factories.actor(ben), access.visitor()):
        with pytest.raises(NotAllowed):
            service.update_workspace(session, actor, name="Mine")


def test_usr1_there_is_no_workspace_before_the_set_up(session: Session) -> None:
    with pytest.raises(NotFound):
        queries.get_workspace(session)
    assert (queries.workspace_name(session), queries.home_locale(session)) == ("", "en")


def test_q5_administrators_search_the_audit_log(session: Session, anna: User, ben: User) -> None:
    actor = queries.actor_of(anna)
    for number in range(3):
        audit.record(
            session,
            factories.actor(ben),
            "contact.deleted",
            subject_kind="contact",
            subject_id=number,
        )
    audit.record(session, access.system("sync"), "100%_real", token="abc", note="x?token=abc")
    session.flush()
    found = queries.search_audit(session, actor, action="contact.", limit=2)
    assert [entry.subject_id for entry in found] == [2, 1]
    rest = queries.search_audit(session, actor, action="contact.", before_id=found[-1].id)
    assert [entry.subject_id for entry in rest] == [0]
    assert len(queries.search_audit(session, actor, user_id=ben.id)) == 3
    assert len(queries.search_audit(session, actor, text=f"{ben.name} DELETED")) == 3
    (entry,) = queries.search_audit(session, actor, text="100%_")
    assert "abc" not in str(entry.detail)
    now = entry.at
    assert queries.search_audit(session, actor, since=now + DAY) == []
    assert queries.search_audit(session, actor, until=now - DAY) == []


def test_q5_nobody_else_reads_the_audit_log(session: Session, ben: User) -> None:
    for actor in (factories.actor(ben), access.visitor()):
        with pytest.raises(NotAllowed):
            queries.search_audit(session, actor)
        with pytest.raises(NotAllowed):
            queries.list_sign_in_providers(session, actor)


def test_the_daily_job_forgets_what_is_over(lite: str) -> None:
    with db.unit_of_work() as session:
        rate.allow(session, "x", 5, DAY, datetime(2020, 1, 1, tzinfo=UTC))
    jobs.tidy()
    jobs.tidy()
    with db.reading() as session:
        assert session.exec(select(RateWindow)).all() == []


def test_actor_for_the_system_reads_the_team(session: Session, anna: User) -> None:
    actor: Actor = access.system("job")
    assert queries.list_users(session, actor) == [anna]
