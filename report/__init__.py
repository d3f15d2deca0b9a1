"""Extraction output to look at: `quoth report` makes one self-contained page of records and their articles' texts."""
