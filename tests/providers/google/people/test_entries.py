"""Single entries at Google: made once, changed at their version, removed (SCT-5, SCT-7)."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crm_app.core.errors import PreconditionFailed, RateLimited, Rejected, RemoteUnavailable
from crm_app.providers.address_book_port import (
    UNREADABLE,
    CardEmail,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.google.contacts import GoogleContacts
from crm_app.providers.google.errors import GoogleRefused
from tests.contracts.cards import held
from tests.contracts.google_books import contacts
from tests.providers.google.people.people import person
from tests.servers.google import Fault, GooglePeople, GoogleService
from tests.servers.google.account import told
from tests.servers.google.people_owner import edit, label, put, seed

ME = "people/me"
KEY = "7f0c52aa-13c5-4c53-a7a4-3a4cbf2dd1f0"
CREATE, UPDATE, DELETE = "people.createContact", "people.updateContact", "people.deleteContact"
LIST, GET = "people.connections.list", "people.get"
ANN = WantedNames("Ann Lee", first_name="Ann", last_name="Lee")
EMAIL = Wanted(emails=(CardEmail("new@x.example", "work"),))


def sent(service: GoogleService, verb: str) -> list[tuple[dict[str, list[str]], Any]]:
    """Query and body of all requests with that HTTP method."""
    asked = [each for each in service.server.asked if each.method == verb]
    return [
        (parse_qs(urlsplit(each.path).query), json.loads(each.body or b"null"))
        for each in asked
        if "/v1/" in each.path
    ]


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 503}])
def test_sct5_row_37_an_answer_that_was_lost_makes_no_second_entry(
    service: GoogleService, google: GoogleContacts, book: GooglePeople, fault: dict[str, Any]
) -> None:
    book.lags = True
    service.fail(Fault(CREATE, after=True, **fault))
    with pytest.raises(RemoteUnavailable):
        google.create(ME, Wanted(ANN), key=KEY)
    again = google.create(ME, Wanted(ANN), key=KEY)
    other_job = contacts(service)
    assert other_job.create(ME, Wanted(ANN), key=KEY) == again
    other_job.close()
    assert list(book.people) == [again.href]
    assert again.key == KEY


def test_sct5_many_new_entries_are_looked_for_once(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    seed(book, 20)
    service.calls.clear()
    for number in range(5):
        google.create(ME, Wanted(ANN), key=f"key {number}")
    assert (service.calls.count(LIST), service.calls.count(CREATE)) == (1, 5)
    assert service.calls.count(GET) == 0
    # A refusal made nothing.
    service.fail(Fault(CREATE, status=400, reason="INVALID_ARGUMENT"))
    with pytest.raises(GoogleRefused):
        google.create(ME, Wanted(ANN), key="refused")
    google.create(ME, Wanted(ANN), key="refused")
    assert service.calls.count(LIST) == 1


def test_sct5_an_entry_that_was_made_and_deleted_by_hand_is_made_again(
    google: GoogleContacts, book: GooglePeople
) -> None:
    first = google.create(ME, Wanted(ANN), key=KEY)
    book.delete(first.href)
    again = google.create(ME, Wanted(ANN), key=KEY)
    assert again.href != first.href


def test_sct7_a_change_says_only_what_is_new(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}], phoneNumbers=[{"value": "1"}])
    found = held(google, ME)[href]
    wanted = Wanted(emails=EMAIL.emails, phones=(CardPhone("1"),))
    google.update(ME, href, found.etag, wanted)
    ((query, body),) = sent(service, "PATCH")
    assert query["updatePersonFields"] == ["emailAddresses"]
    assert set(body) == {"metadata", "emailAddresses"}
    google.update(ME, href, None, wanted)
    assert service.calls.count(UPDATE) == 1


def test_sct7_a_change_right_before_ours_is_not_written_over(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}])
    found = held(google, ME)[href]
    service.fail(Fault(UPDATE, status=400, reason="FAILED_PRECONDITION"))
    with pytest.raises(PreconditionFailed):
        google.update(ME, href, found.etag, EMAIL)
    service.fail(Fault(UPDATE, status=404, reason="NOT_FOUND"))
    with pytest.raises(PreconditionFailed):
        google.update(ME, href, None, EMAIL)
    service.fail(Fault(UPDATE, status=400, reason="INVALID_ARGUMENT"))
    with pytest.raises(GoogleRefused):
        google.update(ME, href, None, EMAIL)


def test_sct7_the_answers_etag_is_good_for_the_next_change(
    google: GoogleContacts, book: GooglePeople
) -> None:
    book.lags = True
    made = google.create(ME, Wanted(ANN), key=KEY)
    for number in range(3):
        wanted = Wanted(phones=(CardPhone(f"+49 {number}"),))
        made = google.update(ME, made.href, made.etag, wanted)
    google.delete(ME, made.href, made.etag)
    assert book.people[made.href] is None


def test_sct7_the_persons_own_etag_says_nothing_about_the_entry(
    google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}])
    found = held(google, ME)[href]
    book.get(href)["etag"] = "%Another"
    assert google.update(ME, href, found.etag, EMAIL).card.emails == EMAIL.emails


def test_sct7_labels_and_profile_stay_out_of_a_change(
    google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}])
    label(book, href, "VIP")
    book.profiles[href] = {"emailAddresses": [{"value": "hers@x.example"}]}
    found = google.update(ME, href, None, EMAIL)
    assert (found.card.labels, found.card.emails) == (("VIP",), EMAIL.emails)
    assert [each["value"] for each in book.get(href)["emailAddresses"]] == ["new@x.example"]


def test_sct5_a_label_that_was_deleted_keeps_no_entry_from_coming_back(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}])
    label(book, href, "VIP", "Old")
    found = held(google, ME)[href]
    google.delete(ME, href, found.etag)
    book.groups = {name: shown for name, shown in book.groups.items() if shown == "VIP"}
    later = contacts(service)
    made = later.create(ME, Wanted(), key=KEY, raw=found.raw)
    assert made.card.labels == ("VIP",)
    later.close()


def test_sct5_row_77_only_the_known_version_is_removed(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}])
    found = held(google, ME)[href]
    edit(book, href, names=[{"givenName": "Anna"}])
    with pytest.raises(PreconditionFailed):
        google.delete(ME, href, found.etag)
    assert service.calls.count(DELETE) == 0
    google.delete(ME, href, None)
    google.delete(ME, href, None)
    assert book.people[href] is None


def test_sct5_a_removal_may_be_refused(
    service: GoogleService, google: GoogleContacts, book: GooglePeople
) -> None:
    href = put(book, "c1", names=[{"givenName": "Ann"}])
    service.fail(Fault(DELETE, status=429, reason="RATE_LIMIT_EXCEEDED"))
    with pytest.raises(RateLimited):
        google.delete(ME, href, None)
    service.fail(Fault(GET, status=500))
    with pytest.raises(RemoteUnavailable):
        google.delete(ME, href, "#c1=")


@pytest.mark.parametrize("href", ["", "people/", "c1", "people/c1/x", "contactGroups/c1"])
def test_sct7_what_is_no_name_of_googles_leads_nowhere(google: GoogleContacts, href: str) -> None:
    assert google.fetch(ME, href) is None
    with pytest.raises(PreconditionFailed):
        google.update(ME, href, None, EMAIL)
    google.delete(ME, href, None)
    google.delete(ME, href, "#c1=")


def test_sct7_an_entry_that_cannot_be_read_is_not_written(
    service: GoogleService, google: GoogleContacts
) -> None:
    google.discover()
    service.server.answer = lambda asked: told(person(names="Ann"))
    with pytest.raises(Rejected) as caught:
        google.update(ME, "people/c20250", None, EMAIL)
    assert str(caught.value) == UNREADABLE
    assert sent(service, "PATCH") == []


def test_sct7_somebody_who_is_only_a_profile_is_no_entry(
    service: GoogleService, google: GoogleContacts
) -> None:
    google.discover()
    metadata = {"sources": [{"type": "PROFILE", "id": "1001"}]}
    known = {"resourceName": "people/107", "etag": "%1", "metadata": metadata}
    service.server.answer = lambda asked: told(known)
    assert google.fetch(ME, "people/107") is None
    with pytest.raises(PreconditionFailed):
        google.update(ME, "people/107", None, EMAIL)
