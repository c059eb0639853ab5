"""A report in one HTML file: frames in, page out."""
