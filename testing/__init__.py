"""What tests share. Never shipped."""
