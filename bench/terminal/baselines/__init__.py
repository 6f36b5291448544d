"""Textual apps as they are usually written, and the driver that records what Textual writes."""
