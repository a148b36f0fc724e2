"""Mutation: whether the tests notice when changed code is made wrong."""
