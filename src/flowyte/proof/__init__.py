"""The proof that one organization cannot reach another's rows, for anybody to run.

Three parts, none of which trusts the others. The *catalogue gate* reads a database and names every table, index, view,
function or right that would let a row escape. *Planted violations* show that the gate can fail. The *mutation run*
breaks each tenant table's protection in eight ways, in a database of its own, and tries each time to read, change,
take or place another organization's rows: a break that nobody notices would be a hole that nobody would notice.
"""
