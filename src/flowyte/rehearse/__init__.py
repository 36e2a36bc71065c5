"""Rehearsals: written conversations played with the real agent of a folder, in virtual time, and what differed.

The mind, the guardrails, the playbooks, the knowledge and the skills are those of a running product, on a database made
for the purpose. The telephone, the ears and the voice are stand-ins, and so is every service that a skill would call:
nothing leaves this machine. A rehearsal promises the same result every time, and to say what differed.
"""
