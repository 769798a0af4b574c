"""Names and watch lists: how near a declared party is to a listed one."""
