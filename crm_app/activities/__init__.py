"""Activities and meeting invitations."""
