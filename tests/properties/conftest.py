from testing.examples import load

load()
