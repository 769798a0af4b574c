"""The official rules and conditions of the filings and requests of ICS2."""
