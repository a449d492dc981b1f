"""The browser's address, for pages that show one thing out of many: ``/campaigns/7``, ``/forms/3``.

The browser draws such a page as soon as somebody goes there, and the state follows with the server's
answer; until then it tells of what was opened before, into which nobody is to write by mistake.
"""

import reflex as rx

_here = rx.Var(
    _js_expr="(typeof window === 'undefined' ? '' : window.location.pathname.replace(/\\/+$/, ''))",
    _var_type=str,
)


def is_at(path: rx.Var[str] | str) -> rx.Var[bool]:
    """Whether the browser is at ``path``, asked whenever what depends on it is drawn."""
    return _here == path


# For links to addresses that are the server's, not pages of the dashboard's router.
PAST_THE_ROUTER = {"reloadDocument": True}
