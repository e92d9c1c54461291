"""The sample contest: what stands in it and how it is played. Read `content.py` first."""
