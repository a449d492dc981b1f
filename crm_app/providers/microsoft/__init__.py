"""Microsoft 365 and Outlook.com through Microsoft Graph v1.0.

``calendars`` implements the calendar port, ``oauth`` the way to connect. Graph's JSON becomes
iCalendar in ``reading`` and ``recurrence``, appointments become JSON in ``writing``; these three are
pure. msal stays in ``tokens`` and ``oauth``, HTTP in ``http``.
"""
