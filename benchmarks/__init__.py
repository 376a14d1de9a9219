"""Instruments: each module answers one question about a build of mldebt; run as `python -m benchmarks.<name> FOLDER…`."""
