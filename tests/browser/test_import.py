"""Contacts from a file in a real browser (CON-3): drop or choose it, look, import, mend, take back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from crm_app.models import Contact, User
from tests.browser.conftest import OpenPage, Served
from tests.browser.journey.barriers import barriers

pytestmark = pytest.mark.browser
TABLE = (
    "Vorname;Nachname;E-Mail-Adresse;Handy;Firma;Ort;Schuhgröße\r\n"
    "Iris;Import;iris@import.example;0170 1234567;Import GmbH;Köln;38\r\n"
    "Jörg;Import;joerg@import.example;;Import GmbH;München;44\r\n"
    ";;keine;;;;\r\n"
)


@pytest.fixture(scope="module")
def ines(served: Served) -> User:
    return served.user(name="Ines Importer", slug="ines")


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    file = tmp_path / "leads.csv"
    file.write_bytes(TABLE.encode("cp1252"))
    return file


def _names(served: Served) -> list[str]:
    with served.unit_of_work() as session:
        present = col(Contact.deleted_at).is_(None)
        found = select(Contact.name).where(present, col(Contact.name).contains("Import"))
        return sorted(session.exec(found))


def _chosen(page: Page, file: Path) -> None:
    """Choose the file in the browser's own window."""
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Choose a file").click()
    chooser.value.set_files(file)


def test_con3_a_file_becomes_contacts_and_goes_again(
    open_page: OpenPage, served: Served, ines: User, leads: Path
) -> None:
    page = open_page("/import", user=ines)
    _chosen(page, leads)
    expect(page).to_have_url(re.compile(r"/import/\d+$"))
    expect(page.get_by_role("combobox", name="Vorname")).to_have_value("first_name")
    expect(page.get_by_text("Iris Import")).to_be_visible()
    page.get_by_role("combobox", name="Schuhgröße").select_option(label="Leave out")
    expect(page.get_by_text("38", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_role("button", name="Import 2 contacts")).to_be_enabled()
    assert _names(served) == []
    page.get_by_label("Tags for all of them").fill("Fair 2026")
    page.get_by_role("button", name="Refused").click()
    expect(page.get_by_text("“keine”").first).to_be_visible()
    page.get_by_role("button", name="Import 2 contacts").click()
    expect(page.get_by_role("heading", name="All rows are through")).to_be_visible()
    assert _names(served) == ["Import GmbH", "Iris Import", "Jörg Import"]
    with page.expect_download() as download:
        page.get_by_role("link", name="As a file").click()
    refused = Path(download.value.path()).read_text("utf-8-sig")
    assert "keine" in refused
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", name="The import was taken back")).to_be_visible()
    assert _names(served) == []


def test_con3_a_file_can_be_dropped_and_others_are_told(open_page: OpenPage, ines: User) -> None:
    page = open_page("/import", user=ines, phone=True)
    zone = page.locator("#import-zone")
    expect(zone).to_be_visible()
    drop = """async ([text, name]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      document.getElementById('import-zone').dispatchEvent(
        new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    page.evaluate(drop, ["PK\x03\x04 a workbook", "contacts.xlsx"])
    expect(page.get_by_role("alert")).to_contain_text("workbook")
    page.evaluate(drop, ["BEGIN:VCARD\nVERSION:3.0\nFN:Vera\nEND:VCARD\n", "phone.vcf"])
    expect(page.get_by_role("heading", name="phone.vcf")).to_be_visible()
    expect(page.get_by_role("button", name="Import 1 contact")).to_be_enabled()
    page.get_by_role("button", name="Put away").click()
    expect(zone).to_be_visible()


def test_con3_the_place_for_a_file_is_reached_by_keys(open_page: OpenPage, ines: User) -> None:
    page = open_page("/import", user=ines)
    field = page.locator("#import-file")
    page.get_by_role("link", name="Contacts").last.focus()
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    with page.expect_file_chooser():
        page.keyboard.press("Space")


def test_con3_everything_can_be_taken_along(open_page: OpenPage, ines: User) -> None:
    page = open_page("/import", user=ines)
    with page.expect_download() as download:
        page.get_by_role("link", name="Table (CSV)").click()
    assert download.value.suggested_filename.endswith(".csv")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
def test_q6_no_barrier_that_axe_can_find(
    open_page: OpenPage, ines: User, leads: Path, dark: bool, phone: bool
) -> None:
    page = open_page("/import", user=ines, dark=dark, phone=phone)
    expect(page.locator("#import-zone")).to_be_visible()
    _sound(page)
    page.set_input_files("#import-file", leads)
    expect(page.get_by_role("combobox", name="Vorname")).to_be_visible()
    _sound(page)
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_role("button", name="Import 2 contacts")).to_be_enabled()
    _sound(page)
    page.get_by_role("button", name="Put away").click()
    expect(page.locator("#import-zone")).to_be_visible()


def _sound(page: Page) -> None:
    assert barriers(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
