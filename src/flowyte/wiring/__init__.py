"""The one place that knows everything: it joins the rooms into the roles web, voice and worker, and runs them.

Each role is a process. `flowyte up` runs them all over an embedded PostgreSQL; the same roles run apart against one
DATABASE_URL. Nothing here decides anything about calls, agents or tenants.
"""
