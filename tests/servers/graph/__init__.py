"""Microsoft Graph on loopback: a mailbox with calendars, its sign-in server, and its manners.

``graph_server()`` serves in a thread, ``python -m tests.servers.graph`` in a process of its own. The
mailbox can be changed behind everybody's back (``outside``), and every question and answer is held
against Graph's own description.
"""

from tests.servers.graph.server import OWNER, Fault, Graph, graph_server

__all__ = ["OWNER", "Fault", "Graph", "graph_server"]
