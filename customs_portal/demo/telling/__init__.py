"""The stories of the demo, told message by message and decision by decision.

Whoever tells one moves its clock: the demo tells them as things of the last weeks, the acceptance
tests look at the portal between the steps.
"""
