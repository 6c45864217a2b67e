"""What would it take: packages of levers, their shares, the smallest that suffices."""
