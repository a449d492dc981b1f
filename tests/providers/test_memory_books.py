"""The address books in memory have the manners that the engine's tests rely on."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.providers.address_book_port import (
    BookClosed,
    BookPage,
    Card,
    CardEmail,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.memory_books import MemoryBookAccount, MemoryBooks

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = "0a4c8e9e-6a8e-4a3f-9c2e-7f0f3a1f9b11"
ANN = Card(
    "Ann Lee",
    first_name="Ann",
    last_name="Lee",
    emails=(CardEmail("ann@lee.example", "home"),),
    phones=(CardPhone("+49 228 1"), CardPhone("+49 228 2"), CardPhone("+49 228 3")),
)


def pulled(account: MemoryBookAccount, ref: str, cursor: str | None = None) -> list[BookPage]:
    return list(MemoryBooks(account).pull(ref, cursor))


def names(pages: list[BookPage]) -> list[str]:
    return [each.card.name for page in pages for each in page.changed]


def test_sct7_a_service_keeps_no_more_lines_than_it_can() -> None:
    account = MemoryBookAccount(most_emails=1, most_phones=2)
    ref = account.add_book("Contacts")
    made = MemoryBooks(account).create(
        ref,
        Wanted(
            names=WantedNames("Ann"),
            phones=ANN.phones,
            emails=(CardEmail("a@x.example"), CardEmail("b@x.example")),
        ),
        key=KEY,
    )
    assert made.card.phones == ANN.phones[:2]
    assert made.card.emails == (CardEmail("a@x.example"),)


def test_sct7_the_rest_of_an_entry_survives_what_both_sides_write() -> None:
    account = MemoryBookAccount()
    ref = account.add_book("Contacts")
    href = account.put(ref, "ann", ANN, rest={"birthday": "1980-05-05"})
    account.change(ref, href, note="Likes tea")
    MemoryBooks(account).update(ref, href, None, Wanted(emails=(CardEmail("new@lee.example"),)))
    assert account.rest(ref, href) == {"birthday": "1980-05-05"}
    assert account.card(ref, href).note == "Likes tea"
    assert account.card(ref, href).emails == (CardEmail("new@lee.example"),)


def test_sct7_listings_lag_behind_what_was_written() -> None:
    account = MemoryBookAccount(stale=300)
    ref = account.add_book("Contacts")
    provider = MemoryBooks(account)
    with time_machine.travel(NOW, tick=False) as time:
        href = account.put(ref, "ann", ANN)
        cursor = pulled(account, ref)[-1].cursor
        reached = provider.update(ref, href, None, Wanted(emails=()))
        assert reached.card.emails == ()
        assert provider.fetch(ref, href) == reached
        old = pulled(account, ref, cursor)
        assert [each.card for each in old[0].changed] == [ANN]
        time.shift(timedelta(seconds=301))
        (page,) = pulled(account, ref, old[-1].cursor)
        assert page.changed == (reached,)


def test_sct7_a_new_entry_is_listed_late_and_never_as_gone() -> None:
    account = MemoryBookAccount(stale=300)
    ref = account.add_book("Contacts")
    with time_machine.travel(NOW, tick=False) as time:
        made = MemoryBooks(account).create(ref, Wanted(names=WantedNames("Ann")), key=KEY)
        (page,) = pulled(account, ref)
        assert (page.changed, page.removed) == ((), ())
        time.shift(timedelta(seconds=301))
        (page,) = pulled(account, ref, page.cursor)
        assert page.changed == (made,)
        MemoryBooks(account).delete(ref, made.href, made.etag)
        (page,) = pulled(account, ref, page.cursor)
        assert page.changed == (made,)
        time.shift(timedelta(seconds=301))
        (page,) = pulled(account, ref, page.cursor)
        assert page.removed == (made.href,)


def test_sct2_a_lost_answer_took_effect_and_a_retry_makes_no_second_entry() -> None:
    account = MemoryBookAccount()
    ref = account.add_book("Contacts")
    account.lose_answer("create")
    with pytest.raises(RemoteUnavailable):
        MemoryBooks(account).create(ref, Wanted(names=WantedNames("Ann")), key=KEY)
    made = MemoryBooks(account).create(ref, Wanted(names=WantedNames("Ann")), key=KEY)
    assert (list(account.cards(ref)), made.key) == ([made.href], KEY)


def test_sct2_a_broken_listing_goes_on_where_it_was() -> None:
    account = MemoryBookAccount(page_size=1)
    ref = account.add_book("Contacts")
    for entry in ("a", "b", "c"):
        account.put(ref, entry, Card(entry))
    account.fail(RemoteUnavailable(), call="page")
    pages = []
    with pytest.raises(RemoteUnavailable):
        pages.extend(MemoryBooks(account).pull(ref, None))
    pages = pulled(account, ref)[:1]
    assert names([*pages, *pulled(account, ref, pages[-1].cursor)]) == ["a", "b", "c"]


def test_sct2_row_87_a_broken_entry_has_its_trouble() -> None:
    account = MemoryBookAccount()
    ref = account.add_book("Contacts")
    account.put(ref, "broken", "no entry's text")
    account.put(ref, "fine", ANN)
    (page,) = pulled(account, ref)
    assert [bool(each.trouble) for each in page.changed] == [True, False]


def test_sct7_an_entry_that_was_renamed_says_what_it_was() -> None:
    account = MemoryBookAccount()
    ref = account.add_book("Contacts")
    href = account.put(ref, "ann", ANN)
    cursor = pulled(account, ref)[-1].cursor
    reached = account.rename(ref, href)
    (page,) = pulled(account, ref, cursor)
    assert [(each.href, each.former) for each in page.changed] == [(reached, (href,))]
    assert page.removed == ()


def test_sct8_cursors_expire_and_access_is_lost() -> None:
    account = MemoryBookAccount()
    ref = account.add_book("Contacts")
    cursor = pulled(account, ref)[-1].cursor
    account.expire_cursors(ref)
    with pytest.raises(CursorExpired):
        pulled(account, ref, cursor)
    account.close_book(ref)
    with pytest.raises(BookClosed):
        pulled(account, ref)
