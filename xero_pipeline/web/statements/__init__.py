"""The statements of an organisation as pages: any period, beside others, down to the document behind a figure."""
