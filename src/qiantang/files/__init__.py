"""Files are opened through one door, whoever names them."""
