"""The cache of facts: by content, in the user's cache folder, for many processes at once."""
