"""The bundle to the next level. Read service.py first."""
