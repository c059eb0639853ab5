"""What a workspace is made of on disk: its files, their list, changes to them, and locks."""
