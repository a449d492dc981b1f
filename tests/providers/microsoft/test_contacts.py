"""Microsoft's contacts through the fake: folders, what changed, deleted items (SCT-1, SCT-2, SCT-5,
SCT-7, SCT-8)."""

from collections.abc import Iterator

import pytest

from crm_app.core.errors import (
    CursorExpired,
    LoginExpired,
    PreconditionFailed,
    Rejected,
    RemoteUnavailable,
)
from crm_app.providers.address_book_port import (
    UNREADABLE,
    BookClosed,
    BookGone,
    CardEmail,
    CardPhone,
    Wanted,
)
from crm_app.providers.calendar_port import Rotating
from crm_app.providers.microsoft.contacts import GraphContacts
from tests.contracts.cards import held, listed, person, pulled
from tests.contracts.graph_books import contact_of
from tests.contracts.test_address_book_writing import KEY, OTHER_KEY, wanted
from tests.providers.microsoft.conftest import open_contacts
from tests.servers.graph import Graph, graph_server
from tests.servers.graph.contact_store import Folder

NEW = Wanted(emails=(CardEmail("new@lee.example"),))


@pytest.fixture
def books(graph: Graph) -> Iterator[GraphContacts]:
    opened = open_contacts(graph)
    yield opened
    opened.close()


@pytest.fixture
def main(graph: Graph) -> Folder:
    return graph.contacts.main


def put(graph: Graph, first: str = "Ann", folder: Folder | None = None) -> str:
    """Somebody enters a contact in Outlook; its href."""
    made = graph.contacts.add(folder or graph.contacts.main, contact_of(person(first)))
    return str(made["id"])


def questions(graph: Graph) -> list[str]:
    """What was asked for since the last time."""
    asked = [f"{method} {path.partition('?')[0]}" for method, path in graph.asked]
    graph.asked.clear()
    return asked


# --- address books -----------------------------------------------------------------------------


@pytest.mark.parametrize("siblings", [False, True])
def test_sct1_every_folder_is_an_address_book(
    graph: Graph, books: GraphContacts, main: Folder, siblings: bool
) -> None:
    graph.api.contacts.siblings = siblings
    beside = graph.contacts.add_folder("Beside", graph.contacts.root) if siblings else None
    inside = [graph.contacts.add_folder(f"Inside {number}") for number in range(3)]
    deeper = graph.contacts.add_folder("Deeper", inside[1].id)
    found = {book.ref: book for book in books.discover()}
    expected = {main.id, deeper.id, *(folder.id for folder in inside)}
    assert set(found) == expected | ({beside.id} if beside else set())
    assert [book.ref for book in found.values() if book.default] == [main.id]
    assert next(iter(found)) == main.id
    assert found[deeper.id].name == "Inside 1 / Deeper"
    assert all(book.writable for book in found.values())


def test_sct1_books_do_not_mix(graph: Graph, books: GraphContacts, main: Folder) -> None:
    other = graph.contacts.add_folder("Other")
    here, there = put(graph), put(graph, "Bo", other)
    assert set(held(books, main.id)) == {here}
    assert set(held(books, other.id)) == {there}
    made = books.create(other.id, wanted(person("Cy")), key=KEY)
    assert made.href in held(books, other.id)
    # The search for a key finds it in the whole mailbox, and yet each book has its own.
    assert books.create(main.id, wanted(person("Cy")), key=KEY).href != made.href


def test_sct1_a_token_for_contacts_is_asked_for(graph: Graph, books: GraphContacts) -> None:
    graph.signin.access.clear()
    assert len(books.discover()) == 1
    assert graph.signin.refreshes == 1
    (token,) = graph.signin.access
    assert graph.signin.good_for[token] == "Contacts.ReadWrite User.Read"
    assert isinstance(books, Rotating)
    assert books.secret()
    assert books.addresses() == ["me@example.org"]


def test_sct1_an_account_for_calendars_does_not_open_contacts(graph: Graph) -> None:
    wrong = open_contacts(graph, graph.secret())
    with pytest.raises(LoginExpired):
        wrong.discover()
    wrong.close()


# --- what changed ------------------------------------------------------------------------------


def test_sct2_nothing_new_costs_one_question(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    put(graph)
    cursor = pulled(books, main.id)[-1].cursor
    questions(graph)
    (page,) = pulled(books, main.id, cursor)
    assert (page.changed, page.removed) == ((), ())
    assert len(questions(graph)) == 1


def test_sct2_a_long_listing_asks_once_a_page(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    for number in range(100):
        put(graph, f"N{number}")
    assert len(held(books, main.id)) == 100
    assert len(questions(graph)) == 2


def test_trap_49_a_listing_that_breaks_goes_on_where_it_was(graph: Graph, main: Folder) -> None:
    hrefs = [put(graph, f"N{number}") for number in range(50)]
    books = open_contacts(graph, page_size=10)
    graph.fail(500, path="skiptoken", skip=1)
    pages = books.pull(main.id, None)
    begun = [next(pages), next(pages)]
    with pytest.raises(RemoteUnavailable):
        next(pages)
    rest = pulled(books, main.id, begun[-1].cursor)
    assert [each.href for page in [*begun, *rest] for each in page.changed] == hrefs
    books.close()


def test_sct2_a_row_told_twice_counts_as_it_came_last(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    graph.api.contacts.duplicates = True
    for number in range(30):
        put(graph, f"N{number}")
    (page,) = pulled(books, main.id)
    assert sorted(each.card.name for each in page.changed) == sorted(
        f"N{number} Lee" for number in range(30)
    )


def test_sct2_a_listing_of_few_properties_is_filled_up(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    graph.api.contacts.limited = True
    hrefs = {put(graph, f"N{number}") for number in range(45)}
    found = held(books, main.id)
    assert set(found) == hrefs
    assert all(each.card.phones and each.card.emails for each in found.values())
    # One listing, three batches.
    assert [each for each in questions(graph) if each == "POST /$batch"] == ["POST /$batch"] * 3


def test_sct2_what_goes_between_listing_and_reading_is_left_out(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    href, other = put(graph), put(graph, "Bo")

    def goes() -> None:
        graph.contacts.remove(href)
        graph.contacts.empty_deleted()

    graph.api.contacts.meanwhile = [goes]
    (page,) = pulled(books, main.id)
    assert [each.href for each in page.changed] == [other]
    (page,) = pulled(books, main.id, page.cursor)
    assert page.removed == (href,)


def test_sct2_a_state_that_is_lost(graph: Graph, books: GraphContacts, main: Folder) -> None:
    cursor = pulled(books, main.id)[-1].cursor
    for status, code in [(410, "SyncStateNotFound"), (410, ""), (400, "resyncRequired")]:
        graph.fail(status, code)
        with pytest.raises(CursorExpired):
            list(books.pull(main.id, cursor))
    assert pulled(books, main.id, cursor)


def test_sct2_a_cursor_of_elsewhere(graph: Graph, books: GraphContacts, main: Folder) -> None:
    other = graph.contacts.add_folder("Other")
    cursor = pulled(books, main.id)[-1].cursor
    assert cursor
    with pytest.raises(CursorExpired):
        list(books.pull(other.id, cursor))
    asked = len(graph.asked)
    strange = cursor.replace(graph.graph, "https://elsewhere.example/v1.0")
    with pytest.raises(CursorExpired):
        list(books.pull(main.id, strange))
    # The token went nowhere.
    assert len(graph.asked) == asked


def test_sct2_row_87_one_broken_entry_ends_nothing() -> None:
    # Such an answer contradicts Graph's own description.
    with graph_server(checked=False) as graph:
        lenient = open_contacts(graph)
        href, _ = put(graph), put(graph, "Bo")
        graph.contacts.main.contacts[href]["homePhones"] = ["+49 228 1", 7]
        found = held(lenient, graph.contacts.main.id)
        assert sorted(each.trouble for each in found.values()) == ["", UNREADABLE]
        with pytest.raises(Rejected):
            lenient.update(graph.contacts.main.id, href, None, NEW)
        lenient.close()


# --- deleted items and other folders -------------------------------------------------------------


def test_sct7_row_80_what_was_deleted_is_found_by_its_id_and_yet_gone(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    href = put(graph)
    cursor = pulled(books, main.id)[-1].cursor
    graph.contacts.remove(href)
    trashed = dict(graph.contacts.deleted.contacts[href])
    assert [page.removed for page in pulled(books, main.id, cursor)] == [(href,)]
    assert books.fetch(main.id, href) is None
    with pytest.raises(PreconditionFailed):
        books.update(main.id, href, None, NEW)
    books.delete(main.id, href, None)
    assert graph.contacts.deleted.contacts[href] == trashed


def test_sct7_row_42_what_is_taken_out_of_the_deleted_items_is_the_same_entry(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    href = put(graph)
    graph.contacts.remove(href)
    cursor = pulled(books, main.id)[-1].cursor
    graph.contacts.move(href, main)
    assert set(listed(pulled(books, main.id, cursor))) == {href}
    assert books.fetch(main.id, href) is not None


def test_sct7_a_contact_that_was_moved_is_gone_here_and_new_there(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    other = graph.contacts.add_folder("Other")
    href = put(graph)
    here, there = (pulled(books, ref)[-1].cursor for ref in (main.id, other.id))
    graph.contacts.move(href, other)
    assert [page.removed for page in pulled(books, main.id, here)] == [(href,)]
    assert set(listed(pulled(books, other.id, there))) == {href}
    assert books.fetch(main.id, href) is None
    assert books.fetch(other.id, href) is not None
    with pytest.raises(PreconditionFailed):
        books.update(main.id, href, None, NEW)


def test_sct7_a_folder_may_be_called_by_another_id(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    href = put(graph)
    graph.api.contacts.other_ids = True
    assert books.fetch(main.id, href) is not None
    assert books.update(main.id, href, None, NEW).card.emails == NEW.emails
    graph.contacts.remove(href)
    assert books.fetch(main.id, href) is None


# --- writing -------------------------------------------------------------------------------------


def test_sct5_a_lost_answer_makes_no_second_entry(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    graph.lose_answer("POST")
    with pytest.raises(RemoteUnavailable):
        books.create(main.id, wanted(person()), key=KEY)
    # Whoever looks before trying again knows it as ours.
    (seen,) = held(books, main.id).values()
    assert seen.key == KEY
    assert books.create(main.id, wanted(person()), key=KEY).href == seen.href
    assert len(main.contacts) == 1


def test_sct5_a_deleted_entry_is_not_the_one_that_is_made(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    made = books.create(main.id, wanted(person()), key=KEY)
    graph.contacts.remove(made.href)
    again = books.create(main.id, wanted(person()), key=KEY)
    assert again.href != made.href
    assert set(held(books, main.id)) == {again.href}


def test_sct5_what_the_server_does_after_a_creation_is_no_change(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    graph.api.contacts.settles = True
    made = books.create(main.id, wanted(person()), key=KEY)
    (seen,) = held(books, main.id).values()
    assert seen.etag != made.etag
    assert seen.content_hash == made.content_hash


def test_sct7_an_update_that_brings_nothing_new_writes_nothing(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    made = books.create(main.id, wanted(person()), key=KEY)
    questions(graph)
    assert books.update(main.id, made.href, made.etag, wanted(person())) == made
    assert [each.partition(" ")[0] for each in questions(graph)] == ["GET"]


def test_sct7_a_refusal_without_a_cause_is_tried_again(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    made = books.create(main.id, wanted(person()), key=KEY)
    graph.api.contacts.spurious = 1
    reached = books.update(main.id, made.href, made.etag, NEW)
    assert (reached.card.emails, reached.key) == (NEW.emails, KEY)
    graph.api.contacts.spurious = 1
    books.delete(main.id, made.href, reached.etag)
    assert main.contacts == {}
    other = books.create(main.id, wanted(person()), key=OTHER_KEY)
    graph.api.contacts.spurious = 2
    with pytest.raises(PreconditionFailed):
        books.update(main.id, other.href, other.etag, NEW)
    graph.api.contacts.spurious = 2
    with pytest.raises(PreconditionFailed):
        books.delete(main.id, other.href, None)


def test_sct7_a_change_in_the_middle_of_ours_is_not_written_over(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    href = put(graph)
    theirs = {"mobilePhone": "+49 171 9"}
    graph.api.contacts.meanwhile = [
        lambda: graph.contacts.set(main, main.contacts[href], theirs),
    ]
    with pytest.raises(PreconditionFailed):
        books.update(main.id, href, None, NEW)
    assert main.contacts[href]["emailAddresses"][0]["address"] == "ann@lee.example"
    assert main.contacts[href]["mobilePhone"] == "+49 171 9"


def test_sct7_a_lost_answer_to_a_change_changes_once(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    made = books.create(main.id, wanted(person()), key=KEY)
    graph.lose_answer("PATCH")
    with pytest.raises(RemoteUnavailable):
        books.update(main.id, made.href, made.etag, NEW)
    with pytest.raises(PreconditionFailed):
        books.update(main.id, made.href, made.etag, NEW)
    asked = Wanted(phones=(CardPhone("+49 171 9", "mobile"),))
    reached = books.update(main.id, made.href, None, asked)
    assert (reached.card.emails, reached.card.phones) == (NEW.emails, asked.phones)


# --- books that are gone or closed -----------------------------------------------------------------


def test_sct8_row_90_a_folder_that_goes(graph: Graph, books: GraphContacts) -> None:
    other = graph.contacts.add_folder("Other")
    href = put(graph, folder=other)
    cursor = pulled(books, other.id)[-1].cursor
    graph.contacts.drop_folder(other)
    for call in (
        lambda: list(books.pull(other.id, cursor)),
        lambda: books.fetch(other.id, href),
        lambda: books.update(other.id, href, None, NEW),
        lambda: books.delete(other.id, href, None),
        lambda: books.create(other.id, wanted(person()), key=KEY),
    ):
        with pytest.raises(BookGone):
            call()


def test_sct8_a_folder_that_is_closed_to_us(
    graph: Graph, books: GraphContacts, main: Folder
) -> None:
    href = put(graph)
    main.may_see = False
    for call in (
        lambda: list(books.pull(main.id, None)),
        lambda: books.fetch(main.id, href),
        lambda: books.update(main.id, href, None, NEW),
        lambda: books.delete(main.id, href, None),
    ):
        with pytest.raises(BookClosed):
            call()
