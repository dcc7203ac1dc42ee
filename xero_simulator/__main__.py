"""`python -m xero_simulator` is `xero-simulator`."""

from xero_simulator.command import main

if __name__ == "__main__":
    main()
