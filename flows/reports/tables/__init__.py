"""The tables of a report, one file each: patients in, frozen rows of numbers out; how they look is decided once."""
