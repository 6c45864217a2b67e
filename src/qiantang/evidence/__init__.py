"""What was observed, and the world outside the city: figures with source and grade."""
