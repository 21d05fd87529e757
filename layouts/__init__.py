"""Pages: what the browser is given. Knows the hub's declarations; knows no store, no log and no single centre."""
