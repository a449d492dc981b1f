"""One small port per outside need, and its adapters."""
