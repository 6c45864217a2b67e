"""What comes in from files and goes out to them, each kind by one door."""
