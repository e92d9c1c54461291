"""What is submitted: entries, authors, receipts, participation. Read models.py, then service.move()."""
