"""Protocol 1.0."""
