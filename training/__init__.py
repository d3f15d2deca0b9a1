"""Teaching: annotated articles to a checkpoint."""
