"""The Train page: the wall of filters that learn."""
