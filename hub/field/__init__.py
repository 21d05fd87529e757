"""The demo district and its life: streets, patrols, calls, drones. Deterministic, pure functions of time."""
