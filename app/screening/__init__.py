"""Unit screening, the head's confirmation, the district check. Read service.py first."""
