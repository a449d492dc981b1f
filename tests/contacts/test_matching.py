"""Phone numbers in one form, and the country of those written without one (CON-2)."""

import pytest

from crm_app.contacts.matching import e164, region_of


@pytest.mark.parametrize(
    ("number", "region", "form"),
    [
        ("+49 30 123456", None, "+4930123456"),
        ("030 / 123 456", "DE", "+4930123456"),
        ("+49 (0)30 123456", None, "+4930123456"),
        ("601 234 567", "PL", "+48601234567"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("0048 601 234 567", "DE", "+48601234567"),
        ("030 123456", None, ""),
        ("call me", "DE", ""),
        ("", "DE", ""),
        ("+49 30 123456" + "1" * 300, None, ""),
    ],
)
def test_con2_numbers_are_compared_in_one_form(number: str, region: str | None, form: str) -> None:
    assert e164(number, region=region) == form


def test_con2_country_comes_from_the_first_zone_that_has_one() -> None:
    assert region_of("", "Europe/Berlin") == "DE"
    assert region_of("Europe/Warsaw", "Europe/Berlin") == "PL"
    assert region_of("UTC", "Nowhere/Else") is None
