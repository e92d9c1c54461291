"""Bytes: streamed in, hashed, typed by content, served in a sandbox. Read intake.py first."""
