"""Detectors, one for each shape of question, and the run over all cards."""
