"""Bridges: what speaks another format on one side and the hub's facts on the other. None knows a centre."""
