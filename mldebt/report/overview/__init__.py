"""The whole of a project's debt at a glance: what `mldebt report` says, whatever it looks like."""
