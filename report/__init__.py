"""Looking at what was found: pages, groups of the same quote, names across articles."""
