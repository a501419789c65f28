"""Small tools without tables and without domain words; everything above may use them."""
