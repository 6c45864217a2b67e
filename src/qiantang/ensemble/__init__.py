"""Members, cases, what is read off a run, and the one evaluator that runs cases over members."""
