"""The conversation: from a typed question to typed tool calls and a rendered answer."""
