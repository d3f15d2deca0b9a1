"""Training configurations; `base.yaml` makes the shipped checkpoint."""
