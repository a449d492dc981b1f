"""Contacts both ways on real parts: the served product, a browser, Radicale, and a plain HTTP client.

Mara and Ben connect their own address books. Three hundred cards wait until Mara says what they are;
what she imports or links follows her address book and the CRM, what Ben ticks follows his, and
nobody's is touched by what the other does.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect
from sqlmodel import col, select

from crm_app import models
from crm_app.contacts import service
from crm_app.contacts.fields import Email
from crm_app.core.access import system
from crm_app.core.kinds import CardLinkState, ContactKind
from tests import factories
from tests.browser.conftest import Served, serve
from tests.browser.journey import phone_book
from tests.browser.journey.barriers import barriers
from tests.browser.journey.desk import Desk
from tests.browser.journey.phone_book import BOOK, WAITING, find, values
from tests.browser.journey.steps import chapter, picture, step, until
from tests.browser.journey.windows import Windows
from tests.servers.radicale import RadicaleServer, RadicaleUser, radicale_server

pytestmark = pytest.mark.browser

__all__ = ["radicale_server"]

# The app passwords that must show up nowhere.
SECRETS = {"mara": "abcd-efgh-mara-contacts", "ben": "abcd-efgh-ben-contacts"}
ACCOUNTS, QUEUE = "/settings/accounts", "/settings/accounts?tab=queue"
PAGE = "External accounts"
DENIZ = "Deniz Öztürk"
LONG = 60_000
# Keeps what the address books said of themselves while they were read.
_WATCH = """() => { window.read = new Set(); new MutationObserver(() => {
  document.querySelectorAll('.book-facts').forEach((each) => window.read.add(each.innerText)); })
  .observe(document.body, { childList: true, subtree: true, characterData: true }); }"""


@dataclass
class Place:
    """Two desks, two address books outside, and everything that went over the sockets."""

    served: Served
    windows: Windows
    mara: Desk
    ben: Desk
    outside: dict[str, RadicaleUser]
    users: dict[str, models.User]
    deniz: int
    traffic: list[str] = field(default_factory=list)

    def kinds(self, *names: str) -> dict[str, str]:
        """The contacts of these names, with what they are."""
        with self.served.unit_of_work() as session:
            rows = session.exec(select(models.Contact).where(col(models.Contact.name).in_(names)))
            return {row.name: row.kind.value for row in rows}

    def cards(self) -> dict[str, models.ExternalCard]:
        """What was read of Mara's address book, by name."""
        with self.served.unit_of_work() as session:
            return {row.name: row for row in session.exec(select(models.ExternalCard))}

    def is_on(self, who: str) -> bool:
        """Whether this user's flag of Deniz is on and nothing is on its way."""
        with self.served.unit_of_work() as session:
            query = select(models.CardLink).where(
                models.CardLink.user_id == self.users[who].id,
                models.CardLink.contact_id == self.deniz,
                models.CardLink.state == CardLinkState.IN_STEP,
            )
            return len(session.exec(query).all()) == 1


@pytest.fixture(scope="module")
def place(
    built: None,
    browser: Browser,
    radicale_server: RadicaleServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    served = serve(
        tmp_path_factory.mktemp("contacts"),
        CRM_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8",
        CRM_POLL_SECONDS="2",
        CRM_LOG_LEVEL="DEBUG",
    )
    windows = Windows(browser, served.url)
    with served.unit_of_work() as session:
        factories.workspace(session)
        users = {
            "mara": factories.admin(session, name="Mara Lenz", email="mara@team.example"),
            "ben": factories.user(session, name="Ben Ode", email="ben@team.example"),
        }
        deniz = service.create(
            session,
            system("test"),
            kind=ContactKind.CONTACT,
            name=DENIZ,
            emails=[Email("deniz@kornblume.example")],
        )
    outside = {
        name: radicale_server.make_user(f"{name}@team.example", secret)
        for name, secret in SECRETS.items()
    }
    phone_book.fill(radicale_server, outside["mara"])
    outside["ben"].fill_book(BOOK, map(phone_book.usual, range(20, 32)), "Contacts")
    mara, ben = (Desk(windows.desktop(served.cookie(user))) for user in users.values())
    there = Place(served, windows, mara, ben, outside, users, deniz.id or 0)
    for desk in (mara, ben):
        _listen(desk.page, there.traffic)
    try:
        yield there
    finally:
        windows.close()
        ended = served.stop()
    assert ended == 0
    assert "Traceback" not in served.log, served.log


def _listen(page: Page, traffic: list[str]) -> None:
    def follow(socket: WebSocket) -> None:
        for name in ("framesent", "framereceived"):
            socket.on(name, lambda frame: traffic.append(str(frame)))

    page.on("websocket", follow)


@pytest.fixture(autouse=True)
def nothing_complains(place: Place) -> Iterator[None]:
    """No page may throw or log an error, whatever else a test looks at."""
    yield
    complaints, place.windows.complaints = place.windows.complaints, []
    assert complaints == []


def _connect(place: Place, desk: Desk, who: str) -> None:
    desk.go(ACCOUNTS, PAGE)
    page, outside = desk.page, place.outside[who]
    page.evaluate(_WATCH)
    page.get_by_role("button", name="New sync account").first.click()
    asked = page.get_by_role("dialog")
    expect(
        asked.get_by_text("“Office 365 – Contacts” under Settings > Configuration")
    ).to_be_visible()
    asked.get_by_role("button", name="Any CardDAV server").click()
    for name, text in (
        ("server_url", f"http://127.0.0.1:{outside.port}/"),
        ("username", outside.name),
        ("password", outside.password),
    ):
        asked.locator(f"[name={name}]").fill(text)
    asked.get_by_role("button", name="Connect", exact=True).click()
    expect(page.locator(".connection", has_text="In step")).to_be_visible(timeout=LONG)


def test_sct1_sct2_two_users_connect_their_own_address_books(place: Place) -> None:
    chapter("Mara and Ben connect their address books")
    _connect(place, place.mara, "mara")
    page = place.mara.page
    expect(page.locator(".tab-count").first).to_have_text(str(WAITING))
    picture(page, "contacts-connected")
    assert any("cards read" in said for said in page.evaluate("[...window.read]"))
    _connect(place, place.ben, "ben")
    expect(place.ben.page.locator(".tab-count").first).to_have_text("12")
    step("The odd ones came too; the group is known and no row, what cannot be read stops nothing")
    found = place.cards()
    assert set(phone_book.ODD) <= set(found)
    assert [name for name, card in found.items() if card.is_group] == ["Stallfreunde"]


def _row(page: Page, name: str) -> Locator:
    return page.locator(".queue-row", has=page.locator(f"strong:text-is('{name}')"))


def _search(page: Page, text: str, count: int) -> None:
    page.get_by_role("searchbox", name="Search the queue").fill(text)
    expect(page.locator(".queue-row")).to_have_count(count)


def test_sct3_sct4_three_are_marked_one_is_linked_and_nothing_else_comes_in(place: Place) -> None:
    chapter("Contacts in queue")
    place.mara.go(QUEUE, PAGE)
    page = place.mara.page
    expect(page.locator(".queue-row")).to_have_count(50)
    button = page.locator("#import-all")
    expect(button).to_be_disabled()
    step("Two are marked with the mouse, one is who we know already")
    _search(page, "Müller Jörg", 1)
    _row(page, "Jörg Müller").get_by_role("button", name="Lead", exact=True).click()
    _search(page, "Kornblume", 2)
    _row(page, "Kornblume GmbH").get_by_role("button", name="Company", exact=True).click()
    expect(button).to_have_text("Import all (2)")
    picture(page, "contacts-queue")
    page.get_by_role("button", name=f"Link {phone_book.APPLE} to {DENIZ}").click()
    expect(_row(page, phone_book.APPLE)).to_have_count(0)
    step("One is marked by keyboard, and all marked ones are imported by it")
    _search(page, "Siobhan", 1)
    contact = _row(page, phone_book.NEW).get_by_role("button", name="Contact", exact=True)
    place.mara.tab_to(contact)
    page.keyboard.press("Space")
    expect(contact).to_have_attribute("aria-pressed", "true")
    expect(button).to_have_text("Import all (3)")
    place.mara.tab_to(button)
    page.keyboard.press("Enter")
    expect(page.locator(".tab-count").first).to_have_text(str(WAITING - 4))
    expect(button).to_be_disabled()
    names = ("Jörg Müller", "Kornblume GmbH", phone_book.NEW)
    assert place.kinds(*names, phone_book.APPLE, DENIZ) == {
        "Jörg Müller": "lead",
        "Kornblume GmbH": "company",
        phone_book.NEW: "contact",
        DENIZ: "contact",
    }


def test_sct5_sct6_sct7_one_card_both_ways(place: Place) -> None:
    chapter("One card, changed on both sides")
    mara, outside = place.mara, place.outside["mara"]
    apple = outside.path(BOOK, "apple.vcf")
    until(lambda: place.is_on("mara"), "the linked card is in step")
    before = values(outside.get(apple))
    _open_card(place, mara)
    expect(_flag(mara.page)).to_be_checked()
    expect(mara.card.get_by_role("textbox", name="E-mail addresses")).to_have_count(2)
    step("Apple's postal addresses came with it")
    expect(mara.card.get_by_role("textbox", name="City").nth(1)).to_have_value("Köln")
    picture(mara.page, "contacts-card")
    step("Changed here; Radicale tells it to a plain HTTP client, and kept all the rest")
    mara.card.get_by_role("button", name="Add phone").click()
    numbers = mara.card.get_by_role("textbox", name="Phone numbers")
    expect(numbers).to_have_count(3)
    numbers.last.fill("+49 30 123456")
    mara.card.get_by_role("button", name="Save").click()
    after = until(
        lambda: _with(values(outside.get(apple)), "+49 30 123456", "+4930123456"), "the new number"
    )
    lost = {value for value in before - after if not value.startswith("2026-")}
    assert lost == set()
    assert {"https://social.example/dee", "2011-07-09", "1604-05-05", "de"} <= after
    step("Changed there; the open card follows")
    text = outside.get(apple)
    line = "EMAIL;TYPE=WORK:dee@new.example\r\nEND:VCARD"
    outside.put(BOOK, "apple.vcf", text.replace("END:VCARD", line))
    lines = mara.card.get_by_role("textbox", name="E-mail addresses")
    expect(lines).to_have_count(3, timeout=LONG)
    assert "dee@new.example" in [each.input_value() for each in lines.all()]


def _open_card(place: Place, desk: Desk) -> None:
    desk.page.goto(f"/contacts/{place.deniz}")
    expect(desk.card.get_by_role("heading", name=DENIZ)).to_be_visible()


def _flag(page: Page) -> Locator:
    return page.get_by_role("switch", name="Sync mobile")


def _with(found: set[str], *either: str) -> set[str] | None:
    return found if found & set(either) else None


def test_sct5_each_flag_is_its_users_own(place: Place) -> None:
    chapter("Ben ticks, Mara unticks, both by keyboard")
    mara, ben = place.mara, place.ben
    _open_card(place, ben)
    switch = _flag(ben.page)
    expect(switch).not_to_be_checked()
    ben.tab_to(switch)
    ben.page.keyboard.press("Space")
    expect(switch).to_be_checked()
    path = until(lambda: find(place.outside["ben"], "dee@new.example") or None, "Ben's entry")
    until(lambda: place.is_on("ben"), "Ben's entry is in step")
    step("One question, and only her own entry disappears")
    switch = _flag(mara.page)
    mara.page.bring_to_front()
    mara.tab_to(switch)
    mara.page.keyboard.press("Space")
    asked = mara.page.get_by_role("alertdialog")
    expect(asked).to_contain_text("nobody else's address book is touched")
    picture(mara.page, "contacts-untick")
    mara.tab_to(asked.get_by_role("button", name="Remove"))
    mara.page.keyboard.press("Enter")
    expect(switch).not_to_be_checked()
    apple = place.outside["mara"].path(BOOK, "apple.vcf")
    until(lambda: place.outside["mara"].ask("GET", apple).status == 404, "her entry is gone")
    assert "dee@new.example" in place.outside["ben"].get(path)
    expect(_flag(ben.page)).to_be_checked()


def test_sct5_deleted_outside_the_record_stays(place: Place) -> None:
    chapter("Ben deletes it on his telephone")
    ben, outside = place.ben, place.outside["ben"]
    assert outside.ask("DELETE", find(outside, "dee@new.example")).status == 200
    expect(_flag(ben.page)).not_to_be_checked(timeout=LONG)
    ben.expect_on_timeline("was deleted there")
    picture(ben.page, "contacts-deleted-outside")
    expect(ben.card.get_by_role("heading", name=DENIZ)).to_be_visible()
    assert place.kinds(DENIZ) == {DENIZ: "contact"}


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_q4_no_barriers(place: Place, dark: bool, phone: bool) -> None:
    cookie = place.served.cookie(place.users["mara"])
    windows = place.windows
    page = windows.phone(dark=dark, locale="en-GB") if phone else windows.desktop(dark=dark)
    windows.sign_in(page, cookie)
    page.goto(ACCOUNTS)
    expect(page.locator(".connection")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="New sync account").first.click()
    expect(page.locator(".service-cards")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Contacts in queue").click()
    # A few rows: the bar for ticked ones is up.
    _search(page, "Bild Berta", 1)
    page.get_by_role("checkbox", name="Tick Berta Bild").click()
    expect(page.locator(".queue-head-on")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="Rules").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == []
    page.goto("/settings/configuration")
    expect(page.locator(".allowed-list")).to_be_visible()
    assert barriers(page) == []
    page.goto(f"/contacts/{place.deniz}")
    expect(_flag(page)).to_be_visible()
    assert barriers(page) == []


def test_sct8_the_passwords_are_nowhere(place: Place) -> None:
    chapter("Nobody finds the passwords")
    place.mara.go(ACCOUNTS, PAGE)
    expect(place.mara.page.locator(".connection")).to_be_visible()
    assert len(place.traffic) > 20
    stored = sorted(place.served.data_dir.glob("tandem.sqlite3*"))
    assert stored
    for secret in SECRETS.values():
        # It was typed once, so it went up once; it never comes down.
        assert len([frame for frame in place.traffic if secret in frame]) <= 1
        assert secret not in place.mara.page.content()
        assert secret not in place.ben.page.content()
        assert secret not in place.served.log
        assert not [file.name for file in stored if secret.encode() in file.read_bytes()]
