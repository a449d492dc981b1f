"""Odd cards of our own making, as programs write them: nobody in them exists.

``APPLE`` is written as Contacts on a Mac or a phone does, with grouped lines, words that the program
translates, and X-ABADR beside each address. ``OLD`` is vCard 2.1 as phones of 2005 export it.
"""

import base64


def card(*lines: str, version: str = "3.0") -> str:
    """A card with these lines."""
    inside = "".join(f"{line}\r\n" for line in lines)
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\n{inside}END:VCARD\r\n"


APPLE = card(
    "PRODID:-//Apple Inc.//macOS 14.5//EN",
    "N:Öztürk;Deniz;Can;Dr.;",
    "FN:Dr. Deniz Can Öztürk",
    "NICKNAME:Dee",
    "ORG:Kornblume GmbH;Einkauf;",
    "TITLE:Leitung",
    "EMAIL;type=INTERNET;type=HOME;type=pref:deniz@kornblume.example",
    "item1.EMAIL;type=INTERNET:pferde@kornblume.example",
    "item1.X-ABLabel:Stall",
    "TEL;type=IPHONE;type=CELL;type=VOICE;type=pref:+49 171 5550101",
    "item2.TEL:+49 228 5550102",
    "item2.X-ABLabel:_$!<HomeFAX>!$_",
    "item3.ADR;type=HOME;type=pref:;;Hauptstr. 1\\nHinterhaus;Bonn;NRW;53111;Deutschland",
    "item3.X-ABADR:de",
    "item4.ADR;type=WORK:;;Am Hafen 9;Köln;;50668;Deutschland",
    "item4.X-ABADR:de",
    "item5.X-ABDATE;type=pref:2011-07-09",
    "item5.X-ABLabel:_$!<Anniversary>!$_",
    "BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-05",
    "X-SOCIALPROFILE;type=twitter;x-user=dee:https://social.example/dee",
    "item6.URL;type=pref:https://kornblume.example",
    "item6.X-ABLabel:_$!<HomePage>!$_",
    "IMPP;X-SERVICE-TYPE=Jabber;type=HOME:xmpp:dee@kornblume.example",
    "NOTE:Mag Tee\\, keinen Kaffee;\\n2. Zeile",
    "CATEGORIES:Kunden,Stall",
    'X-UNKNOWN;X-ODD="a;b":one\\;two;three',
    "REV:2026-03-01T08:00:00Z",
    "UID:5C2B0B36-6C07-4B23-9F0E-3E0E7F8F6D11:ABPerson",
)

COMPANY = card(
    "N:;;;;",
    "FN:Kornblume GmbH",
    "ORG:Kornblume GmbH;",
    "TEL;type=MAIN:+49 228 555",
    "X-ABShowAs:COMPANY",
    "UID:company-1",
)

GROUP = card(
    "N:Stallfreunde",
    "FN:Stallfreunde",
    "X-ADDRESSBOOKSERVER-KIND:group",
    "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:5C2B0B36-6C07-4B23-9F0E-3E0E7F8F6D11",
    "UID:group-1",
)

NEW = card(
    "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1",
    "KIND:individual",
    "FN:Siobhán Ní Bhriain",
    'N;SORT-AS="Bhriain,Siobhan":Ní Bhriain;Siobhán;;;',
    "EMAIL;TYPE=work;PREF=50:s@brien.example",
    'EMAIL;TYPE="home";PREF=1:siobhan@brien.example',
    'TEL;VALUE=uri;TYPE="voice,work":tel:+353-1-5550100;ext=42',
    "TEL;VALUE=uri;TYPE=cell:tel:+353-86-5550101",
    'ADR;TYPE=home;LABEL="1 Cork St\\nDublin";GEO="geo:53.3,-6.2":;Flat 2;1 Cork St;Dublin;;D08;Ireland',
    "CLIENTPIDMAP:1;urn:uuid:53e374d9-337e-4727-8803-a1e9c14e0556",
    "GENDER:F",
    version="4.0",
)

OLD = card(
    "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;;",
    "FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=FCller",
    "TEL;CELL;VOICE:0171 5550103",
    "TEL;WORK;FAX:0228 5550104",
    "EMAIL;INTERNET;PREF:joerg@mueller.example",
    "ADR;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;Stra=C3=9Fe 3=0D=0AHof;K=C3=B6ln;;=\r\n50667;Deutschland",
    "NOTE;ENCODING=QUOTED-PRINTABLE:Erste Zeile=0D=0A=\r\nzweite Zeile =3D Ende",
    "PHOTO;ENCODING=BASE64;TYPE=JPEG:\r\n /9j/4AAQSkZJRgABAQAAAQABAAD\r\n AAAA=\r\n",
    "X-IRMC-LUID:0007",
    version="2.1",
)

# The same kind as address book servers take it: on whole lines, with a UID.
OLD_ON_A_SERVER = card(
    "UID:old-1",
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;",
    "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=C3=BCller",
    "TEL;CELL;VOICE:0171 5550103",
    "EMAIL;INTERNET;PREF:joerg@mueller.example",
    version="2.1",
)

NAMELESS = card("ORG:;", "EMAIL:who@nobody.example", "N:;;;;")
BROKEN = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut off\r\nTEL:+49 1"


def with_photo(octets: int = 2_000_000) -> str:
    """A card with a picture of this size, folded as Apple does."""
    text = base64.b64encode(b"\xff\xd8" + bytes(octets - 2)).decode()
    folded = "\r\n ".join(text[start : start + 74] for start in range(0, len(text), 74))
    return card(
        "UID:photo-1",
        "N:Bild;Berta;;;",
        "FN:Berta Bild",
        f"PHOTO;ENCODING=b;TYPE=JPEG:{folded}",
        "EMAIL:berta@bild.example",
    )
