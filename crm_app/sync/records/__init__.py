"""The rows behind sync: external objects, the time that they block, and links to appointments."""
