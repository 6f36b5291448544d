"""What the terminal shows, what it should show, and the fewest bytes between the two.

`style` and `grid` model cells, `painter` writes differences, `flow` says when a frame may go, `outlet` writes it.
"""
