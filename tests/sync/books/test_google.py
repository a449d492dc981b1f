"""The whole way against Google's contacts: written, followed, broken and recovered (SCT-2, SCT-5,
SCT-7, SCT-8)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm_app import models
from crm_app.core import clock, db
from crm_app.core.kinds import AccountPurpose, AccountState, CardLinkState, LinkEnd
from crm_app.core.settings import get_settings
from crm_app.sync.books import accounts
from tests.servers.google import Fault, GooglePeople, GoogleService
from tests.servers.google.people_owner import edit, expire_tokens, label, put, rename, seed
from tests.sync import abroad
from tests.sync.books import rig
from tests.sync.books.rig import Holder, change, contact, emails, phones

pytestmark = pytest.mark.usefixtures("database")

LIST = "people.connections.list"
WRITES = ("people.createContact", "people.updateContact", "people.deleteContact")
ANN = {"names": [{"givenName": "Ann", "familyName": "Lee"}]}
# Longer than Google needs to show what was written.
LATER = timedelta(minutes=15)


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        yield running
    get_settings.cache_clear()


@pytest.fixture
def people(google: GoogleService) -> GooglePeople:
    return google.book


@pytest.fixture
def kate(google: GoogleService) -> Holder:
    """A user who connected the contacts of her account, which is her main address book."""
    user = abroad.somebody()
    with db.unit_of_work() as session:
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            purpose=AccountPurpose.CONTACTS,
            provider="google",
            label="Google",
            username="me@example.org",
            subject=google.account.subject,
            secret=google.secret(),
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        book = models.AddressBook(
            account_id=account.id or 0, ref="people/me", name="Google Contacts", main=True
        )
        session.add(book)
        session.flush()
        return Holder(user, None, account.id or 0, ["people/me"], [book.id or 0])  # type: ignore[arg-type]


def alive(people: GooglePeople) -> dict[str, Any]:
    """The entries that there are, by resource name."""
    return {name: person for name, person in people.people.items() if person is not None}


def addresses(people: GooglePeople, name: str) -> list[str]:
    """The e-mail addresses of an entry."""
    return [each["value"] for each in people.get(name).get("emailAddresses", ())]


def writes(google: GoogleService) -> int:
    return sum(google.calls.count(name) for name in WRITES)


def in_step(kate: Holder, people: GooglePeople, *reached: str) -> tuple[models.Contact, str]:
    """A contact and its entry at Google, in step."""
    ann = contact("Ann Lee", *(reached or ("ann@lee.example",)))
    rig.tick(kate, ann)
    rig.settle()
    (name,) = alive(people)
    return ann, name


def test_sct2_the_first_download_goes_on_where_it_broke(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    google.longest_page = 40
    seed(people, 150)
    google.fail(Fault(LIST, status=500, skip=2))
    kate.run()
    assert (len(rig.rows(kate)), rig.book(kate.book_id).complete) == (80, False)
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        kate.run()
    book, rows = rig.book(kate.book_id), rig.rows(kate)
    assert (len(rows), book.complete, google.calls.count(LIST)) == (150, True, 5)
    assert rows["people/c1000005"].fields["labels"] == ["Customers"]
    assert rows["people/c1000000"].fields["kind"] == "company"
    assert book.relist_at is not None
    assert timedelta(days=5) < book.relist_at - clock.now() < timedelta(days=7)


def test_sct8_a_run_with_nothing_new_costs_one_request(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    seed(people, 20)
    in_step_before = kate.run()
    google.calls.clear()
    assert kate.run() is in_step_before
    assert [call for call in google.calls if call != "token"] == [LIST]


def test_sct7_both_sides_change_and_nothing_else_of_the_entry_does(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    ann, name = in_step(kate, people)
    rest = {
        "birthdays": [{"date": {"year": 1980, "month": 5, "day": 5}}],
        "nicknames": [{"value": "Annie"}],
    }
    edit(people, name, phoneNumbers=[{"value": "+49 228 1", "type": "workMobile"}], **rest)
    label(people, name, "VIP")
    change(ann, "ann@lee.example", "new@lee.example")
    rig.settle()
    kate.run()
    assert (emails(ann), phones(ann)) == (["ann@lee.example", "new@lee.example"], ["+49 228 1"])
    entry = people.get(name)
    assert addresses(people, name) == ["ann@lee.example", "new@lee.example"]
    assert entry["phoneNumbers"][0]["type"] == "workMobile"
    assert entry["birthdays"][0]["date"]["year"] == 1980
    assert (entry["nicknames"][0]["value"], len(entry["memberships"])) == ("Annie", 2)


def test_sct7_what_google_shows_late_is_not_taken_for_a_change(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    people.lags = True
    ann, name = in_step(kate, people)
    kate.run()
    people.catch_up()
    kate.run()
    change(ann, "new@lee.example")
    rig.settle()
    written = writes(google)
    for _ in range(3):
        # The entry comes as it was before, also where everything is listed anew.
        expire_tokens(people)
        kate.run()
        rig.settle()
    assert (emails(ann), addresses(people, name)) == (["new@lee.example"], ["new@lee.example"])
    people.catch_up()
    with time_machine.travel(clock.now() + LATER, tick=True):
        kate.run()
        rig.settle()
        kate.run()
    assert (emails(ann), addresses(people, name)) == (["new@lee.example"], ["new@lee.example"])
    assert (writes(google), rig.link_of(ann).state) == (written, CardLinkState.IN_STEP)
    assert list(rig.rows(kate)) == [name]


def test_sct7_what_was_put_back_by_hand_meanwhile_is_taken_in_later(
    people: GooglePeople, kate: Holder
) -> None:
    ann, name = in_step(kate, people)
    kate.run()
    change(ann, "new@lee.example")
    rig.settle()
    edit(people, name, emailAddresses=[{"value": "ann@lee.example"}])
    kate.run()
    with time_machine.travel(clock.now() + LATER, tick=True):
        kate.run()
        rig.settle()
    assert emails(ann) == addresses(people, name) == ["ann@lee.example"]


@pytest.mark.parametrize("listed_anew", [False, True])
def test_sct7_a_person_who_gets_another_name_stays_the_same(
    people: GooglePeople, kate: Holder, listed_anew: bool
) -> None:
    ann, name = in_step(kate, people)
    kate.run()
    rename(people, name, "people/107", leaves_a_trace=not listed_anew)
    if listed_anew:
        expire_tokens(people)
    edit(people, "people/107", emailAddresses=[{"value": "new@lee.example"}])
    kate.run()
    rig.settle()
    link = rig.link_of(ann)
    assert (link.href, link.state) == ("people/107", CardLinkState.IN_STEP)
    assert emails(ann) == ["new@lee.example"]
    change(ann, "back@lee.example")
    rig.settle()
    assert addresses(people, "people/107") == ["back@lee.example"]
    assert list(rig.rows(kate)) == ["people/107"]


def test_sct5_row_37_a_lost_answer_makes_one_entry_and_nothing_in_the_queue(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    people.lags = True
    google.fail(Fault("people.createContact", after=True, drop=True))
    ann = contact("Ann Lee", "ann@lee.example")
    rig.tick(kate, ann)
    kate.run()
    assert (rig.link_of(ann).href, len(alive(people))) == ("", 1)
    # Meanwhile the contact changes here.
    change(ann, "new@lee.example")
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        people.catch_up()
        kate.run()
        rig.settle()
        (name,) = alive(people)
        link = rig.link_of(ann)
        assert (link.state, link.href, list(rig.rows(kate))) == (
            CardLinkState.IN_STEP,
            name,
            [name],
        )
        assert emails(ann) == addresses(people, name) == ["new@lee.example"]


def test_sct7_a_change_at_google_right_before_ours_is_kept(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    ann, name = in_step(kate, people)
    kate.run()
    change(ann, "ann@lee.example", "ours@lee.example")
    google.fail(Fault("people.updateContact", status=400, reason="FAILED_PRECONDITION"))
    edit(people, name, emailAddresses=[{"value": each} for each in ("ann@lee.example", "t@x.org")])
    rig.settle()
    kate.run()
    rig.settle()
    assert sorted(emails(ann)) == ["ann@lee.example", "ours@lee.example", "t@x.org"]
    assert addresses(people, name) == emails(ann)


def test_sct5_row_77_unticked_and_ticked_again(people: GooglePeople, kate: Holder) -> None:
    ann, name = in_step(kate, people)
    other = put(people, "c5", **ANN)
    edit(people, name, urls=[{"value": "https://lee.example", "type": "blog"}])
    label(people, name, "VIP")
    kate.run()
    rig.untick(kate, ann)
    rig.settle()
    assert list(alive(people)) == [other]
    assert emails(ann) == ["ann@lee.example"]
    rig.tick(kate, ann)
    rig.settle()
    again = rig.link_of(ann).href
    entry = people.get(again)
    assert again not in (name, other)
    assert entry["urls"][0]["value"] == "https://lee.example"
    assert len(entry["memberships"]) == 2


def test_sct7_row_80_deleted_at_google(people: GooglePeople, kate: Holder) -> None:
    ann, name = in_step(kate, people)
    kate.run()
    people.delete(name)
    with time_machine.travel(clock.now() + LATER, tick=True):
        kate.run()
        rig.settle()
        kate.run()
    link = rig.link_of(ann)
    assert (link.state, link.why_ended) == (CardLinkState.ENDED, LinkEnd.DELETED_OUTSIDE)
    assert emails(ann) == ["ann@lee.example"]
    assert not rig.is_on(kate, ann)
    assert any("deleted" in said for said in rig.timeline(ann))


@pytest.mark.parametrize("status", [403, 404])
def test_sct8_row_90_contacts_that_are_closed_or_gone_delete_nothing(
    google: GoogleService, people: GooglePeople, kate: Holder, status: int
) -> None:
    ann, _ = in_step(kate, people)
    kate.run()
    google.fail(Fault(LIST, status=status, reason="PERMISSION_DENIED", times=3))
    kate.run()
    rig.settle()
    assert (rig.link_of(ann).state, emails(ann)) == (CardLinkState.IN_STEP, ["ann@lee.example"])


def test_sct8_row_46_expired_tokens_list_anew_and_lose_nothing(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    ann, name = in_step(kate, people)
    seed(people, 20)
    kate.run()
    people.delete("people/c1000003")
    expire_tokens(people)
    written = writes(google)
    kate.run()
    rig.settle()
    assert set(rig.rows(kate)) == set(alive(people))
    assert (rig.link_of(ann).href, writes(google)) == (name, written)


def test_sct8_row_48_no_more_full_listings_today(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    seed(people, 20)
    people.first_pages = 0
    kate.run()
    assert rig.book(kate.book_id).failure_count == 1
    assert rig.account(kate.account_id).state is not AccountState.NEEDS_RECONNECT
    people.first_pages = 1
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=True):
        kate.run()
    assert len(rig.rows(kate)) == 20


def test_sct8_row_55_a_consent_that_was_taken_back_keeps_everything(
    google: GoogleService, people: GooglePeople, kate: Holder
) -> None:
    ann, _ = in_step(kate, people)
    google.account.revoke_all()
    kate.run()
    assert rig.account(kate.account_id).state is AccountState.NEEDS_RECONNECT
    assert (rig.link_of(ann).state, emails(ann)) == (CardLinkState.IN_STEP, ["ann@lee.example"])


@pytest.mark.parametrize("calendars_too", [True, False])
def test_sct1_leaving_with_the_contacts_leaves_the_calendars_their_access(
    google: GoogleService, people: GooglePeople, kate: Holder, calendars_too: bool
) -> None:
    in_step(kate, people)
    theirs = put(people, "c5", **ANN)
    if calendars_too:
        with db.unit_of_work() as session:
            calendars = models.ConnectedAccount(
                user_id=kate.user.id or 0,
                provider="google",
                label="Google",
                username="me@example.org",
                subject=google.account.subject,
                secret=google.secret(),
                created_at=clock.now(),
            )
            session.add(calendars)
    with db.unit_of_work() as session:
        accounts.disconnect(session, kate.actor, kate.account_id, remove_ours=True, now=clock.now())
    rig.settle()
    assert list(alive(people)) == [theirs]
    # Google would end all that was ever granted.
    assert bool(google.account.refresh) is calendars_too
