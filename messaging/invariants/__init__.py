"""What must be true of the whole database whenever it is looked at (LIFECYCLE section 13).

Each check is one statement, so that it sees one moment; the site may go on meanwhile.
"""
