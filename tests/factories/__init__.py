"""What tests of pages start from: people, declarations, cases, messages."""
