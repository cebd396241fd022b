"""One module or two per file format: bytes → sheets of cells as a person sees them."""
