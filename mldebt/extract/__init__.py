"""Files to facts: LibCST for Python, plain parsers for the rest."""
