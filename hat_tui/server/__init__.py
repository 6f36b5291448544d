"""What a llama_cpp.server of our own needs and says. Pure: starts nothing."""
