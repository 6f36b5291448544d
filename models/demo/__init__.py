"""Where `models/hat-demo.gguf` is made: corpus, tokenizer, trainer, export and evaluation. See README.md here."""
