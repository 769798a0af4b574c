"""The official rules and conditions of IE315 and IE313 over the indexed tree."""
