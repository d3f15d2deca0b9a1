"""Correcting by hand: records to Label Studio or brat, and corrected annotations back as training articles."""
