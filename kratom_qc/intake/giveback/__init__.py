"""What goes back to a vendor: their own workbook with its problems marked, and a blank one to fill
in."""
