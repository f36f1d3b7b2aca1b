"""What framewarden is compared with: one Lambda that does everything."""
