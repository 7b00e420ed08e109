"""`python -m twingen` is the command `twingen`."""

from twingen.cli.main import main

if __name__ == "__main__":
    main()
