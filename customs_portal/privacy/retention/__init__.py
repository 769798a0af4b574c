"""Applying retention policies: one function, rehearsed first, each step recorded."""

from customs_portal.privacy.retention.applying import Refused, apply_retention

__all__ = ["Refused", "apply_retention"]
