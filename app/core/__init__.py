"""The ground under every slice, without contest nouns. Read database.py and web.py first."""
