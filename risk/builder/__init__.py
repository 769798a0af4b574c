"""Writing a rule by hand: its condition as an outline of groups, edited, checked and tried."""
