"""IVS with live streams."""
