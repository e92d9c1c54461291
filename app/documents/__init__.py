"""The official papers. Read builders.py first."""
