"""What runs inside the project's own Python: standard library and pytest only, nothing of Ambidex.

These files are loaded by path, by an interpreter (3.9 or newer) that may know nothing of us.
"""
