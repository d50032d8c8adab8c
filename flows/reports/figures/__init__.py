"""The figures of the trial, one file each: values in, the same picture out every time, readable without colour."""
