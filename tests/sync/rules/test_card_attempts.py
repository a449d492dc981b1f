"""SCT-7: whether a write whose answer was lost is behind what is found, and what of it was kept."""

from crm_app.providers.address_book_port import CardEmail, CardPhone, WantedNames
from crm_app.sync.rules.card_attempts import arrived, shared
from crm_app.sync.rules.card_merge import Details

ONE, TWO, OWN = CardEmail("one@x.example"), CardEmail("two@x.example"), CardEmail("own@x.example")


def said(*emails: CardEmail, **values: tuple[CardPhone, ...] | WantedNames) -> Details:
    return Details(emails=emails, **values)  # type: ignore[arg-type]  # as they are named


def test_sct7_what_was_added_shows_that_it_arrived() -> None:
    assert arrived(said(ONE), said(ONE, TWO), said(ONE, TWO, OWN))
    assert not arrived(said(ONE), said(ONE, TWO), said(ONE, OWN))


def test_sct7_what_was_to_go_and_is_there_shows_that_it_did_not() -> None:
    assert not arrived(said(ONE, TWO), said(ONE), said(ONE, TWO))
    assert arrived(said(ONE, TWO), said(ONE), said(ONE, OWN))


def test_sct7_numbers_that_a_service_spells_in_its_own_way_are_known_again() -> None:
    sent, found = (CardPhone("+49 228 1234567"),), (CardPhone("0228/1234567"),)
    assert arrived(said(), said(phones=sent), said(phones=found))
    assert shared(said(phones=sent), said(phones=found)).phones == found


def test_sct7_a_change_of_labels_or_names_alone_arrived_when_all_is_as_sent() -> None:
    work = said(CardEmail("one@x.example", "work"))
    assert arrived(said(ONE), work, work)
    assert not arrived(said(ONE), work, said(ONE))
    named = said(ONE, names=WantedNames("Ann"))
    assert not arrived(said(ONE), named, said(ONE, names=WantedNames("Annie")))


def test_sct7_what_was_added_by_somebody_since_is_not_ours() -> None:
    assert shared(said(ONE, TWO), said(ONE, OWN)).emails == (ONE,)
