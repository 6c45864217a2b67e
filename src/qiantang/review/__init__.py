"""What new figures do to the odds of a plan: a filter, the news, and what would restore them."""
