"""Home pages that gather from all slices. Read queries.py first."""
