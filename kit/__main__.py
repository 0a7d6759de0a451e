"""`python -m kit`: the command `kit`, where the folder of its script is not on the PATH."""

from kit.cli import main

if __name__ == "__main__":
    main()
