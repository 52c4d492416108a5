"""Days in running text, by the conventions of evals/labels.md."""
