"""The tests. Each file says at its top what promise it holds the code to."""
