"""Carrying campaigns out: who enters, what a due step does, what brings it forward."""
