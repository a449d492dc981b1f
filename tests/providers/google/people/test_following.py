"""Following contacts by tokens, whatever goes wrong on the way (SCT-2, SCT-8)."""

import json
import threading
from typing import Any

import pytest

from crm_app.core.errors import (
    CursorExpired,
    LoginExpired,
    RateLimited,
    Rejected,
    RemoteUnavailable,
)
from crm_app.providers.address_book_port import (
    UNREADABLE,
    BookClosed,
    BookGone,
    CardEmail,
    Wanted,
)
from crm_app.providers.google.contacts import GoogleContacts
from crm_app.providers.google.errors import GoogleRefused
from crm_app.providers.safe_http import AnswerLost
from tests.contracts.cards import held, listed, pulled
from tests.contracts.google_books import contacts
from tests.providers.google.people.people import person
from tests.servers.google import Fault, GooglePeople, GoogleService
from tests.servers.google.account import told
from tests.servers.google.people_owner import edit, expire_tokens, label, put, rename, seed
from tests.servers.plain_http import Told

ME = "people/me"
DAY = 86_400
LIST = "people.connections.list"
ANN = [{"givenName": "Ann"}]


def removed(google: GoogleContacts, cursor: str | None) -> list[str]:
    return [href for page in pulled(google, ME, cursor) for href in page.removed]


def test_sct8_nothing_new_costs_one_request(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    seed(book, 120)
    cursor = pulled(google, ME)[-1].cursor
    service.calls.clear()
    (page,) = pulled(google, ME, cursor)
    assert (page.changed, page.removed, page.full) == ((), (), False)
    assert service.calls == [LIST]


def test_sct2_labels_are_asked_for_once_and_only_where_there_are_any(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    names = [put(book, f"c{number}", names=ANN) for number in range(120)]
    pulled(google, ME)
    assert "contactGroups.list" not in service.calls
    label(book, names[0], "Customers", "VIP")
    label(book, names[119], "VIP")
    star = {"contactGroupMembership": {"contactGroupResourceName": "contactGroups/starred"}}
    edit(book, names[1], memberships=[star])
    found = held(google, ME)
    assert [found[name].card.labels for name in (names[0], names[119], names[1], names[2])] == [
        ("Customers", "VIP"),
        ("VIP",),
        ("Starred",),
        (),
    ]
    assert service.calls.count("contactGroups.list") == 1


def test_sct2_many_labels_come_in_pages(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    book.groups |= {f"contactGroups/{number:x}": f"Label {number}" for number in range(1200)}
    name = put(book, "c1", names=ANN)
    label(book, name, "Label 1199")
    assert held(google, ME)[name].card.labels == ("Label 1199",)
    assert service.calls.count("contactGroups.list") == 2


def test_sct2_row_46_tokens_end_with_the_week_of_their_full_listing(
    google: GoogleContacts, book: GooglePeople
) -> None:
    put(book, "c1", names=ANN)
    cursor = pulled(google, ME)[-1].cursor
    for _ in range(6):
        book.clock += DAY
        cursor = pulled(google, ME, cursor)[-1].cursor
    # Using it did not make it last.
    book.clock += DAY
    with pytest.raises(CursorExpired):
        pulled(google, ME, cursor)
    assert len(held(google, ME)) == 1
    assert google.relist_seconds < 7 * DAY


def test_sct2_row_46_expired_tokens_of_both_kinds(
    google: GoogleContacts, book: GooglePeople
) -> None:
    seed(book, 60)
    begun, *_, last = pulled(google, ME)
    expire_tokens(book)
    for cursor in (begun.cursor, last.cursor):
        with pytest.raises(CursorExpired):
            pulled(google, ME, cursor)
    assert len(held(google, ME)) == 60


@pytest.mark.parametrize(
    "change", [{"v": 0}, {"sync": "rubbish"}, {"page": "rubbish"}, {"n": "many"}, {"n": 7}]
)
def test_sct2_a_cursor_of_another_kind_starts_anew(
    google: GoogleContacts, book: GooglePeople, change: dict[str, object]
) -> None:
    cursor = pulled(google, ME)[-1].cursor
    assert cursor is not None
    with pytest.raises(CursorExpired):
        pulled(google, ME, json.dumps(json.loads(cursor) | change))


def test_sct2_row_48_the_first_pages_of_full_listings_are_few(
    google: GoogleContacts, book: GooglePeople
) -> None:
    seed(book, 120)
    book.first_pages = 1
    begun = next(google.pull(ME, None))
    with pytest.raises(RateLimited):
        next(google.pull(ME, None))
    # Whoever goes on where he was needs no other one.
    rest = pulled(google, ME, begun.cursor)
    assert len(listed([begun, *rest])) == 120
    assert pulled(google, ME, rest[-1].cursor)


def test_sct2_row_49_a_failure_in_the_middle_costs_one_page(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    seed(book, 230)
    service.fail(Fault(LIST, 500, skip=2))
    listing = google.pull(ME, None)
    pages = [next(listing), next(listing)]
    with pytest.raises(RemoteUnavailable):
        next(listing)
    service.calls.clear()
    rest = pulled(google, ME, pages[-1].cursor)
    assert service.calls.count(LIST) == 3
    hrefs = [each.href for page in [*pages, *rest] for each in page.changed]
    assert sorted(hrefs) == sorted(book.people)


@pytest.mark.parametrize("leaves_a_trace", [False, True])
def test_sct7_an_entry_that_gets_another_name_is_not_gone(
    google: GoogleContacts, book: GooglePeople, leaves_a_trace: bool
) -> None:
    old = put(book, "c7", names=ANN)
    pages = pulled(google, ME)
    rename(book, old, "people/107", leaves_a_trace=leaves_a_trace)
    (page,) = pulled(google, ME, pages[-1].cursor)
    (found,) = page.changed
    assert (found.href, found.former, page.removed) == ("people/107", (old,), ())
    # Its number tells that it is the same, also in a listing that begins anew.
    assert found.uid == listed(pages)[old].uid
    (again,) = held(google, ME).values()
    assert (again.href, again.uid, again.former) == ("people/107", found.uid, (old,))
    assert google.fetch(ME, old) is None


def test_sct7_what_was_written_shows_late_and_the_entry_itself_tells_the_truth(
    google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=ANN, emailAddresses=[{"value": "old@x.example"}])
    pages = pulled(google, ME)
    before = listed(pages)[href]
    book.lags = True
    made = google.update(ME, href, before.etag, Wanted(emails=(CardEmail("new@x.example"),)))
    (page,) = pulled(google, ME, pages[-1].cursor)
    assert [each.content_hash for each in page.changed] == [before.content_hash]
    assert google.fetch(ME, href) == made
    book.catch_up()
    (page,) = pulled(google, ME, page.cursor)
    assert page.changed == (made,)
    assert google.stale_seconds > 0


def test_sct7_more_lines_than_a_list_gives(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    many = [{"value": f"{number}@x.example"} for number in range(130)]
    href = put(book, "c1", names=ANN, emailAddresses=many)
    put(book, "c2", names=ANN, phoneNumbers=[{"value": str(number)} for number in range(1, 100)])
    found = held(google, ME)[href]
    assert len(found.card.emails) == 130
    assert found == google.fetch(ME, href)
    assert service.calls.count("people.get") == 2


def test_sct7_only_the_entry_is_read_not_what_google_knows_besides(
    google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=ANN)
    book.profiles[href] = {"emailAddresses": [{"value": "hers@x.example"}]}
    found = held(google, ME)[href]
    assert (found.card.emails, google.fetch(ME, href)) == ((), found)


def test_sct2_row_87_one_bad_entry_ends_no_listing(
    service: GoogleService, google: GoogleContacts
) -> None:
    google.discover()
    people = [person(names="Ann"), {**person(names=ANN), "resourceName": "people/c2"}]
    service.server.answer = lambda asked: told({"connections": people, "nextSyncToken": "next"})
    (page,) = pulled(google, ME)
    assert [each.trouble for each in page.changed] == [UNREADABLE, ""]


def test_sct2_the_same_page_again_is_no_endless_listing(
    service: GoogleService, google: GoogleContacts
) -> None:
    google.discover()
    service.server.answer = lambda asked: told({"nextPageToken": "again"})
    listing = google.pull(ME, None)
    next(listing)
    with pytest.raises(RemoteUnavailable):
        next(listing)


def test_sct2_the_longest_page_is_googles(service: GoogleService, book: GooglePeople) -> None:
    seed(book, 3)
    large = contacts(service, page_size=5000)
    (page,) = pulled(large, ME)
    assert len(page.changed) == 3
    large.close()


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        (
            Fault(status=429, reason="RATE_LIMIT_EXCEEDED", headers={"Retry-After": "7"}),
            RateLimited,
            7,
        ),
        (Fault(status=429, reason="RESOURCE_EXHAUSTED"), RateLimited, None),
        (Fault(status=403, reason="RATE_LIMIT_EXCEEDED"), RateLimited, None),
        (Fault(status=503, headers={"Retry-After": "30"}), RateLimited, 30),
        (Fault(status=503), RemoteUnavailable, None),
        (Fault(drop=True, times=2), AnswerLost, None),
        (Fault(status=403, reason="PERMISSION_DENIED"), BookClosed, None),
        (Fault(status=404, reason="NOT_FOUND"), BookGone, None),
        (Fault(status=403, reason="ACCESS_TOKEN_SCOPE_INSUFFICIENT"), LoginExpired, None),
        (Fault(status=400, reason="INVALID_ARGUMENT"), GoogleRefused, None),
    ],
)
def test_sct8_row_48_what_google_refuses(
    service: GoogleService,
    google: GoogleContacts,
    fault: Fault,
    error: type[Exception],
    wait: float | None,
) -> None:
    google.discover()
    for call in (lambda: pulled(google, ME), google.discover):
        service.fail(fault)
        with pytest.raises(error) as caught:
            call()
        assert type(caught.value) is error
        assert getattr(caught.value, "retry_after", None) == wait
        assert caught.value.__cause__ is None
    assert pulled(google, ME)


def test_sct1_an_api_that_is_not_switched_on_is_named(
    service: GoogleService, google: GoogleContacts
) -> None:
    service.fail(Fault(status=403, reason="SERVICE_DISABLED"))
    with pytest.raises(Rejected) as caught:
        google.discover()
    assert "People API" in str(caught.value)


def test_sct1_row_91_the_token_follows_no_redirect(
    service: GoogleService, google: GoogleContacts
) -> None:
    google.discover()
    home = service.server.answer
    answers: list[Any] = [Told(302, {"Location": service.server.url("/elsewhere")})]
    service.server.answer = lambda asked: answers.pop() if answers else home(asked)
    with pytest.raises(Rejected):
        pulled(google, ME)
    assert "/elsewhere" not in [asked.path for asked in service.server.asked]


def test_sct8_row_55_an_account_that_no_longer_lets_us_in(
    service: GoogleService, google: GoogleContacts
) -> None:
    cursor = pulled(google, ME)[-1].cursor
    service.account.expire_access()
    assert pulled(google, ME, cursor)
    service.account.revoke_all()
    with pytest.raises(LoginExpired):
        pulled(google, ME, cursor)


def test_sct8_an_answer_that_never_comes(service: GoogleService) -> None:
    let_go = threading.Event()
    hasty = contacts(service, timeout=0.3)
    hasty.discover()
    service.fail(Fault(LIST, hold=let_go))
    with pytest.raises(RemoteUnavailable):
        pulled(hasty, ME)
    let_go.set()
    hasty.close()


def test_sct1_no_secret_is_shown(google: GoogleContacts) -> None:
    assert repr(google) == "GoogleContacts(...)"
    assert repr(vars(google)["_api"]) == "PeopleApi(...)"


def test_sct1_the_account_and_its_new_secret(google: GoogleContacts) -> None:
    assert google.addresses() == ["me@example.org"]
    assert google.secret() is None
    google.discover()
    assert google.secret()


def test_sct8_row_80_deleted_outside(google: GoogleContacts, book: GooglePeople) -> None:
    href = put(book, "c1", names=ANN)
    cursor = pulled(google, ME)[-1].cursor
    book.delete(href)
    assert removed(google, cursor) == [href]
