"""Language models behind the OpenAI-compatible chat wire: hosted ones, vLLM, Ollama, llama.cpp.

Gives typed pieces of one reply as they come, or VendorFailed with its kind. Which words to send and what to do with
a tool call is the model mind's business.
"""
