"""What happens in the jury: `jurors` and conflicts, `assignment`, `sheets`."""
