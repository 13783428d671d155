"""What `make run` and `make test` do. Python's standard library only, 3.9 or newer."""
