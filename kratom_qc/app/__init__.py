"""What the program does, without any user interface and without a scheduler."""
