"""Fast tests of single modules: no server, no browser, no waiting."""
