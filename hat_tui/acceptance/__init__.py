"""The Home Acceptance Test: a person judges a model alone, for their own tasks. Pure: no Textual, no HTTP, no disk."""
