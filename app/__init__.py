"""Chấm Thi runs an idea contest from the official plan to the paid prize. Read ARCHITECTURE.md first."""
