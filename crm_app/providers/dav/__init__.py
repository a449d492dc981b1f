"""A small WebDAV client (RFC 4918, 3744, 6578, 6764) for calendars and for address books.

``client`` speaks the methods, ``discovery`` finds a person's collections, ``collection`` follows
what changes in one of them, ``writing`` changes its members, ``account`` holds it all together. What
is particular to each is in ``crm_app.providers.caldav`` and ``crm_app.providers.carddav``.
"""
