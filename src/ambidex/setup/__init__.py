"""Putting Ambidex in place and taking it away: settings, launcher, environment, records.

`install` decides what happens, `settings` edits JSON text, `settings_file` touches the file,
`launcher` and `root` know the paths, `environment` and `build` make the plugin's environment.
"""
