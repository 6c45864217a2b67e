"""From evidence and priors to a fit: what the data before the plan say of the parameters."""
