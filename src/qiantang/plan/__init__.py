"""What the plan says: its articles word for word, and the targets that a figure can settle."""
