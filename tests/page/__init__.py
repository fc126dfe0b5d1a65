"""Tests of the local web application."""
