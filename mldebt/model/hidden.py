"""Signs that nobody sees: what a terminal, a log or a document of markup must never be given as it is."""

from __future__ import annotations

import re

# Controls, line separators, marks that turn the direction of text, bytes that are no UTF-8, and what XML forbids.
SIGNS = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
HIDDEN = re.compile(f"[{SIGNS}]")
