"""An address book of three hundred cards as one grows over the years: people, companies, odd ones.

Nobody in it exists. What Radicale refuses or hides is laid on its disk and not expected to arrive.
"""

from tests.providers.vcard import cards
from tests.providers.vcard.cards import card
from tests.servers.radicale import RadicaleServer, RadicaleUser

BOOK = "contacts"
SIZE = 300
_FIRST = [
    "Anna",
    "Jonas",
    "Lea",
    "Marco",
    "Zoë",
    "Paweł",
    "Giulia",
    "Łukasz",
    "Emma",
    "Noah",
    "Mia",
    "Elif",
    "Karl",
]
_LAST = [
    "Schmidt",
    "Weber",
    "Kowalski",
    "Rossi",
    "Müller",
    "Nowak",
    "Bianchi",
    "Hoffmann",
    "Wójcik",
    "Romano",
    "Fischer",
]
_COMPANIES = 9

# By the names that are seen in the queue; the group is no row of it.
APPLE, NEW = "Dr. Deniz Can Öztürk", "Siobhán Ní Bhriain"
ODD = {
    APPLE: cards.APPLE,
    "Kornblume GmbH": cards.COMPANY,
    "Stallfreunde": cards.GROUP,
    NEW: cards.NEW,
    "Jörg Müller": cards.OLD_ON_A_SERVER,
    "Berta Bild": cards.with_photo(),
    "Udo Uidlos": card("N:Uidlos;Udo;;;", "FN:Udo Uidlos", "EMAIL:udo@odd.example"),
    "Fenna Fehl": card("UID:odd-fenna", "N:Fehl;Fenna;;;", "FN:", "EMAIL:fenna@odd.example"),
}
HIDDEN = {"broken": cards.BROKEN, "nameless": cards.NAMELESS, "ancient": cards.OLD}
USUAL = SIZE - len(ODD) - len(HIDDEN)
# All but the group.
WAITING = USUAL + len(ODD) - 1


def fill(server: RadicaleServer, owner: RadicaleUser) -> None:
    """Three hundred cards."""
    # Uploaded together, they would be named after their UIDs, by which Radicale does not find them.
    alone = {"apple.vcf": ODD[APPLE], "new.vcf": ODD[NEW]}
    together = [text for text in ODD.values() if text not in alone.values()]
    owner.fill_book(BOOK, [*map(usual, range(USUAL)), *together], "Contacts")
    for entry, text in alone.items():
        owner.put(BOOK, entry, text)
    for name, text in HIDDEN.items():
        server.lay(owner, BOOK, f"{name}.vcf", text)


def usual(number: int) -> str:
    """A card as there are many."""
    if number < _COMPANIES:
        name = f"{_LAST[number]} & Partner GmbH"
        return card(
            f"UID:usual-{number}", "N:;;;;", f"FN:{name}", f"ORG:{name}", "X-ABShowAs:COMPANY"
        )
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    return card(
        f"UID:usual-{number}",
        f"N:{last};{first};;;",
        f"FN:{first} {last}",
        f"EMAIL;TYPE=WORK:person{number}@kunde.example",
        f"TEL;TYPE=CELL:+49 170 555{number:04}",
    )


def find(owner: RadicaleUser, words: str) -> str:
    """The path of the one card in which ``words`` stand; empty when there is none."""
    listing = owner.ask("PROPFIND", owner.path(BOOK), Depth="1").text
    paths = [path for path in _paths(listing) if words in unfolded(owner.get(path))]
    assert len(paths) <= 1, paths
    return paths[0] if paths else ""


def _paths(listing: str) -> list[str]:
    ends = [part.partition("</")[0] for part in listing.split("href>")[1:]]
    return [path for path in ends if path.endswith(".vcf")]


def unfolded(text: str) -> str:
    """A card's lines as they are meant."""
    return text.replace("\r\n ", "").replace("\n ", "")


def values(text: str) -> set[str]:
    """What stands behind the colons of a card's lines."""
    return {line.partition(":")[2] for line in unfolded(text).splitlines()}
