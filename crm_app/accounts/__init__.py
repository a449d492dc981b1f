"""Users, their sessions and rights, the workspace, sign-in, and the audit log: the bottom room.

Rooms above use ``queries`` (reads and access), ``service`` (writes), ``sessions``, ``audit`` and
``rate``; everything else here is how those are made.
"""
