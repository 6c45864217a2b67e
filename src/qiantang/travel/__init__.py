"""A plan that travels: the simulator as one HTML file that opens anywhere, offline."""
