"""Papers that somebody outside asks for: sub-processors by name, letters about changes, SOC 2, the agreement on data.

Every one is made from what this installation does and from what its operator has written down. None says more than
that; what the operator has not written down stands in it as a gap.
"""
