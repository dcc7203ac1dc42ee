"""`python -m xero_pipeline` is `xero-pipeline`."""

from xero_pipeline.cli import main

if __name__ == "__main__":
    main()
