"""The seed corpus: annotated articles and stand-off labels; README.md is its data card."""
