"""The command palette (Ctrl or ⌘ and K): every page by name, and records from providers.

A provider is a function ``(session, actor, text) -> list[Hit]`` that a room's page registers; the
palette knows no room. It searches while one types, with a pause of a quarter second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core.access import Actor
from crm_app.core.i18n import translate
from crm_app.ui import navigation
from crm_app.ui.components.feedback import empty_state
from crm_app.ui.state import PrivateState, handler
from crm_app.ui.words import tr


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of the palette; ``icon`` is one of ``ICONS``."""

    label: str
    hint: str
    href: str
    icon: str = "contact"


Provider = Callable[[Session, Actor, str], list[Hit]]
ICONS = {"page": "arrow-right", "contact": "user-round", "appointment": "calendar-days"}
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """Let the palette find a room's records."""
    _providers.append(provider)


class Palette(PrivateState):
    """What was typed and what was found."""

    text: str = ""
    hits: list[dict[str, str]] = []
    searched: bool = False

    @handler
    async def look(self, text: str) -> None:
        """Find pages and records for ``text``."""
        self.text = text[:100]
        self.hits = _pages(self._locale, self.text, admin=self._is_admin)
        if self.text.strip():
            self.hits += await self._read(
                lambda session, actor: _records(session, actor, self.text)
            )
        self.searched = True

    @handler
    async def begin(self) -> None:
        """Show the pages before anything is typed."""
        self.text, self.searched = "", False
        self.hits = _pages(self._locale, "", admin=self._is_admin)


def _pages(locale: str, text: str, *, admin: bool) -> list[dict[str, str]]:
    entries = [entry for _, group in navigation.SETTINGS for entry in group]
    known = [*navigation.visible(navigation.RAIL), *navigation.visible(tuple(entries))]
    wanted = text.strip().casefold()
    return [
        {"label": label, "hint": "", "href": entry.route, "icon": "page"}
        for entry in known
        if (admin or not entry.admin)
        and wanted in (label := translate(locale, entry.label)).casefold()
    ]


def _records(session: Session, actor: Actor, text: str) -> list[dict[str, str]]:
    found = [hit for provider in _providers for hit in provider(session, actor, text)[:8]]
    return [
        {"label": hit.label, "hint": hit.hint, "href": hit.href, "icon": hit.icon} for hit in found
    ]


# Opening, closing and walking through the lines happen in the browser, at once and offline.
_SCRIPT = """
if (!window.__tandemPalette) {
  window.__tandemPalette = true;
  const panel = () => document.getElementById('palette');
  const lines = () => [...panel().querySelectorAll('[data-line]')];
  window.openPalette = () => {
    const p = panel(); if (!p || p.open) return;
    p.showModal(); const i = p.querySelector('input'); i.value = ''; i.focus();
    i.dispatchEvent(new Event('palette-open'));
    document.getElementById('palette-begin')?.click();
  };
  document.addEventListener('keydown', (e) => {
    const p = panel(); if (!p) return;
    if ((e.ctrlKey || e.metaKey) && !e.shiftKey && e.key.toLowerCase() === 'k') {
      e.preventDefault(); p.open ? p.close() : window.openPalette(); return;
    }
    if (!p.open) return;
    const all = lines(); let at = all.findIndex((l) => l.getAttribute('aria-selected') === 'true');
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      at = e.key === 'ArrowDown' ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0);
      all.forEach((l, i) => l.setAttribute('aria-selected', i === at));
      all[at]?.scrollIntoView({block: 'nearest'});
      if (all[at]) p.querySelector('input').setAttribute('aria-activedescendant', all[at].id);
    } else if (e.key === 'Enter' && e.target.tagName === 'INPUT') {
      e.preventDefault(); (all[at] || all[0])?.click();
    }
  });
  document.addEventListener('click', (e) => {
    const p = panel(); if (!p || !p.open) return;
    if (e.target === p || e.target.closest('[data-line]')) p.close();
  });
}
"""


def opener() -> rx.Component:
    """The search button of the rail."""
    return rx.el.button(
        rx.icon("search", size=16, aria_hidden="true"),
        rx.el.span(tr("Search")),
        rx.el.kbd("Ctrl K"),
        type="button",
        class_name="palette-opener",
        on_click=rx.call_script("window.openPalette()"),
        aria_label=tr("Search and go to"),
    )


def palette() -> rx.Component:
    """The palette itself, closed."""
    return rx.el.dialog(
        rx.el.div(
            rx.icon("search", size=18, aria_hidden="true"),
            rx.el.input(
                id="palette-text",
                placeholder=tr("Search contacts and pages"),
                aria_label=tr("Search contacts and pages"),
                auto_complete="off",
                spell_check=False,
                on_change=Palette.look.debounce(250),
                role="combobox",
                aria_expanded="true",
                aria_controls="palette-lines",
            ),
            class_name="palette-head",
        ),
        rx.cond(
            Palette.hits.length() > 0,
            rx.el.div(
                rx.foreach(Palette.hits, _line),
                id="palette-lines",
                role="listbox",
                aria_label=tr("Results"),
                class_name="palette-lines",
            ),
            rx.cond(
                Palette.searched,
                empty_state(
                    "search-x", tr("Nothing found"), tr("Try another word or a part of it.")
                ),
            ),
        ),
        rx.el.button(id="palette-begin", hidden=True, on_click=Palette.begin, tab_index=-1),
        on_mount=rx.call_script(_SCRIPT),
        id="palette",
        class_name="palette",
        aria_label=tr("Search and go to"),
    )


def _line(hit: Any, index: Any) -> rx.Component:
    return rx.link(
        rx.match(
            hit["icon"],
            *((kind, rx.icon(icon, size=16, aria_hidden="true")) for kind, icon in ICONS.items()),
            rx.icon("arrow-right", size=16, aria_hidden="true"),
        ),
        rx.el.span(hit["label"], class_name="palette-label"),
        rx.el.span(hit["hint"], class_name="palette-hint"),
        href=hit["href"],
        underline="none",
        role="option",
        class_name="palette-line",
        custom_attrs={
            "data-line": "",
            "id": "palette-line-" + index.to_string(),
            "aria-selected": rx.cond(index == 0, "true", "false"),
        },
    )
