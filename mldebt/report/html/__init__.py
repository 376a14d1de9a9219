"""Pages for a browser: one file each, nothing fetched, nothing of the project ever markup or script."""
