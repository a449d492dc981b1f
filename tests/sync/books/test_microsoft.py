"""The whole way against Microsoft's contacts: written, followed, broken and recovered (SCT-2, SCT-5,
SCT-7, SCT-8)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from crm_app import models
from crm_app.contacts.fields import Address, Email, Phone
from crm_app.core import clock, db
from crm_app.core.kinds import AccountPurpose, AccountState, CardLinkState, LinkEnd
from crm_app.core.settings import get_settings
from tests.servers.graph import Graph
from tests.servers.graph.contact_store import Contact
from tests.servers.graph.signin import CONTACTS
from tests.sync import abroad
from tests.sync.books import rig
from tests.sync.books.rig import Holder, change, contact, emails, phones, streets

pytestmark = pytest.mark.usefixtures("database")

# More than Outlook has places for.
EMAILS = [Email(f"ann@{word}.example") for word in ("one", "two", "three", "four", "five")]
PHONES = [
    Phone(f"+49 228 {number}123456", label)
    for number, label in enumerate(["mobile", "mobile", "work", "work", "work", "home", "work fax"])
]
ADDRESSES = [
    Address(f"Street {number}", "53111", "Bonn", "", "Germany", label)
    for number, label in enumerate(["home", "home", "work", "other"])
]


@pytest.fixture
def graph(monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    with abroad.microsoft(monkeypatch) as running:
        yield running
    get_settings.cache_clear()


@pytest.fixture
def kate(graph: Graph) -> Holder:
    """A user who connected the contacts of her account; the folder that Outlook begins with is her
    main address book."""
    user = abroad.somebody()
    with db.unit_of_work() as session:
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            purpose=AccountPurpose.CONTACTS,
            provider="microsoft",
            label="Office 365",
            username="me@example.org",
            secret=graph.secret(CONTACTS),
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        ref = graph.contacts.main.id
        book = models.AddressBook(
            account_id=account.id or 0, ref=ref, name="Contacts", writable=True, main=True
        )
        session.add(book)
        session.flush()
        return Holder(user, None, account.id or 0, [ref], [book.id or 0])  # type: ignore[arg-type]


def entries(graph: Graph) -> list[Contact]:
    return list(graph.contacts.main.contacts.values())


def in_outlook(graph: Graph, **given: Any) -> None:
    """Somebody changes the only entry by hand."""
    (entry,) = entries(graph)
    graph.contacts.set(graph.contacts.main, entry, given)


def writes(graph: Graph) -> int:
    return sum(1 for method, path in graph.asked if method != "GET" and "batch" not in path)


def crowded() -> models.Contact:
    return contact("Ann Lee", emails=EMAILS, phones=PHONES, addresses=ADDRESSES)


def said(who: models.Contact) -> list[list[str]]:
    return [emails(who), phones(who), streets(who)]


def test_sct7_what_outlook_has_no_place_for_stays_here_and_is_no_deletion(
    graph: Graph, kate: Holder
) -> None:
    ann = crowded()
    whole = said(ann)
    rig.tick(kate, ann)
    rig.settle()
    (entry,) = entries(graph)
    assert [each["address"] for each in entry["emailAddresses"]] == whole[0][:3]
    assert (len(entry["businessPhones"]), len(entry["homePhones"])) == (2, 2)
    written = writes(graph)
    for _ in range(3):
        kate.run()
        rig.settle()
    assert said(ann) == whole
    assert writes(graph) == written
    assert rig.link_of(ann).state is CardLinkState.IN_STEP


def test_sct7_a_change_in_outlook_takes_only_what_it_took(graph: Graph, kate: Holder) -> None:
    ann = crowded()
    whole = said(ann)
    rig.tick(kate, ann)
    rig.settle()
    (entry,) = entries(graph)
    first, _, third = entry["emailAddresses"]
    in_outlook(graph, emailAddresses=[first, third], jobTitle="Head", displayName="Annie")
    kate.run()
    rig.settle()
    assert said(ann) == [[whole[0][0], *whole[0][2:]], whole[1], whole[2]]
    assert rig.row(ann).name == "Ann Lee"
    change(ann, note="only here", phones=PHONES[1:])
    rig.settle()
    (entry,) = entries(graph)
    assert (entry["jobTitle"], entry["displayName"]) == ("Head", "Annie")
    assert PHONES[0].number not in str(entry)
    assert phones(ann) == whole[1][1:]


def test_sct5_a_lost_answer_makes_one_entry_and_nothing_in_the_queue(
    graph: Graph, kate: Holder
) -> None:
    graph.lose_answer("POST")
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    with db.unit_of_work() as session:
        for link in rig.all_links():
            session.get_one(models.CardLink, link.id).next_attempt_at = None
    kate.run()
    rig.settle()
    (entry,) = entries(graph)
    (row,) = rig.rows(kate).values()
    link = rig.link_of(ann)
    assert (link.state, link.href) == (CardLinkState.IN_STEP, entry["id"])
    assert (row.href, row.uid) == (entry["id"], entry["id"])


def test_sct7_row_80_deleted_in_outlook_and_taken_out_of_the_deleted_items(
    graph: Graph, kate: Holder
) -> None:
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    (entry,) = entries(graph)
    graph.contacts.remove(entry["id"])
    # Later than listings may still be without what was made a moment ago.
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=True):
        # A change of ours that is on its way does not go to the deleted items.
        change(ann, "ann@new.example")
        rig.settle()
        kate.run()
    assert emails(ann) == ["ann@new.example"]
    assert (rig.link_of(ann).state, rig.link_of(ann).why_ended) == (
        CardLinkState.ENDED,
        LinkEnd.DELETED_OUTSIDE,
    )
    assert not rig.is_on(kate, ann)
    assert "ann@new.example" not in str(graph.contacts.deleted.contacts[entry["id"]])
    graph.contacts.move(entry["id"], graph.contacts.main)
    kate.run()
    assert set(rig.rows(kate)) == {entry["id"]}
    assert not rig.is_on(kate, ann)


def test_sct5_row_77_unticked_and_ticked_again(graph: Graph, kate: Holder) -> None:
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    in_outlook(graph, birthday="1980-05-05T11:59:00Z", children=["Bo"], categories=["VIP"])
    kate.run()
    rig.untick(kate, ann)
    rig.settle()
    assert entries(graph) == []
    assert len(graph.contacts.deleted.contacts) == 1
    assert emails(ann) == ["ann@example.com"]
    rig.tick(kate, ann)
    rig.settle()
    (entry,) = entries(graph)
    assert entry["emailAddresses"][0]["address"] == "ann@example.com"
    assert (entry["birthday"], entry["children"]) == ("1980-05-05T11:59:00Z", ["Bo"])


def test_sct8_row_90_a_folder_that_is_gone_deletes_nothing(graph: Graph, kate: Holder) -> None:
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    graph.contacts.drop_folder(graph.contacts.main)
    kate.run()
    rig.settle()
    assert rig.link_of(ann).state is CardLinkState.IN_STEP
    assert emails(ann) == ["ann@example.com"]


def test_sct2_a_lost_state_lists_anew_and_loses_nothing(graph: Graph, kate: Holder) -> None:
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.run()
    graph.contacts.revision += 1
    graph.contacts.main.oldest = graph.contacts.revision
    written = writes(graph)
    kate.run()
    rig.settle()
    assert (rig.link_of(ann).state, emails(ann)) == (CardLinkState.IN_STEP, ["ann@example.com"])
    assert writes(graph) == written


def test_sct2_a_run_with_nothing_new_costs_one_question(graph: Graph, kate: Holder) -> None:
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.run()
    graph.asked.clear()
    kate.run()
    assert len(graph.asked) == 1


def test_sct1_a_consent_that_was_taken_back_keeps_everything(graph: Graph, kate: Holder) -> None:
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    graph.signin.access.clear()
    graph.signin.revoked = True
    kate.run()
    assert rig.account(kate.account_id).state is AccountState.NEEDS_RECONNECT
    assert (rig.link_of(ann).state, emails(ann)) == (CardLinkState.IN_STEP, ["ann@example.com"])
