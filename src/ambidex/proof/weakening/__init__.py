"""The gate `weakening`: what tests demand before and after a change, and what is switched off."""
