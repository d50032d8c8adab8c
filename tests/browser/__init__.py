"""Tests that click through the operators' interface in a real browser."""
