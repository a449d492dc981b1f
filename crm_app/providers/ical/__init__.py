"""iCalendar (RFC 5545) as the outside world writes it: read with patience, written with care.

Pure: text in, values out, no network and no clock. ``reading`` turns an object into occurrences,
``writing`` makes and changes objects, ``fingerprint`` tells real changes from rewriting.
"""
