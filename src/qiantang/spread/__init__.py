"""Many runs of any model file: constants drawn from ranges, their results labelled and drawn."""
