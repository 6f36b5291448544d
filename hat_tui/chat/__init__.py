"""What a conversation is. Pure: no Textual, no HTTP, no disk."""
