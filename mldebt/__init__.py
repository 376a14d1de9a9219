"""The linter for machine-learning technical debt."""
