"""USR-2 and USR-4 on Settings > Profile: what a user says of himself, his address, his password."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from crm_app.accounts import passwords, sessions
from crm_app.accounts.ui.access_state import Access
from crm_app.accounts.ui.profile_state import Profile, time_in
from crm_app.accounts.ui.zone_field import resolved
from crm_app.core import clock, db
from crm_app.models import AuditEntry, User, UserSession
from crm_app.ui.shell import Shell
from crm_app.ui.words import Words
from tests import factories
from tests.accounts.people import PASSWORD
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
NEW = "nineteen green turtles"


def stored(user: User) -> User:
    with db.reading() as session:
        return session.get_one(User, user.id)


def typed(tab: Tab, **values: str) -> Tab:
    for name, value in values.items():
        tab.fire(Profile.set_field, name=name, value=value)
    return tab


def test_usr4_the_form_shows_what_stands_and_where_one_can_be_booked(
    open_tab: OpenTab, ben: User
) -> None:
    with db.unit_of_work() as session:
        factories.calendar(session, ben, slug="advice", name="Advice")
        factories.calendar(session, ben, slug="closed", name="Closed", active=False)
        factories.calendar(session, slug="others", name="Of others")
    seen = open_tab(ben, "/settings/profile").fire(Profile.load).see(Profile)
    assert seen.form["name"] == "Ben Nowak"
    assert seen.initials == "BN"
    assert seen.links == [{"name": "Advice", "begin": "https://crm.example/cal/advice/"}]
    assert not seen.changed


def test_usr4_a_user_saves_his_profile_and_the_zone_may_be_typed_freely(
    open_tab: OpenTab, ben: User
) -> None:
    tab = open_tab(ben).fire(Profile.load)
    typed(tab, name="Ben N", slug="bn", time_zone="new york", signature="Bye", color="7")
    assert tab.see(Profile).changed
    tab.fire(Profile.save)
    assert "Saved." in tab.said
    assert not tab.see(Profile).changed
    user = stored(ben)
    assert (user.name, user.slug, user.time_zone) == ("Ben N", "bn", "America/New_York")
    assert (user.signature, user.color) == ("Bye", 7)
    assert tab.see(Shell).name == "Ben N"


def test_usr4_a_new_language_counts_at_once(
    open_tab: OpenTab, ben: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = open_tab(ben).fire(Profile.load)
    typed(tab, locale="de").fire(Profile.save)
    assert tab.see(Words).locale == "de"
    assert re.search(r"documentElement\.lang = \\*'de", tab.said)


def test_q1_what_is_wrong_is_marked_and_what_was_typed_stays(
    open_tab: OpenTab, ben: User, ada: User
) -> None:
    tab = open_tab(ben).fire(Profile.load)
    typed(tab, name=" ", slug="Not a slug", time_zone="Atlantis", color="99").fire(Profile.save)
    seen = tab.see(Profile)
    assert set(seen.errors) == {"name", "slug", "time_zone", "color"}
    assert seen.form["slug"] == "Not a slug"
    assert seen.form["time_zone"] == "Atlantis"
    assert "aria-invalid" in tab.said
    typed(tab, name="Ben", slug="ada", time_zone="Europe/Rome", color="1").fire(Profile.save)
    assert set(tab.see(Profile).errors) == {"slug"}
    assert stored(ben).slug == "ben"


def test_usr4_discarding_brings_back_what_stands(open_tab: OpenTab, ben: User) -> None:
    tab = typed(open_tab(ben).fire(Profile.load), name="Somebody").fire(Profile.load)
    assert tab.see(Profile).form["name"] == "Ben Nowak"
    assert not tab.see(Profile).changed


def test_usr4_fields_that_are_not_on_the_form_cannot_be_typed(open_tab: OpenTab, ben: User) -> None:
    typed(open_tab(ben).fire(Profile.load), role="admin", password_hash="x").fire(Profile.save)
    assert stored(ben).role == "member"


def test_the_zone_field_understands_places_and_leaves_riddles_alone() -> None:
    assert resolved("europe/warsaw") == "Europe/Warsaw"
    assert resolved(" los  angeles ") == "America/Los_Angeles"
    assert resolved("Atlantis") == "Atlantis"
    assert time_in("en", "Atlantis") == ""
    assert ":" in time_in("en", "Asia/Tokyo")


def test_usr2_a_new_password_signs_all_other_browsers_out(open_tab: OpenTab, ben: User) -> None:
    with db.unit_of_work() as session:
        sessions.create(session, ben, now=clock.now())
    tab = open_tab(ben).fire(Access.open, dialog="password")
    tab.fire(Access.change_password, form={"present": PASSWORD, "new": NEW})
    assert "Your password is changed" in tab.said
    assert tab.see(Access).dialog == ""
    assert passwords.verify(stored(ben).password_hash, NEW)
    with db.reading() as session:
        assert len(session.exec(select(UserSession)).all()) == 1
    assert tab.fire(Access.load).see(Access).email == ben.email


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"present": "wrong", "new": NEW}, "present"),
        ({"present": PASSWORD, "new": "short"}, "new"),
        ({}, "present"),
    ],
)
def test_q1_a_password_that_cannot_be_is_marked_and_the_dialog_stays(
    open_tab: OpenTab, ben: User, form: dict[str, Any], field: str
) -> None:
    tab = open_tab(ben).fire(Access.open, dialog="password")
    tab.fire(Access.change_password, form=form)
    assert set(tab.see(Access).errors) == {field}
    assert tab.see(Access).dialog == "password"
    assert passwords.verify(stored(ben).password_hash, PASSWORD)


def test_usr2_no_password_stays_in_the_tab(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben).fire(Access.load)
    tab.fire(Access.change_password, form={"present": PASSWORD, "new": "short"})
    tab.fire(Access.change_email, form={"email": "b@team.example", "password": PASSWORD})
    assert PASSWORD not in str(tab.held)
    assert "argon2" not in str(tab.held)


def test_usr2_guessing_ones_present_password_is_counted(open_tab: OpenTab, ben: User) -> None:
    tab = open_tab(ben)
    for _ in range(5):
        tab.fire(Access.change_password, form={"present": "guess", "new": NEW})
    tab.fire(Access.change_password, form={"present": PASSWORD, "new": NEW})
    assert "Too many attempts" in tab.said
    assert passwords.verify(stored(ben).password_hash, PASSWORD)


def test_usr2_another_address_needs_the_password(open_tab: OpenTab, ben: User, ada: User) -> None:
    tab = open_tab(ben).fire(Access.open, dialog="email")
    tab.fire(Access.change_email, form={"email": "ben@new.example", "password": "wrong"})
    assert set(tab.see(Access).errors) == {"password"}
    tab.fire(Access.change_email, form={"email": ada.email, "password": PASSWORD})
    assert set(tab.see(Access).errors) == {"email"}
    tab.fire(Access.change_email, form={"email": "ben@new.example", "password": PASSWORD})
    assert "ben@new.example" in tab.said
    assert stored(ben).email == "ben@new.example"
    assert tab.see(Shell).email == "ben@new.example"


def test_usr2_who_has_no_password_gets_a_link(open_tab: OpenTab, ben: User) -> None:
    with db.unit_of_work() as session:
        session.get_one(User, ben.id).password_hash = None
    tab = open_tab(ben).fire(Access.load)
    assert not tab.see(Access).has_password
    tab.fire(Access.send_link)
    assert ben.email in tab.said
    with db.reading() as session:
        asked = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert asked is not None
    assert asked.action == "user.reset_sent"


def test_a_stranger_gets_nothing(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(None, "/settings/profile")
    tab.fire(Profile.load)
    assert "/login" in tab.said
    tab.fire(Access.change_password, form={"present": PASSWORD, "new": NEW})
    assert "/login" in tab.said
    assert "Ada" not in str(tab.held)
