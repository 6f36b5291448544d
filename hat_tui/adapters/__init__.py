"""Everything that touches the network, processes or the disk."""
