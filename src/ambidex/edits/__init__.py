"""After an edit: format, lint and scan what was edited, and report only what is new."""
