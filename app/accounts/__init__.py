"""Who signs in: users, invitations, sessions. Read service.py first."""
