"""The few dialogs: about the program, and details of an unexpected error."""
