"""From the step source of the kernel to code that a browser runs: WebAssembly."""
