"""What a conversation leaves behind: an append-only timeline, a two-track recording, and what is folded from them.

Promises that events and sound are sealed under the conversation's own key as they happen, that a killed process costs
under a second of sound, and that a closed conversation has a cause. It decides nothing about a call.
"""
