"""The first step: a place to drop a file, where files come from, what came before, and files to take."""

from typing import Any

import reflex as rx

from crm_app.contacts import exporting
from crm_app.contacts.importing.service import LARGEST_FILE
from crm_app.contacts.ui.import_shown import PastLine
from crm_app.contacts.ui.import_state import PATH, Imports
from crm_app.core.i18n import N_
from crm_app.ui.address import PAST_THE_ROUTER
from crm_app.ui.components import badge, column, data_table
from crm_app.ui.words import tr

INPUT, ZONE = "import-file", "import-zone"
_ACCEPTED = ".csv,.tsv,.txt,.vcf,text/csv,text/vcard,text/plain"
# Sends the file as it is, with the bar as its progress, and gives back what the server says.
_SEND = f"""(() => {{
  const input = document.getElementById('{INPUT}'), zone = document.getElementById('{ZONE}');
  const file = input.files[0];
  if (!file) return {{}};
  const bar = zone.querySelector('.import-bar > span');
  const told = (answer) => {{ delete zone.dataset.sending; bar.style.width = '0'; return answer; }};
  if (file.size > {LARGEST_FILE}) {{
    input.value = '';
    return {{error: zone.dataset.tooLarge}};
  }}
  zone.dataset.sending = 'yes';
  zone.querySelector('.import-sending-name').textContent = file.name;
  return new Promise((done) => {{
    const request = new XMLHttpRequest();
    request.open('POST', '{PATH}/upload?name=' + encodeURIComponent(file.name));
    request.responseType = 'json';
    request.upload.onprogress = (e) => {{
      if (e.lengthComputable) bar.style.width = (100 * e.loaded / e.total) + '%';
    }};
    request.onload = () => done(told(request.response || {{}}));
    request.onerror = () => done(told({{}}));
    request.send(file);
    input.value = '';
  }});
}})()"""
_OVER = rx.Var(
    _js_expr="(e) => { e.preventDefault(); e.currentTarget.dataset.over = 'yes'; }",
)
_OUT = rx.Var(
    _js_expr="(e) => { if (!e.currentTarget.contains(e.relatedTarget)) delete e.currentTarget.dataset.over; }"
)
_DROP = rx.Var(
    _js_expr=f"""(e) => {{
  e.preventDefault();
  delete e.currentTarget.dataset.over;
  const input = document.getElementById('{INPUT}');
  if (!e.dataTransfer.files.length) return;
  input.files = e.dataTransfer.files;
  input.dispatchEvent(new Event('change', {{bubbles: true}}));
}}"""
)
_SOURCES = (
    (
        "file-spreadsheet",
        N_("Excel, Numbers, LibreOffice"),
        N_("File, Save as, and choose “CSV UTF-8”. The first row holds the names of the columns."),
    ),
    (
        "contact-round",
        N_("Google Contacts"),
        N_("contacts.google.com, Export, “Google CSV” or “vCard”."),
    ),
    (
        "smartphone",
        N_("iPhone, iCloud, Mac"),
        N_("Select all contacts, then Export vCard. Pictures may be left out."),
    ),
    (
        "mail",
        N_("Outlook"),
        N_("File, Open & Export, Import/Export, “Comma Separated Values”."),
    ),
)


def file_step() -> rx.Component:
    """The step."""
    return rx.el.div(
        rx.el.div(
            _zone(),
            rx.cond(
                Imports.errors["file"],
                rx.el.p(
                    rx.icon("circle-alert", size=16, aria_hidden="true"),
                    rx.el.span(Imports.errors["file"]),
                    class_name="error import-file-error",
                    role="alert",
                    id=f"{INPUT}-error",
                ),
            ),
            _sources(),
            class_name="import-main",
        ),
        _export(),
        rx.cond(Imports.history.length() > 0, _history()),
        class_name="import-start",
    )


def _zone() -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="file",
            id=INPUT,
            accept=_ACCEPTED,
            class_name="visually-hidden",
            on_change=rx.call_script(_SEND, callback=Imports.sent),
            aria_describedby=f"{INPUT}-help {INPUT}-error",
        ),
        rx.el.span(rx.icon("upload", size=26, aria_hidden="true"), class_name="import-zone-icon"),
        rx.el.span(
            rx.el.strong(tr("Drop a CSV or vCard file here")),
            rx.el.span(tr("Choose a file"), class_name="button button-primary import-choose"),
            rx.el.span(
                tr("Any separator and alphabet, up to 32 MB. You see everything before it counts."),
                class_name="help",
                id=f"{INPUT}-help",
            ),
            class_name="import-zone-words",
        ),
        rx.el.span(
            rx.el.span(
                rx.el.strong(class_name="import-sending-name"),
                rx.el.span(tr("is on its way …"), class_name="hint"),
                class_name="import-sending-words",
                role="status",
            ),
            rx.el.span(rx.el.span(), class_name="import-bar"),
            class_name="import-sending",
        ),
        id=ZONE,
        html_for=INPUT,
        class_name="import-zone",
        custom_attrs={
            "onDragOver": _OVER,
            "onDragLeave": _OUT,
            "onDrop": _DROP,
            "data-too-large": tr(
                "This file is larger than 32 MB. Split it, or export it without pictures."
            ),
        },
    )


def _sources() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(tr("Where do I get such a file?"), class_name="import-part"),
            rx.el.a(
                rx.icon("download", size=14, aria_hidden="true"),
                tr("An example table"),
                href=f"{PATH}/example.csv",
                class_name="link-out import-small-link",
                custom_attrs=PAST_THE_ROUTER,
            ),
            class_name="spread",
        ),
        rx.el.ul(
            *(
                rx.el.li(
                    rx.icon(icon, size=18, aria_hidden="true"),
                    rx.el.div(
                        rx.el.strong(tr(name)),
                        rx.el.span(tr(text), class_name="help"),
                        class_name="import-source-words",
                    ),
                )
                for icon, name, text in _SOURCES
            ),
            class_name="import-sources",
        ),
    )


def _export() -> rx.Component:
    forms: tuple[tuple[str, str, str, str], ...] = (
        ("table", exporting.CSV, N_("Table (CSV)"), N_("For spreadsheets and other programs")),
        ("contact-round", exporting.VCARD, N_("Address book (vCard)"), N_("For phones and mail")),
    )
    return rx.el.aside(
        rx.el.h2(tr("Take contacts along"), class_name="import-part"),
        rx.el.p(
            tr(
                "All that you may see. For a part of it, search or choose in the list of contacts "
                "and export from there."
            ),
            class_name="help",
        ),
        *(
            rx.el.a(
                rx.el.span(
                    rx.icon(icon, size=18, aria_hidden="true"), class_name="import-take-icon"
                ),
                rx.el.span(
                    rx.el.strong(tr(name)),
                    rx.el.span(tr(hint), class_name="help"),
                    class_name="import-source-words",
                ),
                rx.icon("download", size=16, aria_hidden="true"),
                href=f"{exporting.PATH}.{form}",
                custom_attrs=PAST_THE_ROUTER,
                class_name="import-take",
            )
            for icon, form, name, hint in forms
        ),
        class_name="card import-export",
    )


def _history() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Earlier imports"), class_name="import-part"),
        data_table(
            [
                column(tr("File"), _past_name),
                column(tr("What came of it"), lambda row: row.numbers, phone=False),
                column(tr("By"), lambda row: row.by, phone=False, width="160px"),
                column(tr("When"), lambda row: row.when, phone=False, width="190px"),
                column("", lambda row: badge(row.state, tone=row.tone), width="150px"),
            ],
            Imports.history,
            on_open=lambda row: rx.redirect(PATH + "/" + row.id.to(str)),
            label=tr("Earlier imports"),
        ),
        class_name="import-history",
    )


def _past_name(row: rx.Var[PastLine]) -> rx.Component:
    icon: Any = rx.cond(
        row.format == "csv",
        rx.icon("file-spreadsheet", size=18, aria_hidden="true"),
        rx.icon("contact-round", size=18, aria_hidden="true"),
    )
    return rx.el.div(
        rx.el.span(icon, class_name="import-past-icon"),
        rx.el.div(
            rx.el.span(row.name, class_name="name-main"),
            rx.el.span(row.numbers, class_name="name-sub only-on-phone"),
            class_name="name-words",
        ),
        class_name="name-cell",
    )
