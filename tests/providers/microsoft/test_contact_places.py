"""Which of Outlook's places each line goes to (SCT-7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.microsoft.contact_places import ADDRESSES, PHONES, Line, Place, arranged

LABELS = ["", "mobile", "work", "home", "other", "main", "iphone", "Stables", "work fax", "pager"]
FAX = {"work fax", "pager"}


def lines(*told: str) -> list[Line]:
    """``m1``, ``w1``, ``h1``, ``o1``: a mobile, work, home or other line."""
    words = {"m": "mobile", "w": "work", "h": "home", "o": "other", "f": "work fax"}
    return [Line(key, words[key[0]]) for key in told]


def placed(told: list[Line], places: tuple[Place, ...] = PHONES, **present: list[str]) -> list[str]:
    """The keys at each place, in the order of the places."""
    found = arranged(told, present, places)
    return [" ".join(told[at].key for at in found[place.name]) for place in places]


@pytest.mark.parametrize(
    ("told", "mobile", "work", "home"),
    [
        ("m1 w1 h1", "m1", "w1", "h1"),
        ("w1 m1 w2 h1 h2", "m1", "w1 w2", "h1 h2"),
        # One too many of a label goes where there is room, never where its betters stand.
        ("m1 m2", "m1", "m2", ""),
        ("w1 w2 w3", "", "w1 w2", "w3"),
        ("h1 h2 h3 h4", "", "h3 h4", "h1 h2"),
        ("m1 m2 w1 w2", "m1", "w1 w2", "m2"),
        # What says nothing of these places comes last.
        ("o1 w1 w2", "", "w1 w2", "o1"),
        ("o1 m1 o2 o3", "m1", "o1 o2", "o3"),
        ("w1 w2 w3 w4 w5 w6 w7", "w5", "w1 w2", "w3 w4"),
        # Nobody answers at a fax machine.
        ("f1 w1 f2", "", "w1", ""),
        ("", "", "", ""),
    ],
)
def test_sct7_numbers_find_their_places(told: str, mobile: str, work: str, home: str) -> None:
    assert placed(lines(*told.split())) == [mobile, work, home]


def test_sct7_what_stands_there_stays_there() -> None:
    # The new one comes first, and yet nothing moves for it.
    assert placed(lines("h9", "h1", "h2"), homePhones=["h1", "h2"]) == ["", "h9", "h1 h2"]
    # A number that once found no room of its own stays where it went.
    assert placed(lines("m1", "m2"), mobilePhone=["m1"], homePhones=["m2"]) == ["m1", "", "m2"]
    assert placed(lines("f1"), businessPhones=["f1"]) == ["", "", ""]


def test_sct7_a_new_label_moves_a_line() -> None:
    moved = [Line("w1", "home")]
    assert placed(moved, businessPhones=["w1"]) == ["", "", "w1"]


def test_sct7_lines_of_one_place_follow_the_order_that_is_wanted() -> None:
    assert placed(lines("w2", "w1"), businessPhones=["w1", "w2"]) == ["", "w2 w1", ""]


def test_sct7_addresses_find_their_places() -> None:
    assert placed(lines("h1", "w1", "o1"), ADDRESSES) == ["w1", "h1", "o1"]
    assert placed(lines("h1", "h2", "h3", "h4"), ADDRESSES) == ["h3", "h1", "h2"]
    # The new home goes to the free place, and the old one does not move.
    assert placed(lines("h9", "h1"), ADDRESSES, homeAddress=["h1"]) == ["", "h1", "h9"]


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Line], dict[str, list[str]], tuple[Place, ...]]:
    places = draw(st.sampled_from([PHONES, ADDRESSES]))
    keys = draw(st.lists(st.integers(0, 12).map(str), unique=True, max_size=9))
    told = [Line(key, draw(st.sampled_from(LABELS))) for key in keys]
    present = {
        place.name: draw(st.lists(st.integers(0, 12).map(str), max_size=place.room, unique=True))
        for place in places
    }
    return told, present, places


@given(situations())
def test_sct7_every_line_once_no_place_too_full_nothing_left_out_in_vain(
    situation: tuple[list[Line], dict[str, list[str]], tuple[Place, ...]],
) -> None:
    told, present, places = situation
    found = arranged(told, present, places)
    taken = [at for positions in found.values() for at in positions]
    assert len(taken) == len(set(taken))
    assert all(len(found[place.name]) <= place.room for place in places)
    assert all(positions == sorted(positions) for positions in found.values())
    callable_lines = [at for at, line in enumerate(told) if line.label not in FAX]
    assert len(taken) == min(len(callable_lines), sum(place.room for place in places))
    assert set(taken) <= set(callable_lines)


@given(situations())
def test_sct7_the_same_lines_end_up_in_the_same_places(
    situation: tuple[list[Line], dict[str, list[str]], tuple[Place, ...]],
) -> None:
    told, present, places = situation
    found = arranged(told, present, places)
    there = {name: [told[at].key for at in positions] for name, positions in found.items()}
    # Wanted again, what did not fit included.
    assert arranged(told, there, places) == found
    # Wanted as it is read back: in the order and with the labels of the places.
    labels = {place.name: place.label for place in places}
    read = [Line(key, labels[name]) for name, keys in there.items() for key in keys]
    again = arranged(read, there, places)
    assert {name: [read[at].key for at in positions] for name, positions in again.items()} == there
