"""A contest or a movement as data: plan versions, units, roles. Read plan.py first."""
