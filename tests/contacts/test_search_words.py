"""What a contact is found by (CON-3)."""

import pytest

from crm_app.contacts.search_words import document, words_of

ANNA = document(
    names=("Anna Ösi-Łukasz", "Anna", "Ösi-Łukasz"),
    emails=("anna@Bücher.de", "anna@xn--bcher-kva.de"),
    phones=(("030/123 456", "+4930123456"),),
    company="Müller & Söhne",
)


@pytest.mark.parametrize(
    "typed",
    [
        "anna",
        "ANN",
        "osi",
        "lukasz anna",
        "anna@bücher",
        "xn--bcher",
        "müller sohne",
        "030 123",
        "030/12",
        "+49 30 123456",
        "0049 30 123",
        "123456",
        "",
    ],
)
def test_con3_found(typed: str) -> None:
    assert all(word in ANNA for word in words_of(typed))


@pytest.mark.parametrize("typed", ["ben", "anna ben", "031", "anna%", "_nna", "+48 30"])
def test_con3_not_found(typed: str) -> None:
    assert not all(word in ANNA for word in words_of(typed))


def test_con3_endless_or_broken_text_is_cut_and_cleaned() -> None:
    assert len(words_of("a" * 10_000)[0]) == 200
    assert words_of("an\x00na") == ["anna"]
