"""The programme year as the unit of work: releasing, verifying and comparing it, and beginning the next one."""
