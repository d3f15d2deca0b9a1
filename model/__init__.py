"""Reading: article text to quote records."""
