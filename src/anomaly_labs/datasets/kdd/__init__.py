"""What KDD99 and NSL-KDD share: schema, lines of the official files, generator."""
