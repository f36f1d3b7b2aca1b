"""Measure what the README says of framewarden's speed and size, on a laptop cloud of its own."""
