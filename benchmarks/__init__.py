"""Where the figures of the README come from: each module is a command that prints a ratio."""
