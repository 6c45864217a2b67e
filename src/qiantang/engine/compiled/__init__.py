"""From a program to machine code: members as lanes, source from slots, kernels kept on disk."""
