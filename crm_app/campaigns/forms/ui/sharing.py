"""How a form gets to its visitors: the link, a frame inside another page, a pop-up (API-4)."""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.ui.components import button, dialog, link_button, notice
from crm_app.ui.words import tr


def sharing() -> rx.Component:
    """The dialog; it opens by itself after the first publishing."""
    site = FormBuilder.url.split("/f/")[0]
    script = '<script async src="' + site + '/public/embed.js"></script>'
    inside = '<div data-tandem="' + FormBuilder.url + '"></div>\n' + script
    pop_up = (
        '<a data-tandem-dialog href="'
        + FormBuilder.url
        + '">'
        + tr("Write to us")
        + "</a>\n"
        + script
    )
    return dialog(
        rx.cond(
            FormBuilder.status == "draft",
            notice(tr("Nobody else sees the form before it is published."), tone="warn"),
        ),
        _part("share-link", tr("Link"), FormBuilder.url, rows="1"),
        _part("share-inside", tr("Inside a page of your site"), inside, rows="2"),
        _part("share-pop-up", tr("As a window that a link opens"), pop_up, rows="2"),
        title=tr("Share the form"),
        hint=tr("Send the link, or paste the lines into the HTML of your site."),
        open=FormBuilder.sharing,
        on_close=FormBuilder.close_sharing,
        width="600px",
        actions=(
            link_button(tr("Open the form"), FormBuilder.url, icon="external-link"),
            button(tr("Done"), kind="primary", on_click=FormBuilder.close_sharing),
        ),
    )


def _part(name: str, label: Any, text: Any, *, rows: str) -> rx.Component:
    done = f"document.getElementById('{name}-done').textContent = "
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=name, class_name="label"),
            button(
                tr("Copy"),
                icon="copy",
                small=True,
                aria_label=tr("Copy: {what}", what=label),
                on_click=[
                    rx.set_clipboard(text),
                    rx.call_script(done + rx.Var.create("'✓'").to(str)),
                ],
            ),
            rx.el.span(id=f"{name}-done", role="status", class_name="form-copied"),
            class_name="form-share-head",
        ),
        rx.el.textarea(
            id=name, value=text, read_only=True, rows=rows, class_name="input form-code"
        ),
        class_name="field",
    )
