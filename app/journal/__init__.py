"""What happened: append-only events, refused any change by the database itself. Read models.py first."""
