"""Judging: predicted against annotated quotes."""
