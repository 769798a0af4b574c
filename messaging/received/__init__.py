"""What is received, by kind: who may send it, what is checked, what becomes of it."""
