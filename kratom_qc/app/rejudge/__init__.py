"""What was judged before, judged again: on another day, or by rulebooks that are not law today."""
