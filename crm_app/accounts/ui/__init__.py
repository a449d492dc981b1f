"""The pages about users, their sign-in, the workspace, background work and the audit log."""
