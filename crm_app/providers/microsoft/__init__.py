"""Microsoft 365 and Outlook.com through Microsoft Graph v1.0.

``calendars`` implements the calendar port, ``contacts`` that of address books, ``oauth`` the way to
connect. Graph's JSON becomes iCalendar in ``reading`` and ``recurrence``, appointments become JSON in
``writing``; cards come and go in ``contact_reading``, ``contact_writing`` and ``contact_places``; all
these are pure. msal stays in ``tokens`` and ``oauth``, HTTP in ``http``.
"""
