"""The form in which two e-mail addresses are compared (CON-2)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.core.addresses import email_key, is_email


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("anna@team.example", "anna@team.example"),
        ("  Anna@Team.Example\n", "anna@team.example"),
        ("ANNA.MARIA+crm@team.example", "anna.maria+crm@team.example"),
        ("o'neil_7%x@team.example", "o'neil_7%x@team.example"),
        # Unicode in the local part: composed or not, upper or lower.
        ("JOSE\u0301@x.example", "jos\u00e9@x.example"),
        ("jos\u00e9@x.example", "jos\u00e9@x.example"),
        ("STRASSE@x.example", "strasse@x.example"),
        ("stra\u00dfe@x.example", "strasse@x.example"),
        ("\u0391\u039d\u039d\u0391\u03a3@x.example", "\u03b1\u03bd\u03bd\u03b1\u03c3@x.example"),
        # Domains: UTS 46 lower case, ASCII form, other full stops, the trailing dot of DNS.
        ("a@B\u00fccher.DE", "a@xn--bcher-kva.de"),
        ("a@bu\u0308cher.de", "a@xn--bcher-kva.de"),
        ("a@xn--bcher-kva.de", "a@xn--bcher-kva.de"),
        ("a@\u4f8b\u5b50\u3002example", "a@xn--fsqu00a.example"),
        ("a@x.example.", "a@x.example"),
        ("a@127.0.0.1", "a@127.0.0.1"),
    ],
)
def test_con2_addresses_that_mean_the_same_have_one_key(typed: str, key: str) -> None:
    assert email_key(typed) == key


def test_con2_sharp_s_and_double_s_are_two_domains() -> None:
    assert email_key("a@fa\u00df.de") == "a@xn--fa-hia.de"
    assert email_key("a@fass.de") == "a@fass.de"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "@x.example",
        "anna@",
        "anna@localhost",
        "anna@-x.example",
        "anna@x..example",
        "anna@x.example, ben@x.example",
        "Anna <anna@x.example>",
        "an na@x.example",
        "anna@ben@x.example",
        "anna\u202e@x.example",
        "anna\x00@x.example",
        "anna@x\x00.example",
        "anna@xn--zz.example",
        "a" * 65 + "@x.example",
        "a@" + ".".join(["b" * 60] * 5) + ".example",
        "a@" + "b" * 64 + ".example",
    ],
)
def test_con2_what_is_no_address_has_no_key(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the contract
        email_key(typed)
    assert not is_email(typed)


_LOCALS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Z")), min_size=1, max_size=12
)
_DOMAINS = st.lists(
    st.text(st.characters(categories=("Ll", "Lu", "Lo", "Nd")), min_size=1, max_size=8),
    min_size=2,
    max_size=3,
).map(".".join)


@given(_LOCALS, _DOMAINS)
def test_con2_key_is_idempotent_and_knows_no_case(local: str, domain: str) -> None:
    typed = f"{local}@{domain}"
    try:
        key = email_key(typed)
    except ValueError:
        return
    assert email_key(key) == key
    assert email_key(unicodedata.normalize("NFD", typed)) == key
    domain_key = key.rpartition("@")[2]
    assert domain_key.isascii()
    assert domain_key == domain_key.lower()


@given(st.text(max_size=30))
def test_con2_any_text_gives_a_key_or_a_value_error(typed: str) -> None:
    assert is_email(typed) in (True, False)
