"""Official papers: one content model, three renderers, in the form of Nghị định 30/2020. Read model.py first."""
