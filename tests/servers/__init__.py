"""Real servers for the tests: each is started on 127.0.0.1 at a free port and ended by its process id."""
