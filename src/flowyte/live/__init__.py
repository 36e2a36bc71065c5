"""The only place where sockets, tasks, the clock and the turn machine meet.

A `Session` holds one call: it pumps the leg, the ears, the mind and the mouth, and performs the machine's commands in
one TaskGroup. It promises a cause for every end and equal lengths of both recorded tracks. What is decided and when
is the machine's; what is stored is behind `Evidence`.
"""
