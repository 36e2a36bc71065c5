// The player of a conversation.
