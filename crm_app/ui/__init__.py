"""The dashboard's ground: shell, theme, components, door and guard. Knows no room.

How to write a page, in short (``docs/add-a-feature.md`` has an example):

* ``crm_app/<room>/ui/<thing>_state.py``: ``class Things(PrivateState)`` with small row views (dicts
  or dataclasses of texts and numbers, never tables or secrets) and ``@handler`` methods, ``async
  def``, every parameter annotated. The database is reached only by ``await self._read(fn)`` and
  ``await self._write(fn)`` with ``fn(session, actor)``, which calls the room's queries and services.
* ``crm_app/<room>/ui/<thing>_page.py``: ``def page() -> rx.Component`` made of
  ``crm_app.ui.components``; every text is ``tr("...")``, a sentence with a value
  ``tr("Hello {name}", name=var)``.
* ``crm_app/app.py``: one line, ``pages.add(app, "/things", things_page.page, title=N_("Things"),
  on_load=Things.load, on_live={"contacts": Things.load})``.
* ``crm_app/ui/navigation.py``: an entry, if it stands in the rail or in the settings.
* ``tests/<room>/ui/test_<thing>_state.py``: handlers through the whole pipeline with the
  fixture ``open_tab`` of ``tests/ui/tabs.py``.
"""
