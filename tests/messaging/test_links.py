"""Links that count and pictures that tell (CAM-6): where they lead, who counts, what stays as it was."""

import html
import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from crm_app.core import db
from crm_app.core.facts import FactRow
from crm_app.messaging import links, plain_mail
from crm_app.models import ChannelAccount, Message, TrackedLink
from tests import factories
from tests.messaging.channel_rig import BASE, client, lead, queue

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


def _wrap(text: str, markup: str = "") -> links.Wrapped:
    numbers = count(1)
    return links.wrap(text, markup, base=BASE, new_token=lambda: f"t{next(numbers)}")


@pytest.mark.parametrize(
    ("text", "wrapped", "address"),
    [
        ("See https://a.example/x?y=1&z=2.", f"See {BASE}/l/t1.", "https://a.example/x?y=1&z=2"),
        ("(https://a.example/b)", f"({BASE}/l/t1)", "https://a.example/b"),
        ("https://a.example/b_(c)", f"{BASE}/l/t1", "https://a.example/b_(c)"),
        ("<https://a.example>!", f"<{BASE}/l/t1>!", "https://a.example"),
        (f"Book: {BASE}/cal/x", f"Book: {BASE}/l/t1", f"{BASE}/cal/x"),
    ],
)
def test_cam6_addresses_in_a_text_go_behind_ours(text: str, wrapped: str, address: str) -> None:
    found = _wrap(text)
    assert (found.text, found.links) == (wrapped, (("t1", address),))


@pytest.mark.parametrize(
    "text", [f"{BASE}/u/abc", f"{BASE}/l/abc", "no address", "mailto:a@b.example", "http://"]
)
def test_cam6_what_is_no_address_or_ours_already_stays(text: str) -> None:
    found = _wrap(text)
    assert (found.text, found.links) == (text, ())


def test_cam6_text_and_html_share_tokens_and_labels_stay() -> None:
    text = "See https://a.example/?b=1&c=2"
    found = _wrap(text, plain_mail.as_mail(text, locale="en", sender="Team"))
    assert found.text == f"See {BASE}/l/t1"
    assert f'href="{BASE}/l/t1"' in found.html
    assert ">https://a.example/?b=1&amp;c=2</a>" in found.html
    assert found.links == (("t1", "https://a.example/?b=1&c=2"),)


@given(st.text(max_size=200))
def test_cam6_unwrapping_gives_the_text_back(text: str) -> None:
    found = _wrap(text)
    back = found.text
    for token, address in reversed(found.links):
        back = re.sub(re.escape(f"{BASE}/l/{token}") + r"(?!\d)", lambda _, a=address: a, back)
    assert back == text


@given(st.text(max_size=200))
def test_q1_whatever_is_typed_the_html_holds_it_as_text(text: str) -> None:
    document = plain_mail.as_mail(text, locale="en", sender="Team")
    body = document[document.index("<body") :]
    words = re.sub(r"<[^>]*>", " ", body)
    assert "<script" not in document
    plain = text.replace("\r\n", "\n")
    assert "".join(html.unescape(words).split()) == "".join((plain + "Team").split())


@pytest.fixture
def sent(lite: str) -> Message:
    """A text message with a link, to a contact."""
    with db.unit_of_work() as session:
        factories.workspace(session)
        contact = lead(session)
        return queue(
            session, text="See https://a.example/x", contact_id=contact.id, track_links=True
        )


def _link() -> TrackedLink:
    with db.reading() as session:
        return session.exec(select(TrackedLink)).one()


def _clicks_told() -> int:
    with db.reading() as session:
        return len(session.exec(select(FactRow).where(FactRow.kind == "LinkClicked")).all())


def test_cam6_a_click_leads_on_counts_and_tells_the_campaigns_once(sent: Message) -> None:
    link = _link()
    assert sent.text == f"See {BASE}/l/{link.token}"
    assert len(link.token) >= 16
    for _ in range(2):
        answer = client().get(f"/l/{link.token}", headers={"User-Agent": BROWSER})
        assert answer.status_code == 302
        assert answer.headers["location"] == "https://a.example/x"
        assert answer.headers["cache-control"] == "no-store"
    assert (_link().clicks, _clicks_told()) == (2, 1)
    with db.reading() as session:
        assert session.get_one(Message, sent.id).clicked_at is not None


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {"User-Agent": BROWSER}),
        ("GET", {"User-Agent": BROWSER, "Sec-Purpose": "prefetch"}),
        ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0"}),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("GET", {"User-Agent": "curl/8.0"}),
        ("GET", {"User-Agent": ""}),
    ],
)
def test_cam6_programs_are_led_on_and_do_not_count(
    sent: Message, method: str, headers: dict[str, str]
) -> None:
    answer = client().request(method, f"/l/{_link().token}", headers=headers)
    assert answer.status_code == 302
    assert (_link().clicks, _clicks_told()) == (0, 0)


@pytest.mark.parametrize("token", ["x", "a" * 300, "%00"])
def test_syn13_an_unknown_token_leads_nowhere(sent: Message, token: str) -> None:
    assert client().get(f"/l/{token}?url=https://evil.example").status_code == 404


def _mail(**values: object) -> Message:
    with db.unit_of_work() as session:
        return queue(
            session,
            "email",
            to_address="lea@lead.example",
            subject="Hi",
            text="Hello",
            campaign_id=1,
            track_links=True,
            **values,
        )


def test_cam6_openings_are_measured_only_when_that_is_switched_on(lite: str) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
    assert "<img" not in _mail(key="a").html
    with db.unit_of_work() as session:
        session.add(ChannelAccount(channel="email", options={"opens": True}, enabled=True))
    message = _mail(key="b")
    [path] = re.findall(rf'<img src="{BASE}(/o/[^"]+\.gif)"', message.html)
    assert client().head(path).status_code == 200
    with db.reading() as session:
        assert session.get_one(Message, message.id).opened_at is None
    answer = client().get(path)
    assert answer.headers["content-type"] == "image/gif"
    with db.reading() as session:
        assert session.get_one(Message, message.id).opened_at is not None
    assert client().get("/o/unknown.gif").status_code == 200
    assert client().get(path.removesuffix(".gif").replace("/o/", "/l/")).status_code == 404
