"""`python -m mldebt`."""

from mldebt.cli.main import main

if __name__ == "__main__":
    main()
