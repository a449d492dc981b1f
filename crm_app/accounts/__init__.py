"""Users, sessions, roles, workspace, connected accounts and their secrets."""
