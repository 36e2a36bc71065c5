"""`python -m flowyte` is `flowyte`."""

from flowyte.cli import main

if __name__ == "__main__":
    main()
