"""Sound as data: frames, G.711, resampling, levels, mixing, WAV. Pure: NumPy, no clock, no task, no socket.

PCM is 16-bit little-endian mono in `bytes`; a frame is 20 ms of it. Nothing here knows what a call is.
"""
