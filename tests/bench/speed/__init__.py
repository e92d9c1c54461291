"""Speed of the application beside a bare handler that does the same SQL: start with `run.py`."""
