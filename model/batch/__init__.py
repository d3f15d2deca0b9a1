"""Files in, files out: articles of any format through the model, into files that appear whole, restartable."""
