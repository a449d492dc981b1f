"""Whether the fake would notice: it is held to Google's own description of the API."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from crm_app.providers.google.contacts import GoogleContacts
from crm_app.providers.oauth_port import OAuthApp
from tests.contracts.cards import listed, pulled
from tests.servers.google import GooglePeople, GoogleService, google_server
from tests.servers.google.people_owner import put, seed
from tests.servers.google.schema import PEOPLE

ME = "people/me"
_METHODS = PEOPLE.description["resources"]["people"]["methods"]
_LIST = PEOPLE.description["resources"]["people"]["resources"]["connections"]["methods"]["list"]


def asked(
    service: GoogleService, path: str, verb: str = "GET", body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the fake answers to a client without manners."""
    service.account.access["token"] = float("inf")
    request = urllib.request.Request(
        service.people_api + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": "Bearer token"},
        method=verb,
    )
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def refused(service: GoogleService, *what: Any) -> str:
    """With what word the fake says no."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        asked(service, *what)
    error = json.loads(caught.value.read())["error"]
    assert error["code"] == caught.value.code
    details = error.get("details") or [{}]
    return str(details[0].get("reason") or error["status"])


@pytest.mark.parametrize(
    ("verb", "query", "body"),
    [
        ("updateContact", {}, {"emailAdresses": []}),
        ("updateContact", {}, {"emailAddresses": [{"address": "a@x.example"}]}),
        ("updateContact", {}, {"emailAddresses": {"value": "a@x.example"}}),
        ("updateContact", {}, {"names": [{"givenName": 7}]}),
        ("updateContact", {}, {"metadata": {"sources": [{"type": "MINE"}]}}),
        ("updateContact", {}, {"biographies": [{"contentType": "html"}]}),
        ("updateContact", {"updatePersonFields": ["emails"]}, {}),
        ("updateContact", {"updatePersonFields": ["names,photos"]}, {}),
        ("createContact", {"personFields": [""]}, {}),
        ("createContact", {"sources": ["CONTACT"]}, {}),
        ("get", {"personFields": ["names,metadata"], "etag": ["x"]}, None),
        ("deleteContact", {}, {"etag": "x"}),
    ],
)
def test_wrong_requests_are_noticed(
    verb: str, query: dict[str, list[str]], body: dict[str, Any] | None
) -> None:
    assert PEOPLE.problems_of_request(_METHODS[verb], query, body)


def test_right_requests_are_not() -> None:
    query = {"personFields": ["names,metadata"], "sources": ["READ_SOURCE_TYPE_CONTACT"]}
    assert PEOPLE.problems_of_request(_LIST, query | {"pageSize": ["7"]}, None) == []
    body = {"names": [{"givenName": "Ann"}], "clientData": [{"key": "a", "value": "b"}]}
    assert PEOPLE.problems_of_request(_METHODS["createContact"], query, body) == []


def test_wrong_answers_are_noticed() -> None:
    right = {"connections": [{"resourceName": "people/c1", "metadata": {"deleted": True}}]}
    assert PEOPLE.problems_of_answer(_LIST, right) == []
    for wrong in (
        {"people": []},
        {"connections": [{"name": "Ann"}]},
        {"connections": [{"metadata": {"sources": [{"updateTime": "today"}]}}]},
    ):
        assert PEOPLE.problems_of_answer(_LIST, wrong)


def test_what_does_not_fit_fails_the_test() -> None:
    serving = google_server()
    service = serving.__enter__()
    put(service.book, "c1", names=[{"firstName": "Ann"}])
    assert refused(service, "v1/people/me/connections?personFields=names") == "invalid"
    with pytest.raises(AssertionError):
        serving.__exit__(None, None, None)


def test_tokens_are_good_only_with_what_they_were_given_for(
    service: GoogleService, book: GooglePeople
) -> None:
    put(book, "c1", names=[{"givenName": "Ann"}])
    base = "v1/people/me/connections?personFields=names&requestSyncToken=true"
    token = asked(service, base)["nextSyncToken"]
    assert "connections" not in asked(service, f"{base}&syncToken={token}")
    for other in (base + "&pageSize=7", base.replace("names", "names,urls")):
        assert refused(service, f"{other}&syncToken={token}") == "invalid"
    book.clock += 7 * 86_400
    assert refused(service, f"{base}&syncToken={token}") == "EXPIRED_SYNC_TOKEN"


def test_a_change_without_the_entrys_version_is_refused(
    service: GoogleService, book: GooglePeople
) -> None:
    name = put(book, "c1", names=[{"givenName": "Ann"}])
    source = book.get(name)["metadata"]["sources"][0]
    address = f"v1/{name}:updateContact?updatePersonFields="
    two = [{"givenName": "Ann"}, {"givenName": "Anna"}]
    for fields, body, word in (
        ("names", {"names": []}, "INVALID_ARGUMENT"),
        ("names", {"metadata": {"sources": [source]}, "names": two}, "INVALID_ARGUMENT"),
        ("memberships", {"metadata": {"sources": [source]}}, "INVALID_ARGUMENT"),
        (
            "names",
            {"metadata": {"sources": [{**source, "etag": "#old="}]}},
            "FAILED_PRECONDITION",
        ),
    ):
        assert refused(service, address + fields, "PATCH", body) == word
    unknown = {"contactGroupMembership": {"contactGroupResourceName": "contactGroups/none"}}
    made = "v1/people:createContact?personFields=names"
    assert refused(service, made, "POST", {"memberships": [unknown]}) == "INVALID_ARGUMENT"


def test_without_a_word_about_sources_profiles_are_told_too(
    service: GoogleService, book: GooglePeople
) -> None:
    name = put(book, "c1", emailAddresses=[{"value": "a@x.example"}])
    book.profiles[name] = {"emailAddresses": [{"value": "hers@x.example"}]}
    address = f"v1/{name}?personFields=emailAddresses,metadata"
    several = asked(service, address)["emailAddresses"]
    assert [each["metadata"]["source"]["type"] for each in several] == ["PROFILE", "CONTACT"]
    only = asked(service, f"{address}&sources=READ_SOURCE_TYPE_CONTACT")["emailAddresses"]
    assert [each["value"] for each in only] == ["a@x.example"]


def test_a_new_entry_is_listed_only_later(service: GoogleService, book: GooglePeople) -> None:
    book.lags = True
    base = "v1/people/me/connections?personFields=names&requestSyncToken=true"
    token = asked(service, base)["nextSyncToken"]
    made = asked(service, "v1/people:createContact?personFields=names", "POST", {})
    assert "connections" not in asked(service, base)
    asked(service, f"v1/{made['resourceName']}:deleteContact", "DELETE")
    assert refused(service, f"v1/{made['resourceName']}?personFields=names") == "NOT_FOUND"
    book.catch_up()
    (gone,) = asked(service, f"{base}&syncToken={token}")["connections"]
    assert gone["metadata"] == {"deleted": True}


def test_seeded_contacts_fit_the_description(service: GoogleService, book: GooglePeople) -> None:
    seed(book, 20)
    address = "v1/people/me/connections?personFields=names,organizations,memberships,metadata"
    assert asked(service, address)["totalItems"] == 20


def test_it_serves_as_a_process_of_its_own() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.google", "--contacts", "30"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        about = json.loads(process.stdout.readline())
        google = GoogleContacts(
            about["secret"],
            OAuthApp(about["client_id"], about["client_secret"]),
            api=about["people_api"],
            token_url=about["token_url"],
        )
        pages = pulled(google, ME)
        assert len(listed(pages)) == 30

        def control(**wanted: Any) -> dict[str, Any]:
            body = json.dumps(wanted).encode()
            with urllib.request.urlopen(about["control"], body) as answer:
                told: dict[str, Any] = json.loads(answer.read())
            return told

        control(do="put contact", name="c1000001", emailAddresses=[{"value": "a@x.example"}])
        control(do="delete contact", name="people/c1000002")
        assert control(do="look")["contacts"] == 29
        (page,) = pulled(google, ME, pages[-1].cursor)
        (changed,) = page.changed
        assert [each.address for each in changed.card.emails] == ["a@x.example"]
        assert page.removed == ("people/c1000002",)
        google.close()
    finally:
        process.terminate()
        process.wait()
