"""Closing a round, ranking, prizes, approval, publication, payouts. Read service.py first."""
