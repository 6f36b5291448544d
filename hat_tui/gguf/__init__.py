"""Facts read from GGUF bytes. Pure: opens no file."""
