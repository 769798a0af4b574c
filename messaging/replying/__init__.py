"""What is answered, by the kind of event that asks for an answer."""
