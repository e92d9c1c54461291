"""Jurors, conflicts, assignment, score sheets. Read service.py first."""
