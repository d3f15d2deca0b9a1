"""The shipped checkpoint: config, weights, tokenizer and model card."""
