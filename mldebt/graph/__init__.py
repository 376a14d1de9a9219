"""The data-dependency graph: programs, artefacts and what flows between them."""
