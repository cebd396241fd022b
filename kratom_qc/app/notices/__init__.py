"""What people are told without asking: by e-mail, chat or webhook, with Prefect or without."""
