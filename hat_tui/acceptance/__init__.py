"""The Home Acceptance Test. Pure: protocol, runs, reports."""
