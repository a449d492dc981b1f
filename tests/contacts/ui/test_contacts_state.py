"""The contact list as an open tab sees it (CON-3, USR-3), through the whole pipeline."""

from collections.abc import Callable
from datetime import datetime

import pytest

from crm_app.contacts.ui.contacts_state import LONGEST, PAGE, Contacts, palette_hits
from crm_app.contacts.ui.filters_state import ListFilters
from crm_app.contacts.ui.views_state import ListViews
from crm_app.core import clock, db
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, ContactTag, Tag, User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Lovelace")


def _make(*names: str, **values: object) -> list[Contact]:
    with db.unit_of_work() as session:
        return [factories.contact(session, name=name, **values) for name in names]


def _names(tab: Tab) -> list[str]:
    return [row.name for row in tab.see(Contacts).rows]


def test_con3_the_page_shows_the_list(ada: User, open_tab: Open) -> None:
    _make("Ben", "Anna", owner_id=ada.id)
    tab = open_tab(ada, "/contacts").fire(Contacts.load)
    seen = tab.see(Contacts)
    assert _names(tab) == ["Anna", "Ben"]
    assert (seen.total, seen.more, seen.loading) == (2, False, False)
    row = seen.rows[0]
    assert (row.initials, row.kind_name, row.owner, row.owner_initials) == (
        "A",
        "Lead",
        "Ada Lovelace",
        "AL",
    )
    assert seen.options["owners"][:2] == [
        {"value": str(ada.id), "label": "Ada Lovelace (me)"},
        {"value": "0", "label": "Without owner"},
    ]


def test_usr3_a_stranger_gets_nothing(ada: User, open_tab: Open) -> None:
    _make("Anna")
    for handler in (Contacts.load, Contacts.follow, Contacts.load_more, Contacts.clear):
        tab = open_tab(None, "/contacts").fire(handler)
        assert vars(tab.see(Contacts)) == {}


def test_usr3_a_member_sees_only_what_is_his_to_see(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
    _make("Ada's", owner_id=ada.id)
    _make("Nobody's")
    tab = open_tab(ben, "/contacts").fire(Contacts.load)
    assert _names(tab) == ["Nobody's"]
    assert tab.see(Contacts).total == 1


def test_con3_search_filters_and_order(ada: User, open_tab: Open) -> None:
    _make("Anna", "Bernd", owner_id=ada.id)
    _make("Ännchen")
    _make("Anna GmbH", kind=ContactKind.COMPANY)
    tab = open_tab(ada, "/contacts").fire(Contacts.load)
    assert _names(tab.fire(Contacts.look, text="ann")) == ["Anna", "Anna GmbH", "Ännchen"]
    assert tab.see(Contacts).filtered
    nobodys = tab.fire(ListFilters.pick, name="owners", value="0")
    assert _names(nobodys) == ["Anna GmbH", "Ännchen"]
    assert tab.see(Contacts).said == {"owners": "Without owner"}
    assert _names(tab.fire(ListViews.set_view, view="company")) == ["Anna GmbH"]
    assert _names(tab.fire(ListViews.set_view, view="all")) == ["Anna GmbH", "Ännchen"]
    assert _names(tab.fire(Contacts.set_sort, sort="-name")) == ["Ännchen", "Anna GmbH"]
    tab.fire(Contacts.clear)
    assert len(_names(tab)) == 4
    assert not tab.see(Contacts).filtered
    assert "contacts_search" in tab.said


def test_con3_filter_by_tag(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        tagged = factories.contact(session, name="Anna")
        tag = Tag(name="VIP", key="vip")
        session.add(tag)
        session.flush()
        session.add(ContactTag(contact_id=tagged.id or 0, tag_id=tag.id or 0))
    _make("Ben")
    tab = open_tab(ada, "/contacts").fire(Contacts.load)
    assert tab.see(Contacts).options["tags"] == [{"value": "VIP", "label": "VIP"}]
    assert _names(tab.fire(ListFilters.pick, name="tags", value="VIP")) == ["Anna"]
    assert tab.see(Contacts).rows[0].tags == ["VIP"]
    assert _names(tab.fire(ListFilters.give, name="tags_how", value="none")) == ["Ben"]
    assert tab.see(Contacts).said == {"tags": "has none of VIP"}
    assert _names(tab.fire(ListFilters.remove, key="tags")) == ["Anna", "Ben"]


@pytest.mark.parametrize(
    ("handler", "payload"),
    [
        (ListViews.set_view, {"view": "robots"}),
        (ListFilters.pick, {"name": "owners", "value": "1 OR 1=1"}),
        (ListFilters.pick, {"name": "nothing", "value": "1"}),
        (ListFilters.give, {"name": "rows", "value": "1"}),
        (ListFilters.give, {"name": "company_id", "value": "x"}),
        (ListFilters.give, {"name": "created_from", "value": "yesterday"}),
        (ListFilters.open_filter, {"key": "rows", "opened": True}),
        (Contacts.set_sort, {"sort": "id; DROP TABLE contact"}),
        (Contacts.turn, {"column": "id"}),
        (Contacts.choose, {"contact_id": 10**6, "through": True}),
    ],
)
def test_q1_made_up_choices_are_ignored(
    ada: User, open_tab: Open, handler: object, payload: dict[str, str]
) -> None:
    _make("Anna")
    tab = open_tab(ada, "/contacts").fire(Contacts.load).fire(handler, **payload)
    assert _names(tab) == ["Anna"]


def test_con3_a_click_on_a_head_sorts_and_turns_round(ada: User, open_tab: Open) -> None:
    _make("Anna", "Ben")
    tab = open_tab(ada, "/contacts").fire(Contacts.load)
    assert _names(tab.fire(Contacts.turn, column="name")) == ["Ben", "Anna"]
    assert _names(tab.fire(Contacts.turn, column="name")) == ["Anna", "Ben"]
    assert tab.fire(Contacts.turn, column="changed").see(Contacts).sort == "-changed"
    assert tab.fire(Contacts.turn, column="changed").see(Contacts).sort == "changed"


def test_con3_rows_are_ticked_one_by_one_between_and_all(ada: User, open_tab: Open) -> None:
    made = _make(*"ABCDE")
    ids = [row.id for row in made]
    tab = open_tab(ada, "/contacts").fire(Contacts.load)

    def tick(place: int, *, through: bool = False) -> list[int]:
        tab.fire(Contacts.choose, contact_id=ids[place], through=through)
        return sorted(tab.see(Contacts).chosen)

    assert tick(1) == [ids[1]]
    assert tick(3, through=True) == ids[1:4]
    assert tick(2) == [ids[1], ids[3]]
    assert sorted(tab.fire(Contacts.choose_shown).see(Contacts).chosen) == ids
    assert tab.fire(Contacts.choose_all).see(Contacts).all_fit
    assert tick(0) == ids[1:]
    assert not tab.see(Contacts).all_fit
    assert tab.fire(Contacts.choose_none).see(Contacts).chosen == []
    tick(0)
    assert tab.fire(Contacts.look, text="B").see(Contacts).chosen == []


def test_con3_filters_by_days_company_and_own_fields(ada: User, open_tab: Open) -> None:
    (firm,) = _make("Firm", kind=ContactKind.COMPANY)
    _make("Anna", company_id=firm.id, custom={"Size": "M"})
    _make("Fresh", created_at=clock.now())
    tab = open_tab(ada, "/contacts").fire(Contacts.load)
    tab.fire(ListFilters.open_filter, key="company", opened=True)
    assert (tab.see(ListFilters).editing, tab.see(ListFilters).added) == ("company", "company")
    found = tab.fire(ListFilters.look_for_company, text="fi").see(ListFilters).companies
    assert found == [{"value": str(firm.id), "label": "Firm"}]
    tab.fire(ListFilters.set_company, company_id=str(firm.id), name="Firm")
    assert (_names(tab), tab.see(Contacts).said) == (["Anna"], {"company": "Firm"})
    tab.fire(ListFilters.open_filter, key="company", opened=False)
    assert tab.see(ListFilters).editing == ""
    tab.fire(ListFilters.remove, key="company").fire(
        ListFilters.open_filter, key="custom", opened=True
    )
    assert tab.see(ListFilters).own_fields == [{"value": "Size", "label": "Size"}]
    for name, value in (("custom_key", "Size"), ("custom_how", "is"), ("custom_value", "m")):
        tab.fire(ListFilters.give, name=name, value=value)
    assert (_names(tab), tab.see(Contacts).said) == (["Anna"], {"custom": "Size is m"})
    tab.fire(Contacts.clear).fire(ListFilters.give, name="created", value="7")
    assert (_names(tab), tab.see(Contacts).said) == (["Fresh"], {"created": "Last 7 days"})
    tab.fire(ListFilters.give, name="created_to", value="2026-01-02")
    assert tab.see(Contacts).given["created"] == "range"
    assert _names(tab) == ["Anna", "Firm"]


def test_con3_more_rows_come_below_and_stay_when_something_changes(
    ada: User, open_tab: Open
) -> None:
    _make(*(f"Lead {number:03}" for number in range(PAGE + 20)))
    tab = open_tab(ada, "/contacts").fire(Contacts.load)
    assert (len(_names(tab)), tab.see(Contacts).more) == (PAGE, True)
    tab.fire(Contacts.load_more)
    assert (len(_names(tab)), tab.see(Contacts).more) == (PAGE + 20, False)
    tab.fire(Contacts.load_more)
    assert len(_names(tab)) == PAGE + 20
    _make("Aaron")
    tab.fire(Contacts.follow)
    assert _names(tab)[0] == "Aaron"
    assert len(_names(tab)) == PAGE + 20
    assert PAGE + 20 < LONGEST


def test_q2_deleted_contacts_are_listed_and_come_back(ada: User, open_tab: Open) -> None:
    (gone,) = _make("Gone", deleted_at=factories.LONG_AGO)
    tab = open_tab(ada, "/contacts").fire(Contacts.load).fire(ListViews.set_view, view="deleted")
    assert _names(tab) == ["Gone"]
    tab.fire(Contacts.restore, contact_id=gone.id)
    assert "cannot be brought back" in tab.said
    (fresh,) = _make("Fresh", deleted_at=_just_now())
    tab.fire(Contacts.restore, contact_id=fresh.id)
    assert "back" in tab.said
    with db.reading() as session:
        assert session.get_one(Contact, fresh.id).deleted_at is None


def test_usr3_a_member_cannot_bring_back_what_he_may_not_change(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
    (gone,) = _make("Gone", owner_id=ada.id, deleted_at=_just_now())
    tab = open_tab(ben, "/contacts").fire(Contacts.restore, contact_id=gone.id)
    assert "does not exist" in tab.said
    with db.reading() as session:
        assert session.get_one(Contact, gone.id).deleted_at is not None


def _just_now() -> datetime:
    return clock.now()


def test_con3_the_list_speaks_the_users_language_and_zone(lite: str, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        ute = factories.admin(session, locale="de", time_zone="Europe/Berlin")
    _make("Anna")
    row = open_tab(ute, "/contacts").fire(Contacts.load).see(Contacts).rows[0]
    assert row.changed_full.startswith("1. Januar 2026")


def test_con3_the_palette_finds_contacts_that_may_be_seen(ada: User) -> None:
    _make("Anna Ek", owner_id=ada.id)
    with db.unit_of_work() as session:
        ben = factories.user(session)
        (hit,) = palette_hits(session, factories.actor(ada), "ek")
        assert hit.label == "Anna Ek"
        assert hit.href.startswith("/contacts/")
        assert palette_hits(session, factories.actor(ben), "ek") == []
