"""The way to and from partners: covers, signatures, receipts, transports, tries."""
