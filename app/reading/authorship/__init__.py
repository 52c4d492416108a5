"""The writer's own new words, told from quotes, signatures and small print."""
