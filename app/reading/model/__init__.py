"""The embedded model: tuned sentence embeddings, features, and the heads over them."""
