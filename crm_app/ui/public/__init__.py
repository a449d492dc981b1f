"""The plain HTML face: page frame, forms, stylesheet and the few scripts of the public pages."""
