"""A small WebDAV client (RFC 4918, 3744, 6578, 6764) for calendars and, with them, address books.

``client`` speaks the methods, ``discovery`` finds a person's collections, ``collection`` follows
what changes in one of them. What is particular to calendars is in ``crm_app.providers.caldav``.
"""
