"""Forms against programs and people who mean harm."""

from datetime import timedelta

import pytest
import time_machine

from crm_app.campaigns.forms import token
from crm_app.core import clock, crypto, db
from tests import factories
from tests.campaigns.forms.laid import EMAIL, NAME, TYPED, laid_out
from tests.campaigns.forms.made import Guest, contacts, published, submissions
from tests.ui.tabs import cookie_of

Clock = time_machine.Traveller


def _open(friday: Clock, guest: Guest | None = None) -> Guest:
    guest = (guest or Guest()).open("/f/ask-us")
    friday.shift(timedelta(seconds=5))
    return guest


def test_frm1_sending_twice_makes_one_submission(database: str, friday: Clock) -> None:
    published()
    guest = _open(friday)
    fields = guest.fields() | TYPED
    for _ in range(3):
        assert Guest().post("/f/ask-us", fields).url.endswith("/sent")
    assert (len(submissions()), len(contacts())) == (1, 1)


def test_frm1_a_form_needs_our_token_and_a_fresh_one(lite: str, friday: Clock) -> None:
    form = published()
    other = token.issue((form.id or 0) + 1, clock.now()).text()
    forged = crypto.sign("booking-form", [form.id, "x", 0])
    for bad in ("", "nonsense", other, forged):
        guest = Guest().post("/f/ask-us", {**TYPED, "page": "p1", "form": bad})
        assert guest.status == 422
        assert guest.fields()["a-f2"] == "zoe@example.com"
    old = _open(friday)
    friday.shift(timedelta(days=3))
    assert old.submit(**TYPED).status == 422
    assert "open for a long time" in old.text
    assert submissions() == []
    # The page that came back can be sent.
    friday.shift(timedelta(seconds=5))
    assert old.submit().url.endswith("/sent")


def test_frm1_programs_are_too_quick_and_fill_the_trap(lite: str, friday: Clock) -> None:
    published()
    guest = Guest().open("/f/ask-us").submit(**TYPED)
    assert (guest.status, "very quick" in guest.text) == (422, True)
    friday.shift(timedelta(seconds=5))
    guest.submit(reply_by="https://spam.example")
    assert guest.status == 422
    assert guest.error_beside("reply_by")
    assert submissions() == []
    assert guest.submit(reply_by="").url.endswith("/sent")


def test_frm1_so_many_a_network_may_send_and_no_more(lite: str, friday: Clock) -> None:
    published()
    for number in range(30):
        guest = _open(friday).submit(**{**TYPED, "a-f2": f"lead{number}@example.com"})
        assert guest.status == 200
    guest = _open(friday).submit(**{**TYPED, "a-f2": "one@example.com"})
    assert guest.status == 429
    assert guest.fields()["a-f2"] == "one@example.com"
    assert _open(friday, Guest(address="198.51.100.9")).submit(**TYPED).status == 200
    assert len(submissions()) == 31


def test_frm1_so_often_an_address_may_be_used_and_no_more(lite: str, friday: Clock) -> None:
    published()
    for number in range(20):
        _open(friday, Guest(address=f"198.51.100.{number}")).submit(**TYPED)
    guest = _open(friday).submit(**{**TYPED, "a-f2": "ZOE@example.com"})
    assert (guest.status, len(submissions())) == (429, 20)


NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_frm1_labels_and_answers_are_text_and_nothing_else(lite: str, friday: Clock) -> None:
    published(
        laid_out(
            [
                {**NAME, "label": NASTY, "help": NASTY},
                EMAIL,
                {"id": "c", "kind": "choice", "label": NASTY, "choices": [NASTY, "x"]},
                {
                    "id": "d",
                    "kind": "text",
                    "label": "D",
                    "show_if": {"field": "c", "op": "is", "value": NASTY},
                },
                {"id": "h", "kind": "heading", "label": NASTY},
                {"id": "k", "kind": "consent", "label": NASTY},
            ],
            [{"id": "e", "kind": "text", "label": "E"}],
            title=NASTY,
            intro=NASTY,
            button=NASTY,
            after={"kind": "message", "text": NASTY},
        ),
        name="Ask us",
    )
    guest = _open(friday)
    pages = [guest.html]
    pages.append(guest.submit(**{"a-f1": NASTY, "a-f2": NASTY}).html)
    pages.append(guest.submit(**{"a-f1": NASTY, "a-f2": "a@example.com", "a-c": "x"}).html)
    pages.append(Guest().open("/f/ask-us/sent").html)
    assert "Step 2 of 2" in guest.text
    for html in pages:
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert guest.headers["content-security-policy"].startswith("default-src 'none'")


def test_api4_other_sites_may_frame_a_form_and_nothing_else(lite: str, friday: Clock) -> None:
    form = published()
    shown = Guest().open("/f/ask-us", embed="1")
    assert "frame-ancestors *" in shown.headers["content-security-policy"]
    assert "x-frame-options" not in shown.headers
    assert "framed" in shown.page.body.get("class")
    with db.unit_of_work() as session:
        ada = factories.admin(session)
    preview = Guest(cookie=cookie_of(ada)).open(f"/forms/{form.id}/preview")
    assert "frame-ancestors 'self'" in preview.headers["content-security-policy"]
    assert preview.headers["x-frame-options"] == "SAMEORIGIN"


def test_frm1_too_much_is_refused(lite: str, friday: Clock) -> None:
    published()
    assert Guest().post("/f/ask-us", {"a-f1": "x" * 300_000}).status == 413
    assert Guest().post("/f/ask-us", {f"x{n}": "1" for n in range(300)}).status == 413


@pytest.mark.parametrize("address", ["a@example.com\nBcc: b@example.com", "a@b", "a b@example.com"])
def test_frm1_addresses_that_are_none_make_no_contact(
    lite: str, friday: Clock, address: str
) -> None:
    published()
    assert _open(friday).submit(**{**TYPED, "a-f2": address}).status == 422
    assert contacts() == []


def test_frm1_the_file_and_the_preview_are_for_us(lite: str, friday: Clock) -> None:
    from crm_app.core.kinds import Role

    form = published(laid_out([{**NAME, "label": "=Name"}, EMAIL]))
    _open(friday).submit(**{**TYPED, "a-f1": "=1+1"})
    with db.unit_of_work() as session:
        ada = factories.admin(session)
        member, other = (factories.user(session, role=Role.MEMBER) for _ in range(2))
        session.get_one(type(contacts()[0]), contacts()[0].id).owner_id = member.id
    file, preview = f"/forms/{form.id}/submissions.csv", f"/forms/{form.id}/preview"
    for path in (file, preview):
        assert Guest().open(path).status == 401
    assert Guest(cookie=cookie_of(member)).open(preview).status == 403
    shown = Guest(cookie=cookie_of(ada)).open(file)
    assert shown.headers["content-type"].startswith("text/csv")
    lines = shown.html.splitlines()
    assert lines[0].endswith("Sent at,Contact,'=Name,E-mail")
    assert lines[1].endswith(",'=1+1,'=1+1,zoe@example.com")
    assert len(Guest(cookie=cookie_of(member)).open(file).html.splitlines()) == 2
    # Who may not see the contact does not see what he sent.
    assert len(Guest(cookie=cookie_of(other)).open(file).html.splitlines()) == 1


def test_frm1_trying_a_form_out_keeps_nothing(lite: str, friday: Clock) -> None:
    form = published()
    with db.unit_of_work() as session:
        ada = factories.admin(session)
    guest = Guest(cookie=cookie_of(ada)).open(f"/forms/{form.id}/preview")
    guest.submit(**TYPED)
    assert "Thank you" in guest.text
    assert (submissions(), contacts()) == ([], [])
    assert Guest(cookie=cookie_of(ada)).open("/forms/999/preview").status == 404
