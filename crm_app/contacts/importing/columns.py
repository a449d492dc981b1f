"""Which field of a contact a column is, guessed from its heading and a look at its cells. Pure.

A target is ``part`` or ``part/which``: "email/work", "phone/mobile", "street/home", "custom/T-shirt".
Headings are known in four languages and as Google, Outlook, iCloud, HubSpot and Pipedrive write
them; whoever brings the file has the last word. A column with words that nobody knows becomes a field
of its own, so that nothing in the file is lost unasked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from crm_app.contacts.names import cleaned, folded
from crm_app.core.addresses import is_email
from crm_app.core.i18n import LOCALES, N_, translate

LEFT_OUT = ""
CUSTOM = "custom"
LABEL = "label"
# Parts that several columns may give together; of all others there is one.
MANY = frozenset({"email", "phone", "tags", "note", "custom", LABEL, LEFT_OUT})
_LONGEST_KEY = 60

PARTS: dict[str, str] = {
    "name": N_("Full name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "kind": N_("Kind"),
    "company": N_("Company"),
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "street": N_("Street and number"),
    "postal_code": N_("Postal code"),
    "city": N_("City"),
    "region": N_("Region"),
    "country": N_("Country"),
    "tags": N_("Tags"),
    "owner": N_("Owner"),
    "time_zone": N_("Time zone"),
    "locale": N_("Language"),
    "do_not_disturb": N_("Do not disturb"),
    "note": N_("Note"),
    LABEL: N_("What the next columns are for (home, work …)"),
}
WHICH: dict[str, str] = {
    "work": N_("work"),
    "home": N_("home"),
    "mobile": N_("mobile"),
    "fax": N_("fax"),
    "other": N_("other"),
    "2": N_("second"),
}
PLACE = ("street", "postal_code", "city", "region", "country")
_WHICH_OF: dict[str, tuple[str, ...]] = {
    "email": ("work", "home", "other"),
    "phone": ("mobile", "work", "home", "fax", "other"),
    **dict.fromkeys(PLACE, ("work", "home", "other", "2")),
}

_HEADINGS: dict[str, str] = {
    "name": "name|full name|fullname|contact name|display name|file as|contact|person"
    "|vollstandiger name|kontaktname|anzeigename|kontakt|ansprechpartner|imie i nazwisko|nazwa|osoba"
    "|osoba kontaktowa|nome completo|nome e cognome|nominativo|contatto|nome visualizzato",
    "first_name": "first name|firstname|first|given name|forename|vorname|rufname|imie|nome",
    "last_name": "last name|lastname|last|surname|family name|nachname|familienname|zuname|nazwisko|cognome",
    "kind": "kind|contact type|contact kind|record type|lifecycle stage|art|kontaktart|kontakttyp|rodzaj"
    "|typ kontaktu|tipo|tipo di contatto",
    "company": "company|company name|organization|organisation|organization name|account|account name"
    "|business name|employer|firma|firmenname|unternehmen|nazwa firmy|przedsiebiorstwo|organizacja"
    "|azienda|societa|ragione sociale|organizzazione|ditta",
    "email": "email|e mail|mail|email address|e mail address|primary email|e mail value|email value"
    "|e mail adresse|emailadresse|mailadresse|adres e mail|adres email|poczta|poczta elektroniczna"
    "|indirizzo e mail|indirizzo email|posta elettronica|email addresses|e mail adressen",
    "phone": "phone|phone number|telephone|telephone number|tel|primary phone|main phone|phone value|phones"
    "|telefon|telefonnummer|rufnummer|tel nr|numer telefonu|nr telefonu|telefono|numero di telefono|recapito",
    "phone/mobile": "mobile|mobile phone|mobile number|cell|cell phone|cellphone|cell number|handy|handynummer"
    "|mobil|mobiltelefon|mobilnummer|mobil telefon|komorka|telefon komorkowy|komorkowy|tel komorkowy"
    "|cellulare|telefono cellulare|telefonino",
    "phone/fax": "fax|fax number|telefax|faxnummer|faks|numer faksu",
    "street": "street|street address|address|address street|mailing street|address line|street and number"
    "|strasse|strasse und hausnummer|strasse hausnummer|strasse nr|adresse|anschrift|postanschrift|ulica"
    "|ulica i numer|adres|via|indirizzo|via e numero|ulica i nr",
    "postal_code": "postal code|zip|zip code|zipcode|postcode|address postal code|zip postal code|plz"
    "|postleitzahl|kod pocztowy|kod|cap|codice postale",
    "city": "city|town|address city|mailing city|ort|stadt|wohnort|miasto|miejscowosc|citta|comune|localita",
    "region": "region|state|province|county|address region|state region|state province|bundesland|kanton"
    "|wojewodztwo|provincia|regione",
    "country": "country|address country|country region|land|staat|kraj|panstwo|paese|nazione|stato",
    "tags": "tags|tag|labels|groups|group membership|categories|category|schlagworte|schlagworter|schlagwort"
    "|kategorien|kategorie|gruppen|etykiety|tagi|kategoria|grupy|etichette|categorie|categoria|gruppi",
    "owner": "owner|contact owner|assigned to|assigned user|responsible|kontaktinhaber|inhaber|betreuer"
    "|zustandig|wlasciciel|wlasciciel kontaktu|opiekun|assegnatario|assegnatario del contatto|responsabile",
    "time_zone": "time zone|timezone|zeitzone|strefa czasowa|fuso orario",
    "locale": "language|locale|preferred language|sprache|korrespondenzsprache|jezyk|lingua",
    "do_not_disturb": "do not disturb|dnd|unsubscribed|opt out|opted out|nicht storen|nie przeszkadzac"
    "|non disturbare",
    "note": "note|notes|comment|comments|remarks|notiz|notizen|bemerkung|bemerkungen|kommentar|anmerkungen"
    "|notatka|notatki|uwagi|komentarz|nota|annotazioni|commento|commenti",
    LABEL: "label|type|e mail label|email label|phone label|address label|e mail type|phone type|address type",
    LEFT_OUT: "id|record id|contact id|photo|address formatted|created|changed|created at|updated at|create date"
    "|created on|modified on|last modified date|row|reason|source",
}
_KNOWN = {word: target for target, words in _HEADINGS.items() for word in words.split("|")}
_QUALIFIERS = {
    "work": "work business office geschaftlich dienstlich arbeit buro firma sluzbowy sluzbowa sluzbowe sluzbowo "
    "praca lavoro ufficio aziendale",
    "home": "home private personal privat private privata zuhause domowy domowa dom prywatny prywatna casa abitazione "
    "personale privato",
    "other": "other andere weitere sonstige inny inna altro altra",
}
_QUALIFIED = {word: which for which, words in _QUALIFIERS.items() for word in words.split()}
# What our own export calls what an import has no use for.
EXPORT_ONLY = (N_("Created"), N_("Changed"), N_("Source"), N_("Row"), N_("Reason"))
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Option:
    """A target that a column can be given."""

    target: str
    part: str
    which: str = ""


def options() -> list[Option]:
    """All targets but those of one's own fields, in the order in which people look for them."""
    found: list[Option] = []
    for part in PARTS:
        found += [Option(part, part)]
        found += [Option(f"{part}/{which}", part, which) for which in _WHICH_OF.get(part, ())]
    return found


def custom(heading: str) -> str:
    """The target for a field of one's own that is called as the column is."""
    return f"{CUSTOM}/{cleaned(heading, longest=_LONGEST_KEY)}"


def is_target(target: str) -> bool:
    """Whether a column can be given ``target``."""
    if target.startswith(f"{CUSTOM}/"):
        return bool(target.partition("/")[2].strip()) and len(target) < 100
    return target == LEFT_OUT or any(target == each.target for each in options())


def clashes(targets: Sequence[str]) -> set[int]:
    """The places of columns that lead where another one leads already, and only one may."""
    seen: set[str] = set()
    doubled: set[int] = set()
    for place, target in enumerate(targets):
        single = target.partition("/")[0] not in MANY or target.startswith(f"{CUSTOM}/")
        if single and target in seen:
            doubled.add(place)
        seen.add(target)
    return doubled


def guess(headings: Sequence[str], samples: Sequence[Sequence[str]]) -> list[str]:
    """A target for each column. ``samples`` are some cells of each; a column without any is left out."""
    found: list[str] = []
    for heading, cells in zip(headings, samples, strict=True):
        filled = [cell for cell in cells if cell.strip()]
        target = _of_heading(heading)
        if target is None:
            target = _of_cells(filled) or (custom(heading) if heading.strip() else LEFT_OUT)
        found.append(target if filled else LEFT_OUT)
    # A German table has "Vorname" and "Name".
    if "first_name" in found and "name" in found and "last_name" not in found:
        found[found.index("name")] = "last_name"
    doubled = clashes(found)
    return [
        _instead(target, heading) if place in doubled else target
        for place, (target, heading) in enumerate(zip(found, headings, strict=True))
    ]


def _instead(target: str, heading: str) -> str:
    if target in PLACE:
        return f"{target}/2"
    return custom(heading) if heading.strip() and not target.startswith(CUSTOM) else LEFT_OUT


def _of_heading(heading: str) -> str | None:
    """The target that a heading names; None when nobody knows the words."""
    words = _words(heading)
    found = _by_words(words)
    return _our_words().get(" ".join(words)) if found is None else found


def _by_words(words: Sequence[str]) -> str | None:
    """The target that these words are known for, in whatever program they were written."""
    numbers = [word for word in words if word.isdigit()]
    words = [word for word in words if not word.isdigit()]
    target = _KNOWN.get(" ".join(words))
    which = ""
    if target is None:
        which = next((_QUALIFIED[word] for word in words if word in _QUALIFIED), "")
        target = _KNOWN.get(" ".join(word for word in words if word not in _QUALIFIED))
    if target is None or (which and target not in _WHICH_OF and target != "phone/fax"):
        return None
    if target in PLACE and not which and numbers and numbers[0] != "1":
        which = "2" if numbers[0] == "2" else "other"
    return f"{target}/{which}" if which and "/" not in target else target


def _our_words() -> dict[str, str]:
    """Headings as this program writes them into a table, in each of its languages."""
    if not _ours:
        for locale in LOCALES:
            for word in EXPORT_ONLY:
                _ours[" ".join(_words(translate(locale, word)))] = LEFT_OUT
            for each in options():
                _ours[" ".join(_words(heading(locale, each.target)))] = each.target
    return _ours


_ours: dict[str, str] = {}


def heading(locale: str, target: str) -> str:
    """What a column of ``target`` is called in ``locale``."""
    part, _, which = target.partition("/")
    if part == CUSTOM:
        return which
    name = translate(locale, PARTS[part])
    return f"{name} ({translate(locale, WHICH[which])})" if which else name


def _of_cells(cells: Sequence[str]) -> str:
    """What the cells of a column are that has no name, or one that says nothing."""
    if cells and sum(is_email(cell) for cell in cells) > len(cells) / 2:
        return "email"
    if cells and sum(_is_phone(cell) for cell in cells) > len(cells) / 2:
        return "phone"
    return ""


def _is_phone(cell: str) -> bool:
    return cell.startswith(("+", "00")) and 7 <= sum(letter.isdigit() for letter in cell) <= 15


def _words(heading: str) -> list[str]:
    return _NOT_WORDS.sub(" ", folded(heading)).split()
