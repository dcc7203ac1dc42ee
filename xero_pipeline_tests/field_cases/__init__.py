"""What went wrong in the field, one small file a case; docs/field-cases.md says how to add one."""
