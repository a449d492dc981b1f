"""What a visitor sees after sending: a thank-you of the author's, or the way on to another site."""

from urllib.parse import urlsplit

import htpy as h

from crm_app.campaigns.forms.layout import Layout
from crm_app.core.i18n import N_, translate
from crm_app.ui.public.icons import icon


def thanks(locale: str, layout: Layout, *, team: str = "") -> h.Element:
    """The author's text, or ours."""
    own = translate(locale, N_("We have received what you sent and will get back to you."))
    return _card(
        translate(locale, N_("Thank you")),
        h.div(".description")[[h.p[line] for line in (layout.after.text or own).splitlines()]],
        team=team,
    )


def onward(locale: str, url: str, *, team: str = "") -> h.Element:
    """The way to the page that the author named, for browsers that do not go there by themselves."""
    host = urlsplit(url).hostname or url
    return _card(
        translate(locale, N_("Thank you")),
        h.p(".description")[translate(locale, N_("It goes on at {site}."), site=host)],
        h.p[
            h.a(".button.primary", href=url, target="_top", rel="noopener", data_go_on=True)[
                translate(locale, N_("Continue"))
            ]
        ],
        team=team,
    )


def _card(title: str, *content: h.Node, team: str) -> h.Element:
    return h.div("#form", class_=["card", "asking", "sent"])[
        h.div(".state")[
            h.span(".badge.good")[icon("check", size=24)],
            h.h1[title],
            content,
            h.p(".muted.small")[team] if team else None,
        ]
    ]
