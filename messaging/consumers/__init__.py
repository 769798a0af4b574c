"""The batch handlers of messaging."""
