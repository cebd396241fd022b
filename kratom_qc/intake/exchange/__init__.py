"""Machine-readable certificates: JSON → certificates in the laboratory's own words."""
