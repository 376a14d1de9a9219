"""Which findings stand."""
