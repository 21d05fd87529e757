"""One suite per port, run over every adapter of it: what the engine may rely on, whichever is behind."""
