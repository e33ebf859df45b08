"""`python -m deadline_guard`."""

from deadline_guard.cli import main

if __name__ == "__main__":
    main()
