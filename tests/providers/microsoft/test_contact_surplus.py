"""More lines than Outlook has places for: kept here, written in a stable way, never read as a
deletion (SCT-7)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.address_book_port import (
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.microsoft.contact_reading import card_of
from crm_app.sync.rules.card_merge import Details, details_of, merge, wanted
from tests.providers.microsoft.outlook import Outlook

NAMES = WantedNames("Ann Lee", CardKind.PERSON, "Ann", "Lee", "Lee Ltd")
MANY = Details(
    emails=tuple(CardEmail(f"e{number}@lee.example", "work") for number in range(5)),
    phones=tuple(
        CardPhone(f"+49 228 {number}00{number}", label)
        for number, label in enumerate(
            ["mobile", "mobile", "work", "work", "work", "home", "work fax"]
        )
    ),
    addresses=tuple(
        CardAddress(f"Street {number}", "53111", "Bonn", label=label)
        for number, label in enumerate(["home", "home", "work", "Stables"])
    ),
    names=NAMES,
)
LABELS = ["", "mobile", "work", "home", "other", "Stables", "home fax"]


def started(ours: Details) -> tuple[Outlook, dict[str, Any], Details]:
    """A contact that was just written to Outlook, and how it stands there."""
    outlook = Outlook()
    first = wanted(None, ours)
    assert first is not None
    contact = outlook.create(first)
    return outlook, contact, details_of(card_of(contact))


def in_step(
    outlook: Outlook, contact: dict[str, Any], ours: Details, before: tuple[Details, Details]
) -> tuple[Details, dict[str, Any], tuple[Details, Details]]:
    """One run: ours and theirs merged, written where something is new, and read back."""
    theirs = details_of(card_of(contact))
    merged = merge(ours, theirs, *before)
    asked = wanted(theirs, merged.theirs)
    told = outlook.write(contact, asked) if asked else contact
    return merged.ours, told, (merged.ours, details_of(card_of(told)))


def test_sct7_outlook_keeps_what_it_can() -> None:
    _, contact, theirs = started(MANY)
    assert [each.address for each in theirs.emails] == [f"e{n}@lee.example" for n in range(3)]
    # Five places: the third work number gives way to the one at home, and nobody calls a fax.
    kept = {each.number for each in MANY.phones} - {MANY.phones[4].number, MANY.phones[6].number}
    assert {each.number for each in theirs.phones} == kept
    assert contact["mobilePhone"] == MANY.phones[0].number
    assert len(theirs.addresses) == 3


def test_sct7_what_did_not_fit_is_no_deletion() -> None:
    outlook, contact, theirs = started(MANY)
    ours, _, _ = in_step(outlook, contact, MANY, (MANY, theirs))
    assert ours == MANY
    assert len(outlook.writes) == 1


def test_sct7_a_change_there_leaves_what_did_not_fit() -> None:
    outlook, contact, theirs = started(MANY)
    gone = contact["emailAddresses"][1]["address"]
    outlook.store.set(
        outlook.store.main,
        outlook.store.main.contacts[contact["id"]],
        {"emailAddresses": [contact["emailAddresses"][0], contact["emailAddresses"][2]]},
    )
    ours, contact, before = in_step(outlook, outlook.read(contact["id"]), MANY, (MANY, theirs))
    assert [each.address for each in ours.emails] == [
        each.address for each in MANY.emails if each.address != gone
    ]
    assert (ours.phones, ours.addresses) == (MANY.phones, MANY.addresses)
    again, _, _ = in_step(outlook, contact, ours, before)
    assert again == ours


def test_sct7_a_change_here_writes_once_and_then_nothing() -> None:
    outlook, contact, theirs = started(MANY)
    new = CardEmail("new@lee.example", "home")
    ours = Details((new, *MANY.emails), MANY.phones, MANY.addresses, NAMES)
    merged, contact, before = in_step(outlook, contact, ours, (MANY, theirs))
    assert merged == ours
    assert contact["emailAddresses"][0]["address"] == "new@lee.example"
    for _ in range(3):
        written = len(outlook.writes)
        merged, contact, before = in_step(outlook, contact, merged, before)
        assert merged == ours
        assert len(outlook.writes) == written


emails = st.lists(
    st.builds(CardEmail, st.integers(0, 9).map("e{}@lee.example".format), st.sampled_from(LABELS)),
    max_size=6,
    unique_by=lambda each: each.address,
)
phones = st.lists(
    st.builds(CardPhone, st.integers(0, 9).map("+49 228 12345{}".format), st.sampled_from(LABELS)),
    max_size=8,
    unique_by=lambda each: each.number,
)
addresses = st.lists(
    st.builds(
        CardAddress,
        st.integers(0, 9).map("Street {}".format),
        st.just("53111"),
        st.just("Bonn"),
        label=st.sampled_from(LABELS),
    ),
    max_size=5,
    unique_by=lambda each: each.street,
)
anybody = st.builds(
    Details,
    emails.map(tuple),
    phones.map(tuple),
    addresses.map(tuple),
    st.just(NAMES),
)


@given(anybody, anybody)
def test_sct7_writing_the_same_again_writes_nothing(first: Details, then: Details) -> None:
    outlook, contact, _ = started(first)
    asked = Wanted(then.names, then.emails, then.phones, then.addresses)
    contact = outlook.write(contact, asked)
    written = len(outlook.writes)
    assert outlook.write(contact, asked) == contact
    read = details_of(card_of(contact))
    assert outlook.write(contact, Wanted(read.names, read.emails, read.phones, read.addresses))
    assert len(outlook.writes) == written


@given(anybody, anybody)
def test_sct7_nothing_of_ours_is_ever_lost_and_it_settles(first: Details, then: Details) -> None:
    outlook, contact, theirs = started(first)
    ours, contact, before = in_step(outlook, contact, then, (first, theirs))
    assert ours == then
    for _ in range(2):
        ours, contact, before = in_step(outlook, contact, ours, before)
        assert ours == then
    written = len(outlook.writes)
    assert in_step(outlook, contact, ours, before)[0] == then
    assert len(outlook.writes) == written
