"""The frame of every page that is plain HTML: head, landmarks, footer, and the headers that guard it.

Whatever a page shows, these hold: nothing runs or loads that is not ours (no inline script or
style), nothing is stored by the browser or a proxy, other sites cannot frame it unless it is meant
to be embedded, and its address never reaches another site. The Referrer-Policy is ``same-origin``
and not ``no-referrer``, because the latter makes browsers post our own forms with the Origin
``null``, which the door refuses.
"""

from collections.abc import Mapping, Sequence

import htpy as h
from starlette.responses import HTMLResponse

from crm_app.core.i18n import LOCALE_NAMES, LOCALES, N_, translate
from crm_app.ui import theme
from crm_app.ui.public import files


def security_headers(*, embed: bool = False) -> dict[str, str]:
    """The response headers of a page; ``embed`` lets other sites show it in a frame (API-4)."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {'*' if embed else chr(39) + 'none' + chr(39)}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    return headers if embed else headers | {"X-Frame-Options": "DENY"}


def page(
    *,
    locale: str,
    title: str,
    body: h.Node,
    status: int = 200,
    workspace_name: str = "",
    embed: bool = False,
    scripts: Sequence[str] = (),
    languages: Mapping[str, str] | None = None,
    wide: bool = False,
    framed: bool = False,
    accent: str = "",
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A whole page. ``title`` and ``body`` are in ``locale`` already; ``body`` brings its own h1.

    ``scripts`` names files of ``scripts/``; ``languages`` maps a locale to this page's address in
    it; ``wide`` gives the room of a picker instead of a form's, whose card names the team itself;
    ``embed`` lets other sites show the page in a frame, ``framed`` is the look that it has there.
    ``accent`` is the team's own colour, as ``#4f46e5``.
    """
    name = f"{title} · {workspace_name}" if workspace_name else title
    document = h.html(lang=locale)[
        _head(name, scripts=[*scripts, "framed.js"] if framed else scripts, accent=accent),
        _body(locale, body, workspace_name, languages, framed=framed, wide=wide),
    ]
    return HTMLResponse(
        str(document),
        status_code=status,
        headers={**security_headers(embed=embed), **(headers or {})},
    )


def _head(name: str, *, scripts: Sequence[str], accent: str) -> h.Node:
    return h.head[
        h.meta(charset="utf-8"),
        h.meta(name="viewport", content="width=device-width, initial-scale=1"),
        h.title[name],
        h.meta(name="robots", content="noindex"),
        h.meta(name="color-scheme", content="light dark"),
        h.meta(
            name="theme-color", content=theme.LIGHT["page"], media="(prefers-color-scheme: light)"
        ),
        h.meta(
            name="theme-color", content=theme.DARK["page"], media="(prefers-color-scheme: dark)"
        ),
        h.link(rel="icon", href=files.address("mark.svg"), type="image/svg+xml"),
        h.link(rel="stylesheet", href=files.address("style.css")),
        h.link(rel="stylesheet", href=own) if (own := files.accent_address(accent)) else None,
        [h.script(src=files.address(each), defer=True) for each in scripts],
    ]


def _body(
    locale: str,
    content: h.Node,
    workspace_name: str,
    languages: Mapping[str, str] | None,
    *,
    framed: bool,
    wide: bool,
) -> h.Node:
    return h.body(class_={"framed": framed})[
        h.a(".skip", href="#main")[translate(locale, N_("Skip to the content"))],
        h.header(".top")[h.p(".workspace")[workspace_name]]
        if workspace_name and not wide
        else None,
        h.main("#main", class_={"wide": wide}, tabindex="-1")[content],
        h.footer(".foot")[language_switch(locale, languages)] if languages else None,
    ]


def language_switch(locale: str, languages: Mapping[str, str]) -> h.Node:
    """Links to this page in the other languages, each named in its own."""
    return h.nav(aria_label=translate(locale, N_("Language")))[
        h.ul(".languages")[
            [
                h.li[
                    h.a(
                        href=languages[each],
                        lang=each,
                        hreflang=each,
                        aria_current="true" if each == locale else None,
                    )[LOCALE_NAMES[each]]
                ]
                for each in LOCALES
                if each in languages
            ]
        ]
    ]


def message_page(
    *,
    locale: str,
    title: str,
    text: str,
    status: int = 200,
    workspace_name: str = "",
    action: tuple[str, str] | None = None,
    embed: bool = False,
) -> HTMLResponse:
    """A page that says one thing, with at most one way on: ``action`` is (address, label)."""
    content = h.div(".card.narrow.stack")[
        h.h1[title],
        h.p[text],
        h.p[h.a(".button.primary", href=action[0])[action[1]]] if action else None,
    ]
    return page(
        locale=locale,
        title=title,
        body=content,
        status=status,
        workspace_name=workspace_name,
        embed=embed,
    )
