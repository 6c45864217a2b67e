"""From evidence and priors to a fit: what the data of 2000 to 2017 say of the parameters."""
